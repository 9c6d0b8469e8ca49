"""Videos of given times, made on the spot: starts, pauses, joined recordings, edit lists, several tracks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np

MS = Fraction(1, 1000)
SOUND_RATE = 32_000
BLOCK = 640
"""Samples of one packet of PCM: 20 ms."""


@dataclass(frozen=True, kw_only=True)
class Video:
    """times_ms: of the pictures. sound_ms: from, to of a tone. matrix: display matrix. aspect: of a pixel."""

    times_ms: Sequence[int]
    sound_ms: tuple[int, int] | None = None
    size_wh: tuple[int, int] = (64, 48)
    codec: str = "libx264"
    sound_codec: str = "aac"
    options: dict[str, str] = field(default_factory=lambda: {"preset": "ultrafast", "crf": "10"})
    matrix: Sequence[int] | None = None
    aspect: Fraction = Fraction(1)
    rate: Fraction = Fraction(25)


def every(step_ms: float, count: int, start_ms: int = 0) -> list[int]:
    """Times of `count` pictures, ms."""
    return [start_ms + round(step_ms * number) for number in range(count)]


def bar(number: int, size_wh: tuple[int, int]) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """(H, W, 3) RGB, grey, with a white bar whose place tells `number` of 16."""
    width, height = size_wh
    image = np.full((height, width, 3), 90, np.uint8)
    x = number % 16 * width // 16
    image[:, x : x + width // 16] = 235
    return image


def number_of(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> int:
    """Which of 16 a picture is, by its bar."""
    columns = image.mean(axis=(0, 2))
    return int(np.argmax(columns.reshape(16, -1).mean(axis=1)))


def write_video(path: Path, video: Video, container_options: dict[str, str] | None = None) -> Path:
    """Pictures and sound in the order of their times; the container follows from the name."""
    with av.open(str(path), "w", container_options=container_options or {}) as container:
        pictures = cast("av.VideoStream", container.add_stream(video.codec, rate=video.rate, options=video.options))
        context = pictures.codec_context
        context.width, context.height = video.size_wh
        context.pix_fmt, context.time_base = "yuv420p" if video.codec != "mjpeg" else "yuvj420p", MS
        context.sample_aspect_ratio = video.aspect
        if video.matrix is not None:
            pictures.set_display_matrix(video.matrix)
        sound = None
        if video.sound_ms is not None:
            sound = cast("av.AudioStream", container.add_stream(video.sound_codec, rate=SOUND_RATE))
            sound.layout = "mono"
        blocks = _tone(sound, video.sound_ms) if sound is not None and video.sound_ms is not None else []
        for number, at_ms in enumerate(video.times_ms):
            while sound is not None and blocks and (blocks[0].pts or 0) / SOUND_RATE <= at_ms / 1000:
                container.mux(sound.encode(blocks.pop(0)))
            frame = av.VideoFrame.from_ndarray(bar(number, video.size_wh), format="rgb24")
            frame.pts, frame.time_base = at_ms, MS
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        for block in blocks if sound is not None else []:
            container.mux(sound.encode(block))  # type: ignore[union-attr]
        if sound is not None:
            container.mux(sound.encode(None))
    return path


def _tone(stream: av.AudioStream, sound_ms: tuple[int, int]) -> list[av.AudioFrame]:
    size = stream.codec_context.frame_size or BLOCK
    blocks = []
    for start in range(round(sound_ms[0] * SOUND_RATE / 1000), round(sound_ms[1] * SOUND_RATE / 1000), size):
        wave = np.sin(np.arange(start, start + size) * 2 * math.pi * 440 / SOUND_RATE)
        samples = (wave * 8000).astype(np.int16)[np.newaxis]
        kind = "fltp" if stream.codec_context.name == "aac" else "s16"
        content = samples.astype(np.float32) / 32768 if kind == "fltp" else samples
        block = av.AudioFrame.from_ndarray(content, format=kind, layout="mono")
        block.sample_rate, block.pts, block.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
        blocks.append(block)
    return blocks


def join(path: Path, *parts: Path) -> Path:
    """One after another, byte by byte, as recordings in transport streams are joined."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def restamp(path: Path, source: Path, shift_ms: int, from_ms: int = 0, options: dict[str, str] | None = None) -> Path:
    """The packets of a video, those at `from_ms` and later by `shift_ms` later."""
    with av.open(str(source)) as old, av.open(str(path), "w", container_options=options or {}) as new:
        streams = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        for packet in old.demux():
            if packet.dts is None:
                continue
            if packet.dts * packet.time_base * 1000 >= from_ms:
                by = round(Fraction(shift_ms, 1000) / packet.time_base)
                packet.dts += by
                packet.pts = None if packet.pts is None else packet.pts + by
            packet.stream = streams[packet.stream.index]
            new.mux(packet)
    return path
