"""What each kind of file can hold and what its players can play: codecs of pictures and of sound, and their encoders.

A muxer of ffmpeg takes far more than players do: PCM and AC-3 in mp4 are silent in every browser, HEVC tagged `hev1`
is black on Apple's devices. The rows say what is played, by:
  mp4, webm: MDN, Web audio codec guide and Web video codec guide (browsers); AAC-LC up to 48 kHz: Android, Supported
    media formats. Of lossless sound, browsers agree on none in mp4 (FLAC is not played by all, ALAC by Safari alone).
  mov: QuickTime File Format and AVFoundation (Apple): PCM, AC-3 and ALAC, but neither Opus, Vorbis, FLAC nor DTS.
  hvc1: HLS Authoring Specification for Apple Devices, 1.10.
  mkv: what Matroska's codec registry names; its players are built on ffmpeg.

Knows names of codecs and numbers of formats; opens no file that it keeps.
"""

import difflib
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av

from realtime.errors import SinkError

CRF_RANGES = {
    "libx264": (0, 51),
    "libx264rgb": (0, 51),
    "libx265": (0, 51),
    "libvpx": (4, 63),
    "libvpx-vp9": (0, 63),
    "libsvtav1": (1, 63),
}
"""--crf by ffmpeg's name of the encoder; smaller is better, and larger files.

Outside of it some encoders fail, and others take the nearest number without a word. Sources: x264 --fullhelp and x265's
documentation (8 bit), the VP8 and VP9 encoding guides of ffmpeg's wiki, SVT-AV1's Parameters.md.
"""

ENCODERS = {
    "h264": "libx264",
    "hevc": "libx265",
    "h265": "libx265",
    "vp8": "libvpx",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
}
"""Codec names people know -> ffmpeg's encoders; any other name is taken as an encoder's."""
WEB = frozenset({"h264", "hevc", "av1", "vp9"})
APPLE = frozenset({"h264", "hevc", "mpeg4", "prores", "mjpeg", "png", "dnxhd", "qtrle"})


