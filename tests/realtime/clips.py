"""Small clips made on the spot, of pictures whose colours are known."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np

from realtime.media.colour import FromBgr, settle
from realtime.types import ColourTags

GREY = 128
BT601, BT709, BT2020 = ColourTags(6, 6, 6), ColourTags(1, 1, 1), ColourTags(9, 9, 14)


@dataclass(frozen=True)
class Clip:
    """How a clip is made. pts: one per frame, in ms; times of a variable rate by default when `steady` is False."""

    frames: int = 30
    size_wh: tuple[int, int] = (96, 64)
    rate: Fraction = Fraction(30)
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    tags: ColourTags = field(default_factory=ColourTags)
    steady: bool = True
    rotation: int = 0
    sound: str | None = "aac"
    starts_at_ms: int = 0

    @property
    def times_ms(self) -> list[int]:
        """Presentation times."""
        steps = [round(1000 * number / self.rate) for number in range(self.frames)]
        times = steps if self.steady else [t + 400 * (t // 500) + (n % 3) * 5 for n, t in enumerate(steps)]
        return [self.starts_at_ms + t for t in times]


def picture(clip: Clip, number: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """A grey card with pure-ish patches at the left and a bar whose place tells the number."""
    width, height = clip.size_wh
    image = np.full((height, width, 3), GREY, np.uint8)
    for row, colour in enumerate([(200, 60, 60), (60, 180, 60), (60, 60, 200), (235, 235, 235)]):
        image[row * height // 4 : (row + 1) * height // 4, : width // 4] = colour
    x = width // 2 + number % (width // 2 - 4)
    image[-height // 8 :, x : x + 4] = 255
    return image


def write_clip(path: Path, clip: Clip = Clip()) -> Path:
    """Encode `clip`, nearly lossless; the container follows from the name."""
    tags = settle(clip.tags, clip.size_wh)
    with av.open(str(path), "w") as container:
        options = {"crf": "3", "preset": "ultrafast"} if clip.codec == "libx264" else {}
        stream = cast("av.VideoStream", container.add_stream(clip.codec, rate=clip.rate, options=options))
        context = stream.codec_context
        context.width, context.height = clip.size_wh
        context.pix_fmt, context.time_base = clip.pixel_format, Fraction(1, 1000)
        context.colorspace, context.color_primaries = clip.tags.matrix, clip.tags.primaries
        context.color_trc, context.color_range = clip.tags.transfer, 2 if clip.tags.full_range else 1
        if clip.rotation:
            stream.set_display_rotation(clip.rotation)
        sound = container.add_stream(clip.sound, rate=48_000) if clip.sound else None
        convert = FromBgr(tags, clip.size_wh, clip.pixel_format)
        for number, at_ms in enumerate(clip.times_ms):
            frame = convert(picture(clip, number))
            frame.pts, frame.time_base = at_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            _add_tone(container, cast("av.AudioStream", sound), clip.times_ms[-1] / 1000)
    return path


def _add_tone(container: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    time_s = np.arange(int(48_000 * seconds)) / 48_000
    tone = (np.sin(2 * np.pi * 440 * time_s) * 0.3).astype(np.float32)
    for start in range(0, len(tone) - 1024, 1024):
        frame = av.AudioFrame.from_ndarray(tone[np.newaxis, start : start + 1024], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


@dataclass(frozen=True)
class Facts:
    """What a player would find in a file."""

    times_s: list[float]
    duration_s: float
    size_wh: tuple[int, int]
    colour: tuple[int, int, int, int]  # matrix, primaries, transfer, range
    sound: list[bytes]
    rotation: int
    comment: str
    codec: str
    pixel_aspect: Fraction


def facts_of(path: Path) -> Facts:
    """Read a whole file."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        seconds = float((stream.duration or 0) * (stream.time_base or 0)) or (container.duration or 0) / 1e6
        comment = container.metadata.get("comment", "") or container.metadata.get("COMMENT", "")
        sound: list[bytes] = []
        if container.streams.audio:
            with av.open(str(path)) as again:
                sound = [bytes(packet) for packet in again.demux(again.streams.audio[0]) if packet.size]
        first = frames[0]
        return Facts(
            times_s=[float((frame.pts or 0) * (frame.time_base or 0)) for frame in frames],
            duration_s=seconds,
            size_wh=(first.width, first.height),
            colour=(int(first.colorspace), int(first.color_primaries), int(first.color_trc), int(first.color_range)),
            sound=sound,
            rotation=round(first.rotation),
            comment=comment,
            codec=stream.codec_context.name,
            pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
        )
