"""Which of a video's video tracks is the video, and what its container says of it.

Knows what containers say, and what of it to believe; decodes nothing.
"""

import logging
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
from av.stream import Disposition

from realtime.errors import SourceError

logger = logging.getLogger(__name__)

NEVER = Disposition.attached_pic | Disposition.timed_thumbnails
"""Covers of albums, and pictures for a player's bar."""
ASIDE = Disposition.dependent | Disposition.comment | Disposition.descriptions | Disposition.still_image
"""Tracks beside the video; taken only where there is no other."""
DOLBY_ONLY = frozenset({"dvh1", "dvhe", "dav1"})
"""In MP4 and MOV, tracks that nobody else can show; those that others can are tagged as plain HEVC or AV1."""
ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
DEFAULT_RATE = Fraction(30)
TOO_FAST = 1.5
"""A nominal rate so many times the average one is only the finest step between two pictures of a variable rate."""
GROWING_FORMATS = frozenset({"mpegts", "mpeg", "h264", "hevc", "m4v", "mpegvideo", "mjpeg", "gif"})
"""Formats whose length is found by measuring the file, so that it promises nothing."""


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """rate: nominal, pictures a second. step: from picture to picture, in units of `time_base` (s), 1 or more.

    frame_count: about; None when unknown. start_s: when the container's time begins. sound_start_s: when its first
    sound does; None without sound. promised_s: how long the container says that it is; None where it does not know.
    told_aspect: width / height of a pixel, where the container says another than the codec.
    """

    rate: Fraction
    time_base: Fraction
    step: int
    frame_count: int | None
    start_s: float
    sound_start_s: float | None
    promised_s: float | None
    told_aspect: Fraction | None

    @classmethod
    def of(cls, container: av.container.InputContainer, stream: av.VideoStream) -> "TrackFacts":
        """As the container says before anything is decoded."""
        told = stream.sample_aspect_ratio
        base, rate = stream.time_base or Fraction(1, 90_000), _rate(stream)
        starts_s = [
            float(sound.start_time * sound.time_base)
            for sound in container.streams.audio
            if sound.start_time is not None and sound.time_base
        ]
        whole_s = (container.duration or 0) / av.time_base
        seconds = float(stream.duration * base) if stream.duration else whole_s
        counts = [count for count in (stream.frames, round(seconds * rate)) if count]
        return cls(
            rate=rate,
            time_base=base,
            step=max(1, round(1 / (rate * base))),
            frame_count=min(counts, default=None),
            start_s=(container.start_time or 0) / av.time_base,
            sound_start_s=min(starts_s, default=None),
            told_aspect=None if told == stream.codec_context.sample_aspect_ratio else told,
            promised_s=whole_s if whole_s and container.format.name not in GROWING_FORMATS else None,
        )


def _rate(stream: av.VideoStream) -> Fraction:
    nominal, average = stream.guessed_rate, stream.average_rate
    if nominal and average:
        return average if nominal > TOO_FAST * average else nominal
    return nominal or average or DEFAULT_RATE


def video_track(container: av.container.InputContainer, name: str) -> av.VideoStream:
    """The track that players show: the default one, else the largest, else the first.

    name: of the video, for messages. Raises SourceError when there is none, or none that can be decoded rightly.
    """
    tracks = [stream for stream in container.streams.video if not stream.disposition & NEVER]
    if not tracks:
        raise SourceError(f"{name} has no video", remedy="give a file with pictures; sound alone cannot be swapped")
    chosen = max(tracks, key=_rank)
    if not _can_be_decoded(chosen):
        raise SourceError(f"{name}: there is no decoder for its video", remedy="convert it to H.264 first")
    if chosen.codec_context.codec_tag in DOLBY_ONLY:
        raise dolby_only(name)
    for other in tracks:
        if other is not chosen:
            logger.info("track %d (%s) is left out: %s", other.index, _described(other), _described(chosen))
    return chosen


def dolby_only(name: str) -> SourceError:
    """What is said of Dolby Vision of profile 5."""
    return SourceError(
        f"{name} is Dolby Vision of a kind (profile 5) whose colours only licensed players can decode",
        remedy="convert it first: ffmpeg -i IN -vf libplacebo=colorspace=bt709:color_trc=bt709 OUT.mp4",
    )


def decoder_of(stream: av.VideoStream) -> av.VideoCodecContext:
    """What decodes a track: ffmpeg's own decoders of VP8 and VP9 do not see transparency, and show what hides."""
    name = ALPHA_DECODERS.get(stream.codec_context.name) if stream.metadata.get("alpha_mode") == "1" else None
    if name is None or name not in av.codecs_available:
        return stream.codec_context
    return cast("av.VideoCodecContext", av.CodecContext.create(name, "r"))


def _rank(stream: av.VideoStream) -> tuple[bool, bool, bool, int]:
    """The first of equals wins: `max` keeps it."""
    is_main = not stream.disposition & ASIDE
    return _can_be_decoded(stream), is_main, bool(stream.disposition & Disposition.default), _pixels(stream)


def _can_be_decoded(stream: av.VideoStream) -> bool:
    """Whether this build of ffmpeg has a decoder for it; PyAV has no context where not."""
    return cast("av.VideoCodecContext | None", stream.codec_context) is not None


def _pixels(stream: av.VideoStream) -> int:
    return (stream.width or 0) * (stream.height or 0) if _can_be_decoded(stream) else 0


def _described(stream: av.VideoStream) -> str:
    return f"{stream.width}x{stream.height} {stream.codec_context.name}" if _can_be_decoded(stream) else "unknown codec"
