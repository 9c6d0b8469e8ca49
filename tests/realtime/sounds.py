"""Videos whose sound tells its time: noise that is like itself at one place only, and what is heard of it
afterwards."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.stream import Stream
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # (channels, samples), -1..1
HEARING_HZ = 8_000
"""Rate at which sounds are compared: the noise lies below half of it."""
STAMPS_S = 0.003
"""Pieces follow each other when their times say so within this: some containers count milliseconds."""
FINER = 8
BAND_HZ = (200.0, 3_000.0)
BITS_PER_CHANNEL = 96_000
PICTURE_WH, PICTURE_RATE = (64, 48), 25


def noise(seconds: float, channels: int = 1, rate: int = HEARING_HZ, seed: int = 1) -> Samples:
    """(channels, seconds * rate) float32, within BAND_HZ; the same at every rate."""
    count = round(seconds * HEARING_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 1, (channels, count)))
    spectrum[:, ~_in_band(count)] = 0
    wide = np.zeros((channels, round(seconds * rate) // 2 + 1), complex)
    wide[:, : min(spectrum.shape[1], wide.shape[1])] = spectrum[:, : wide.shape[1]]
    samples = np.fft.irfft(wide, round(seconds * rate))
    return np.asarray(samples / np.abs(samples).max() * 0.5, np.float32)


def _in_band(count: int) -> NDArray[np.bool_]:
    frequencies = np.fft.rfftfreq(count, 1 / HEARING_HZ)
    return (frequencies >= BAND_HZ[0]) & (frequencies <= BAND_HZ[1])


@dataclass(frozen=True, kw_only=True)
class Video:
    """A video to be made. starts_s: of pictures and sound, in the container. sound_from_s, sound_to_s: within the
    video;
    holes: stretches without packets, s. layout: as the file says it."""

    seconds: float = 2.0
    video: str = "libx264"
    audio: str | None = "aac"
    rate: int = 48_000
    layout: str = "stereo"
    starts_s: float = 0.0
    sound_from_s: float = 0.0
    sound_to_s: float | None = None
    holes: tuple[tuple[float, float], ...] = ()
    seed: int = 1

    @property
    def channels(self) -> int:
        return av.AudioLayout(self.layout).nb_channels

    @property
    def sound_end_s(self) -> float:
        return self.seconds if self.sound_to_s is None else self.sound_to_s

    @property
    def samples(self) -> Samples:
        """What is heard, at HEARING_HZ; silence where there is none."""
        samples = noise(self.sound_end_s, self.channels, seed=self.seed)
        times_s = np.arange(samples.shape[1]) / HEARING_HZ
        for from_s, to_s in [*self.holes, (-1.0, self.sound_from_s)]:
            samples[:, (times_s >= from_s) & (times_s < to_s)] = 0
        return samples


def write_video(path: Path, video: Video = Video()) -> Path:
    """Make `video`; the container follows from the name."""
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast"} if video.video == "libx264" else {}
        picture = cast("av.VideoStream", container.add_stream(video.video, rate=PICTURE_RATE, options=options))
        picture.width, picture.height = PICTURE_WH
        picture.pix_fmt = "yuvj420p" if video.video == "mjpeg" else "yuv420p"
        packets = _pictures(picture, video)
        if video.audio is not None:
            loose = {"strict": "experimental"}  # ffmpeg's own Vorbis encoder
            sound = cast("av.AudioStream", container.add_stream(video.audio, rate=video.rate, options=loose))
            sound.layout, sound.bit_rate = video.layout, BITS_PER_CHANNEL * video.channels
            packets += _sounds(sound, video)
        for packet in sorted(packets, key=lambda packet: (packet.dts or 0) * (packet.time_base or 0)):
            container.mux(packet)
    return path


def _pictures(stream: av.VideoStream, video: Video) -> "list[av.Packet[Stream]]":
    packets: list[av.Packet[Stream]] = []
    for number in range(round(video.seconds * PICTURE_RATE)):
        image = np.full((PICTURE_WH[1], PICTURE_WH[0], 3), number * 5 % 200, np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        frame.pts, frame.time_base = number + round(video.starts_s * PICTURE_RATE), Fraction(1, PICTURE_RATE)
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def _sounds(stream: av.AudioStream, video: Video) -> "list[av.Packet[Stream]]":
    """Packets of the noise; those within holes are left out."""
    context = stream.codec_context
    samples = noise(video.sound_end_s, video.channels, video.rate, video.seed)[
        :, round(video.sound_from_s * video.rate) :
    ]
    resampler = av.AudioResampler(format=context.format.name, layout=video.layout, rate=video.rate)
    packets: list[av.Packet[Stream]] = []
    for start in range(0, samples.shape[1], 1024):
        piece = np.ascontiguousarray(samples[:, start : start + 1024].T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, format="flt", layout=video.layout)
        frame.sample_rate, frame.time_base = video.rate, Fraction(1, video.rate)
        frame.pts = start + round((video.starts_s + video.sound_from_s) * video.rate)
        for ready in resampler.resample(frame):
            packets += stream.encode(ready)
    packets += stream.encode(None)
    holes = [(video.starts_s + from_s, video.starts_s + to_s) for from_s, to_s in video.holes]
    return [p for p in packets if not any(a <= (p.pts or 0) * (p.time_base or 0) < b for a, b in holes)]


def heard(path: Path, track: int = 0) -> Samples:
    """The sound of a file from its first picture on, at HEARING_HZ, each piece where its time puts it."""
    with av.open(str(path)) as container:
        first = next(container.decode(video=0))
        zero_s = float((first.pts or 0) * (first.time_base or 0))
    with av.open(str(path)) as container:
        stream = container.streams.audio[track]
        rate, end = stream.rate, 0
        sound = np.zeros((stream.channels, 0), np.float32)
        for frame in container.decode(stream):
            piece = _values(frame)
            at = round((float((frame.pts or 0) * (frame.time_base or 0)) - zero_s) * rate)
            at = end if end and abs(at - end) < STAMPS_S * rate else at
            end = at + piece.shape[1]
            sound = np.pad(sound, ((0, 0), (0, max(0, end - sound.shape[1]))))
            sound[:, max(0, at) : max(0, end)] = piece[:, max(0, -at) :]
    return resampled(sound, rate)


def _values(frame: av.AudioFrame) -> Samples:
    (packed,) = av.AudioResampler("flt", frame.layout.name, frame.sample_rate).resample(frame)
    return packed.to_ndarray().reshape(-1, packed.layout.nb_channels).T.astype(np.float32)


def resampled(sound: Samples, rate: int) -> Samples:
    """`sound` at HEARING_HZ."""
    count = round(sound.shape[1] * HEARING_HZ / rate)
    spectrum = np.fft.rfft(sound)[:, : count // 2 + 1] * (count / max(1, sound.shape[1]))
    return np.fft.irfft(spectrum, count).astype(np.float32) if count else np.zeros((len(sound), 0), np.float32)


@dataclass(frozen=True)
class Likeness:
    """How like one sound is to another. late_s: by how much it comes later. correlation: 0..1 with that made good."""

    late_s: float
    correlation: float


def likeness(sound: Samples, reference: Samples) -> Likeness:
    """Compare two mono sounds, (samples,) each at HEARING_HZ; the delay is found to an eighth of a sample."""
    size = 2 * max(len(sound), len(reference))
    crossed = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(reference, size))
    both = np.fft.irfft(crossed, size * FINER) * FINER
    late = int(np.argmax(both))
    energy = float(np.linalg.norm(sound) * np.linalg.norm(reference)) or 1.0
    late_s = (late if late < len(both) // 2 else late - len(both)) / (HEARING_HZ * FINER)
    return Likeness(late_s, float(both[late]) / energy)
