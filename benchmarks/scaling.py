"""How cost grows with the size of the frame and of the face, with faces, sources, sessions and cores.

    python -m benchmarks.scaling [--json FILE] [--picture FILE.png] [--sessions 6]

Each is turned up alone; a straight line is fitted and the largest distance from it said. `planning` counts with the
result. About three minutes. Sessions and cores need Linux, sessions the extra web.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common.ab_timing import per_go
from benchmarks.common.command import run
from benchmarks.common.curves import Curve, draw
from engines.types import Image
from models.store import ModelStore
from realtime.bench.equipment import Equipment
from realtime.bench.machine import machine
from realtime.bench.processes import resident_mb
from realtime.bench.scenarios import colours
from realtime.faces.source_bank import SourceBank
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import DEFAULT_RATE
from realtime.stream.metrics import StreamMetrics
from realtime.types import Frame, StreamInfo

SIZES = ((640, 360), (960, 540), (1280, 720), (1600, 900), (1920, 1080), (2560, 1440), (3840, 2160))
FACES_PX = (80, 120, 160, 240, 320, 420, 540, 680)
"""Heights of a face."""
FULL_HD = (1920, 1080)
PEOPLE = (1, 2, 3, 4, 6)
SOURCE_COUNTS = (1, 32, 64, 128)
GROUPS = (((1, "0"),), ((1, "0,1"),), ((2, "0,1"),), ((4, "0,1"),), ((1, "0"), (1, "1")))
"""Processes: how many streams each has, and on which cores."""
PROBE_S, PROBE_HZ = 3, 250
POINT_S = 1.0
BACKDROP, FACE_PX, FEW_PX = 70, 240, 160
Sweep = Iterator[Curve]


@dataclass(frozen=True, slots=True)
class Concurrency:
    """fps: of all streams together."""

    processes: int
    streams: int
    cores: int
    fps: float


class Scenes:
    """Pictures with faces of a wanted size, and what a frame of them costs."""

    def __init__(self) -> None:
        self.equipment = Equipment(ModelStore())
        self._portrait = read_image(self.equipment.target)
        face = self.equipment.engines.landmarker.locate(self._portrait, self.equipment.roi_in(self._portrait))
        self._face_px = float(np.ptp(face.points[:, 1]))

    def scene(self, size_wh: tuple[int, int], face_px: float, people: int = 1) -> Image:
        """The portrait side by side on grey, each face so many px high."""
        width, height = size_wh
        picture = np.full((height, width, 3), BACKDROP, np.uint8)
        one = np.asarray(cv2.resize(self._portrait, None, fx=face_px / self._face_px, fy=face_px / self._face_px))
        one = one[: min(height, one.shape[0]), : min(width // people, one.shape[1])]
        for number in range(people):
            left = number * (width // people)
            picture[: one.shape[0], left : left + one.shape[1]] = one
        return picture

    def frame_ms(self, image: Image, people: int = 1) -> dict[str, float]:
        """Of a whole frame ("frame"), and of its stages: medians."""
        info = StreamInfo("scene", (image.shape[1], image.shape[0]), DEFAULT_RATE, live=True)
        metrics = StreamMetrics(primary="null", swapper="mesh", device="cpu")
        pipeline, numbers = self.equipment.pipeline(info, metrics, people=people), count()

        def frames() -> Iterator[Frame]:
            end_s = time.monotonic() + POINT_S
            while time.monotonic() < end_s:
                number = next(numbers)
                yield Frame(image.copy(), number, time.monotonic_ns(), number * 3000)

        whole = per_go(pipeline.process, frames)()
        stages = {name: times["p50"] or 0.0 for name, times in metrics.snapshot()["stages_ms"].items()}
        return {"frame": whole, **stages}


def by_frame(scenes: Scenes) -> Sweep:
    """The face keeps its size."""
    pixels = [width * height / 1e6 for width, height in SIZES]
    costs = [scenes.frame_ms(scenes.scene(size, FACE_PX))["frame"] for size in SIZES]
    yield Curve("size of the frame", "megapixel", "ms a frame", tuple(zip(pixels, costs, strict=True)))
    both = [colours(scenes.equipment, POINT_S, size_wh=size).percentile(50) or 0.0 for size in SIZES]
    yield Curve("4:2:0 and back", "megapixel", "ms a frame", tuple(zip(pixels, both, strict=True)))


def by_face(scenes: Scenes) -> Sweep:
    """In a frame of 1920x1080."""
    costs = [scenes.frame_ms(scenes.scene(FULL_HD, px))["swap"] for px in FACES_PX]
    areas = [px * px / 1e4 for px in FACES_PX]
    yield Curve("size of the face", "10,000 px (height squared)", "ms a swap", tuple(zip(areas, costs, strict=True)))


def by_people(scenes: Scenes) -> Sweep:
    """All swapped, each FEW_PX high."""
    costs = [scenes.frame_ms(scenes.scene(FULL_HD, FEW_PX, people), people)["frame"] for people in PEOPLE]
    yield Curve("faces", "face", "ms a frame", tuple(zip(map(float, PEOPLE), costs, strict=True)))


def by_sources(scenes: Scenes) -> Sweep:
    """Photos that can be put on from one frame to the next."""
    equipment = scenes.equipment
    kept: list[SourceBank] = []
    points = []
    for wanted in SOURCE_COUNTS:
        while len(kept) < wanted:
            kept.append(equipment.engines.source_bank((equipment.source,)))
        points.append((float(wanted), resident_mb()))
    yield Curve("sources", "source", "MB", tuple(points))


def by_sessions(most: int) -> Sweep:
    """Visitors of `liveswap serve`, 640x360 at 15 fps."""
    from benchmarks import web_sessions  # noqa: PLC0415  an extra
    from benchmarks.common.web_servers import liveswap  # noqa: PLC0415

    with liveswap("--sessions", str(most)) as server:
        visit = web_sessions.visit_by_webrtc
        rows = asyncio.run(web_sessions.fill(server.url, server.process.pid, visit, most, 4, interpreter_share))
    for name, unit in (("server_core", "cores"), ("server_mb", "MB"), ("gil", "of the interpreter's lock")):
        points = tuple((float(row["sessions"]), float(row[name])) for row in rows if name in row)
        if points:
            yield Curve(f"sessions: {unit}", "session", unit, points)
    points = tuple((float(row["sessions"]), row["sessions"] * row["video_kbit_s"]) for row in rows)
    yield Curve("sessions: bits", "session", "kbit/s in", points)


def interpreter_share(pid: int) -> dict[str, float]:
    """How much of the time some thread of a process holds the interpreter's lock; nothing without py-spy."""
    tool = shutil.which("py-spy", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if tool is None:
        return {}
    with tempfile.NamedTemporaryFile() as stacks:
        asked = ["-p", str(pid), "-d", str(PROBE_S), "-r", str(PROBE_HZ), "--gil", "-f", "raw", "-o", stacks.name]
        subprocess.run([tool, "record", *asked], check=True, capture_output=True)
        held = sum(int(line.rpartition(b" ")[2]) for line in stacks)
    return {"gil": held / (PROBE_S * PROBE_HZ)}


def by_cores() -> Iterator[Concurrency]:
    """Whole frames at 640x360, as fast as they go."""
    for processes in GROUPS:
        command = [sys.executable, "-m", "benchmarks.concurrency"]
        running = [
            subprocess.Popen([*command, "--threads", str(streams), "--cores", cores], stdout=subprocess.PIPE, text=True)
            for streams, cores in processes
        ]
        fps = sum(float(process.communicate()[0]) for process in running)
        cores = {core for _, given in processes for core in given.split(",")}
        yield Concurrency(len(processes), sum(streams for streams, _ in processes), len(cores), round(fps, 1))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--picture", type=Path, metavar="FILE.png")
    parser.add_argument("--sessions", type=int, default=6)
    options = parser.parse_args()
    scenes, curves = Scenes(), []
    sweeps = (by_frame(scenes), by_face(scenes), by_people(scenes), by_sources(scenes), by_sessions(options.sessions))
    for sweep in sweeps:
        for curve in sweep:
            print(curve.in_words(), flush=True)
            curves.append(curve)
    crowds = []
    for crowd in by_cores():
        crowds.append(asdict(crowd))
        print(", ".join(f"{value:g} {name}" for name, value in crowds[-1].items()), flush=True)
    if options.json:
        found = {"machine": machine(), "curves": [curve.as_json() for curve in curves], "crowds": crowds}
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    if options.picture:
        draw(curves, options.picture)


if __name__ == "__main__":
    run(main)