class OneWay(io.BytesIO):
    """Memory that is written as a pipe is: never gone back in."""

    def seekable(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFormat:
    """A kind of file. muxer: ffmpeg's name. video, audio: codecs that its players play; None: all that it can hold.

    video_codec, audio_encoder: what it gets by default. holds_pcm: uncompressed sound stays uncompressed.
    goes_back: what is known only at the end is written into its beginning then; not in a pipe.
    is_mp4: the mp4 family (ISO 14496-12): codecs have four-letter tags, and an edit list hides what lies before zero.
    """

    muxer: str
    video: frozenset[str] | None
    audio: frozenset[str] | None
    video_codec: str = "h264"
    audio_encoder: str = "aac"
    holds_pcm: bool = False
    is_mp4: bool = False
    goes_back: bool = True

    def can_hold_video(self, codec: str) -> bool:
        return codec in (_supported(self.muxer) if self.video is None else self.video)

    def can_hold_audio(self, codec: str) -> bool:
        return codec in (_supported(self.muxer) if self.audio is None else self.audio)


CONTAINERS = {
    ".mp4": ContainerFormat(muxer="mp4", video=WEB | {"mpeg4"}, audio=frozenset({"aac", "mp3"}), is_mp4=True),
    ".mkv": ContainerFormat(muxer="matroska", video=None, audio=None, holds_pcm=True),
    ".mov": ContainerFormat(
        muxer="mov",
        video=APPLE,
        audio=frozenset({"aac", "mp3", "ac3", "eac3", "alac"}),
        holds_pcm=True,
        is_mp4=True,
    ),
    ".webm": ContainerFormat(
        muxer="webm",
        video=frozenset({"vp8", "vp9", "av1"}),
        audio=frozenset({"opus", "vorbis"}),
        video_codec="vp9",
        audio_encoder="libopus",
    ),
}
"""By the ending of a file's name."""
VIDEO_TAGS = {"hevc": "hvc1"}
"""In the mp4 family, where ffmpeg's own choice is not played everywhere."""


def container_of(path: Path) -> ContainerFormat:
    """The row for a file's name; KeyError for an ending that is not in CONTAINERS."""
    return CONTAINERS[path.suffix.lower()]


def video_encoder(path: Path, codec: str | None) -> str:
    """ffmpeg's encoder for a codec name. Raises SinkError when there is none or the file's kind cannot hold it."""
    wanted = (codec or container_of(path).video_codec).lower()
    name = ENCODERS.get(wanted, wanted)
    try:
        found = av.Codec(name, "w")
    except ValueError as error:
        near = difflib.get_close_matches(name, [*ENCODERS, *av.codecs_available], n=4) or list(ENCODERS)
        raise SinkError(f"there is no video encoder {codec!r}", remedy=f"use --codec {', '.join(near)}") from error
    if found.type != "video":
        raise SinkError(f"{codec} is a codec for {found.type}", remedy=f"use --codec {', '.join(ENCODERS)}")
    if not container_of(path).can_hold_video(found.canonical_name):
        holding = [end for end, kind in CONTAINERS.items() if kind.can_hold_video(found.canonical_name)]
        raise SinkError(
            f"a {path.suffix} file cannot hold {found.canonical_name} in a way that players play",
            remedy=f"end the output's name in {' or '.join(holding)}, or use --codec {container_of(path).video_codec}"
            if holding
            else f"use --codec {container_of(path).video_codec}",
        )
    return name


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How sound is encoded. rate: Hz. layout, sample_format: ffmpeg's names. bit_rate: bit/s, None where it follows."""

    encoder: str
    rate: int
    layout: str
    sample_format: str
    bit_rate: int | None


LAYOUTS: dict[str, dict[int, str]] = {
    "aac": {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1"},
    "libopus": {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"},
}
"""Per encoder and number of channels: AAC's channel configurations 1-6 (ISO 14496-3, table 1.19; 7.1 is read in two
ways), Opus's mapping family 1 (RFC 7845, 5.1.1.2)."""
DEFAULT_LAYOUTS = {**LAYOUTS["libopus"], 3: "2.1", 4: "4.0"}
"""What a number of channels means where a file does not say: ffmpeg's defaults."""
LEAST_RATE_HZ, MOST_RATE_HZ = 32_000, 48_000
"""AAC below 24 kHz is taken by some players for HE-AAC of twice the rate, and a frame of it lasts up to 128 ms."""
MOST_BITS_PER_CHANNEL, BITS_PER_SAMPLE = 96_000, 4
NAMED = re.compile(r"[\w.()-]+")


def is_unspecified(layout: str) -> bool:
    """Whether a layout has no name of its own ("2 channels", "8 channels (FL+FR+...)", "ambisonic 1")."""
    return not NAMED.fullmatch(layout)


def audio_format(encoder: str, rate: int, layout: str, channels: int) -> AudioFormat:
    """The format nearest to a source's that `encoder` takes: no channel and no rate is lost where that can be."""
    fitting = LAYOUTS.get(encoder)
    settled = DEFAULT_LAYOUTS.get(channels, "stereo") if is_unspecified(layout) else layout
    if fitting is not None:
        settled = fitting[min(channels, max(fitting))]
    codec = av.Codec(encoder, "w")
    formats = [each.name for each in codec.audio_formats or ()]
    is_pcm = encoder.startswith("pcm_")
    bits_per_channel = min(MOST_BITS_PER_CHANNEL, BITS_PER_SAMPLE * rate)
    return AudioFormat(
        encoder=encoder,
        rate=rate if is_pcm else _nearest(rate, codec.audio_rates or [rate]),
        layout=settled,
        sample_format=next((name for name in ("fltp", "flt") if name in formats), formats[0]),
        bit_rate=None if is_pcm else av.AudioLayout(settled).nb_channels * bits_per_channel,
    )


def _nearest(rate: int, rates: Sequence[int]) -> int:
    """The rate of `rates` that loses nothing of `rate`: a multiple before a higher one, before a lower one."""
    played = [known for known in rates if LEAST_RATE_HZ <= known <= MOST_RATE_HZ]
    return min(played, key=lambda known: (known < rate, known % rate != 0, abs(known - rate)))


SOUND_ENCODERS = {"opus": "libopus", "mp3": "libmp3lame"}
"""Where ffmpeg's best encoder has another name than the codec."""


def sound_encoder(codec: str) -> str | None:
    """ffmpeg's encoder for a codec of sound; None where this build has none."""
    name = SOUND_ENCODERS.get(codec, codec)
    return name if _encodes(name) else None


PCM_ENCODERS = {"u8": "pcm_u8", "s16": "pcm_s16le", "s32": "pcm_s24le", "flt": "pcm_f32le", "dbl": "pcm_f64le"}
"""By the sample format that a PCM decoder gives; of 24 bits it gives 32."""


def pcm_encoder(codec: str, sample_format: str) -> str:
    """The little-endian PCM that loses nothing of another kind (A-law, big endian, 24 bit ...)."""
    return "pcm_s32le" if "s32" in codec else PCM_ENCODERS.get(sample_format.removesuffix("p"), "pcm_s16le")


def _encodes(name: str) -> bool:
    try:
        av.Codec(name, "w")
    except ValueError:
        return False
    return True


@cache
def _supported(muxer: str) -> frozenset[str]:
    """The codecs that a muxer of ffmpeg takes; PyAV lists them under the names of coders ("dca" for DTS)."""
    with av.open(os.devnull, "w", format=muxer) as container:
        names = container.supported_codecs
    return frozenset(av.Codec(name, "w" if _encodes(name) else "r").canonical_name for name in names if _is_coder(name))


def _is_coder(name: str) -> bool:
    return name in av.codecs_available


def require_crf(encoder: str, crf: int) -> None:
    """Raise SinkError when `encoder` has no such factor."""
    if encoder not in CRF_RANGES:
        raise SinkError(f"{encoder} has no --crf", remedy="omit it, or use --codec h264, hevc, vp9 or av1")
    least, most = CRF_RANGES[encoder]
    if not least <= crf <= most:
        raise SinkError(
            f"--crf {crf} is out of range for {encoder}",
            remedy=f"give {least} to {most}: smaller is better, and larger files",
        )
