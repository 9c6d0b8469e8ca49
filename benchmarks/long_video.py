"""Does a long video keep sound and picture together, in memory that does not grow?

    python -m benchmarks.long_video [--minutes 60] [--ending .mp4 | .mkv | .ts | joined.ts] [--output .mp4]

A white picture and a beep fall together every 1.28 s. The video is made by writing the packets of 10.24 s again and
again; `joined.ts` is bytes joined to bytes, so its time goes back every 10.24 s. It is read and written as a run does,
without looking for faces, and what came out is looked and listened to. The last line is JSON.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.common.command import run
from realtime.bench.processes import MemoryWatch
from realtime.outputs import open_sink
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame

RATE, SOUND_RATE, SIZE_WH = 25, 48_000, (64, 48)
PICTURES, BLOCKS, BLOCK = 256, 480, 1024
"""Of 10.24 s: so many pictures, and so many packets of AAC, exactly."""
FLASH_EVERY, BEEP_S = 32, 0.04
PIECE_S = PICTURES / RATE
MOST_APART_S = 0.5
"""Beeps and flashes that belong together are nearer."""


def write_piece(path: Path) -> Path:
    """10.24 s of video. The container follows from the name."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "g": "64", "bf": "2"})
        pictures.width, pictures.height, pictures.pix_fmt = *SIZE_WH, "yuv420p"
        sound = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for number in range(PICTURES):
            value = 235 if number % FLASH_EVERY == 0 else 40
            image = np.full((SIZE_WH[1], SIZE_WH[0], 3), value, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(pictures.encode(frame))
        at_s = np.arange(BLOCKS * BLOCK) / SOUND_RATE
        beeping = at_s % (FLASH_EVERY / RATE) < BEEP_S
        tone = (np.sin(at_s * 2 * np.pi * 1000) * beeping * 0.5).astype(np.float32)
        for start in range(0, len(tone), BLOCK):
            block = av.AudioFrame.from_ndarray(tone[np.newaxis, start : start + BLOCK], format="fltp", layout="mono")
            block.sample_rate, block.pts, block.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
            container.mux(sound.encode(block))
        container.mux([*pictures.encode(None), *sound.encode(None)])
    return path


def write_long(path: Path, pieces: int) -> Path:
    """So many pieces, one after another."""
    if path.name == "joined.ts":
        content = write_piece(path.with_name("piece.ts")).read_bytes()
        with path.open("wb") as file:
            for _ in range(pieces):
                file.write(content)
        return path
    piece = write_piece(path.with_name("piece.mp4"))
    with av.open(str(piece)) as source, av.open(str(path), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for number in range(pieces):
            source.seek(0)
            for packet in source.demux():
                if packet.dts is None or (packet.stream.type == "audio" and packet.is_discard and number):
                    continue
                shift = round(number * Fraction(PICTURES, RATE) / packet.time_base)
                packet.dts, packet.pts = packet.dts + shift, (packet.pts or 0) + shift
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return path


def rewrite(path: Path, output: Path) -> int:
    """What a run does with a video in which nobody is. Returns how many pictures."""
    source = open_source(str(path))
    sink = open_sink(str(output), source.info)
    count = 0
    for count, frame in enumerate(source.frames(), 1):  # noqa: B007
        frame.image.setflags(write=False)
        sink.send(ShownFrame(frame.image, frame.seq, frame.captured_ns, frame.pts, Outcome.NO_FACE))
    sink.close()
    return count


def flashes(path: Path) -> Iterator[float]:
    """When white pictures begin, s."""
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            if np.frombuffer(memoryview(frame.planes[0]), np.uint8)[: SIZE_WH[0]].mean() > 128:
                yield float(frame.time)


def beeps(path: Path) -> Iterator[float]:
    """When beeps begin, s."""
    quiet_until_s = -1.0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            samples = np.abs(frame.to_ndarray().astype(np.float32)).reshape(-1)
            loud = np.flatnonzero(samples > 0.1 * (1 if frame.format.name.startswith("flt") else 32768))
            if loud.size and frame.time is not None:
                begin_s = float(frame.time) + float(loud[0]) / frame.sample_rate
                if begin_s > quiet_until_s:
                    yield begin_s
                quiet_until_s = float(frame.time) + float(loud[-1]) / frame.sample_rate + BEEP_S


def apart_ms(path: Path) -> NDArray[np.float64]:
    """(N,) how much later each beep is than its flash, ms. Flashes without a beep count as a second."""
    heard = np.array(list(beeps(path)) or [-1e9])
    seen = np.array(list(flashes(path)))
    places = np.clip(np.searchsorted(heard, seen), 1, len(heard) - 1) if len(heard) > 1 else np.zeros(len(seen), int)
    before, after = heard[places - 1] - seen, heard[places] - seen
    nearest = np.where(np.abs(before) < np.abs(after), before, after)
    return np.where(np.abs(nearest) < MOST_APART_S, nearest, 1.0) * 1000


def measure(minutes: float, ending: str, output_ending: str) -> dict[str, float | int | str]:
    """Make, rewrite and compare a video of so many minutes."""
    pieces = max(1, round(minutes * 60 / PIECE_S))
    with tempfile.TemporaryDirectory() as folder:
        name = ending if not ending.startswith(".") else f"video{ending}"
        video, output = write_long(Path(folder) / name, pieces), Path(folder) / f"out{output_ending}"
        before = apart_ms(video) if name != "joined.ts" else np.zeros(1)  # its own times go back
        began_s = time.monotonic()
        with MemoryWatch() as memory:
            pictures = rewrite(video, output)
        took_s = time.monotonic() - began_s
        after = apart_ms(output)
    return {
        "video": f"{name} -> {output_ending}",
        "minutes": round(pieces * PIECE_S / 60, 2),
        "pictures": pictures,
        "pictures_missing": pieces * PICTURES - pictures,
        "beeps_missing": int((after == 1000).sum()),
        "apart_before_ms": round(float(np.abs(before).max()), 1),
        "apart_most_ms": round(float(np.abs(after).max()), 1),
        "apart_end_ms": round(float(after[-1]), 1),
        "took_s": round(took_s, 1),
        **memory.figures,
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--ending", default=".mp4", choices=[".mp4", ".mkv", ".ts", "joined.ts"])
    parser.add_argument("--output", default=".mp4", choices=[".mp4", ".mkv", ".webm"])
    wishes = parser.parse_args()
    print(json.dumps(measure(wishes.minutes, wishes.ending, wishes.output)))


if __name__ == "__main__":
    run(main)
