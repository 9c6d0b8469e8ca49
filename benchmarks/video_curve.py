"""How fast a video is made by one process and by several, and how much memory that takes.

    python -m benchmarks.video_curve --face PHOTO --video VIDEO [--workers 1 2] [--json FILE] [--picture FILE.png]

Runs are real ones, with their start. What follows for more cores than this machine has is simulated
(video_simulation.py) from the core time that one worker with one core needs, and is named so. Needs Linux.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.common.command import run
from benchmarks.common.curves import INK, LINE
from benchmarks.common.video_simulation import Costs, takes_s, video_of
from engines.backends.cores import SHARE, available_cores
from models.store import ModelStore
from realtime.bench.machine import machine
from realtime.config import RunConfig
from realtime.faces.loaded_faces import LoadedFaces, load_faces
from realtime.outputs.packet_file import read_packets
from realtime.outputs.recorder import EncoderOptions, VideoRecorder
from realtime.segments.excerpt import PAINTED_S, TRACKED_S
from realtime.segments.make import SegmentRun, Task
from realtime.segments.plan import Segment
from realtime.sources import open_source
from realtime.types import StreamInfo

CORES = (1, 2, 4, 8, 16, 32)
LENGTHS_S, KEY_EVERY_S = (60, 600, 3600), 2
LOOK_S, MAKE_S = Fraction(TRACKED_S), Fraction(4)
SAMPLE_S = 0.2
FPS = (8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True, slots=True)
class Measured:
    """A real run. core_s: of all its processes. memory_mb: of all of them together at most, shared pages once."""

    workers: int
    frames: int
    wall_s: float
    core_s: float
    memory_mb: float
    load_before: float


def real_run(video: Path, face: Path, workers: int, folder: Path, *more: str) -> Measured:
    """`liveswap run` from its start to its end."""
    out, numbers = folder / "out.mp4", folder / "numbers.json"
    where = ("--face", str(face), "--input", str(video), "--output", str(out), "--metrics", str(numbers))
    words = ("run", *where, "--workers", str(workers), "--i-have-consent", *more)
    load, before = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_CHILDREN)
    began_s, most = time.monotonic(), [0.0]
    with subprocess.Popen([sys.executable, "-m", "realtime.cli.main", *words], stderr=subprocess.DEVNULL) as process:
        watcher = threading.Thread(target=_watch, args=(process, most))
        watcher.start()
        process.wait()
        watcher.join()
    took_s, after = time.monotonic() - began_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    core_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    frames = json.loads(numbers.read_text())["frames_out"]
    return Measured(workers, frames, round(took_s, 2), round(core_s, 2), round(most[0]), load)


def _watch(process: "subprocess.Popen[bytes]", most: list[float]) -> None:
    while process.poll() is None:
        most[0] = max(most[0], sum(_proportional_mb(pid) for pid in _family(process.pid)))
        time.sleep(SAMPLE_S)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text().split()
        except OSError:  # that thread has ended
            continue
        for child in found:
            yield from _family(int(child))


def _proportional_mb(pid: int) -> float:
    """Pages that several processes share count for each in part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def one_core(video: Path, face: Path, folder: Path) -> Costs:
    """What a worker with one core needs: core time, which other work on the machine hardly changes."""
    os.environ[SHARE] = "1"
    config = RunConfig(faces_from=(face,), input=str(video), outputs=(str(folder / "video.mp4"),))
    start_s = real_run(video, face, 1, folder, "--duration", "0.1").core_s
    source = open_source(config.input)
    source.close()
    read_s = _reading_s(config.input)
    faces = load_faces(config, ModelStore(), live=False)
    made, late = Segment(0, Fraction(0), Fraction(0), MAKE_S, None), Segment(1, Fraction(0), LOOK_S, LOOK_S + 1, None)
    try:
        _segment(config, faces, Task(replace(made, end_s=Fraction(1, 2)), folder / "warm"))  # kernels are loaded
        frames, made_s = _segment(config, faces, Task(made, folder / "made"))
        _, late_s = _segment(config, faces, Task(late, folder / "late"))
    finally:
        faces.close()
    each_s, rate = made_s / frames, float(source.info.rate)
    tracked_s = (late_s - (1 + float(PAINTED_S)) * rate * each_s) / (rate * float(LOOK_S - PAINTED_S))
    return Costs(start_s, each_s, tracked_s, read_s, _joining_s(source.info, folder) / frames)


def _reading_s(video: str) -> float:
    """Of one picture."""
    began_s, source = time.process_time(), open_source(video)
    count = sum(1 for _ in source.frames())
    return (time.process_time() - began_s) / count


def _joining_s(info: StreamInfo, folder: Path) -> float:
    """Of the segment that was made."""
    sink = VideoRecorder(folder / "video.mp4", info, EncoderOptions())
    began_s = time.process_time()
    for packet in read_packets(folder / "made"):
        sink.copy(packet)
    took_s = time.process_time() - began_s
    sink.close()
    return took_s


def _segment(config: RunConfig, faces: LoadedFaces, task: Task) -> tuple[int, float]:
    """How many pictures, and their core time."""
    began_s = time.process_time()
    made = SegmentRun(config, ModelStore(), faces, task).run()
    return made.numbers["frames_out"], time.process_time() - began_s


def simulated(costs: Costs, rate: int, seconds: int) -> list[dict[str, float]]:
    """A video so long, with a worker a core."""
    cuts = video_of(seconds, rate, KEY_EVERY_S)
    took = {cores: takes_s(cuts, cores, costs) for cores in CORES}
    return [
        {"seconds": seconds, "cores": cores, "fps": round(len(cuts.times) / took_s, 1), "took_s": round(took_s, 1)}
        for cores, took_s in took.items()
    ]


def draw(found: dict[str, Any], path: Path) -> None:
    """Pictures a second, and memory, over cores."""
    from matplotlib.figure import Figure  # noqa: PLC0415  needed for nothing else

    figure = Figure(figsize=(9, 3.6), layout="constrained", dpi=110)
    speed, memory = figure.subplots(1, 2)
    rows, runs = found["simulated"], found["runs"]
    for seconds, style in zip(LENGTHS_S, (":", "--", "-"), strict=True):
        mine = [row for row in rows if row["seconds"] == seconds]
        name = f"simulated, {seconds // 60} min, a worker a core"
        speed.plot([row["cores"] for row in mine], [row["fps"] for row in mine], style, color=LINE, label=name)
    for workers, mark in ((1, "o"), (2, "s")):
        mine = [row for row in runs if row["workers"] == workers]
        fps = [row["frames"] / row["wall_s"] for row in mine]
        name = (
            f"measured, {workers} process{'es' * (workers > 1)} on {found['cores']} cores, {mine[0]['frames']} frames"
        )
        speed.plot([found["cores"]] * len(fps), fps, mark, color=INK, label=name, fillstyle="none")
        memory.bar([str(workers)], [max(row["memory_mb"] for row in mine)], color=INK, width=0.5)
    speed.set_xscale("log", base=2)
    speed.set_yscale("log", base=2)
    speed.set_xticks(CORES, [str(count) for count in CORES])
    speed.set_yticks(FPS, [str(count) for count in FPS])
    speed.set_xlabel("cores", fontsize=9)
    speed.set_ylabel("frames a second", fontsize=9)
    speed.legend(fontsize=7, frameon=False)
    memory.set_xlabel("processes that make the video", fontsize=9)
    memory.set_ylabel("MB at most, all together (measured)", fontsize=9)
    for axes in (speed, memory):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--face", type=Path, required=True)
    parser.add_argument("--video", type=Path, required=True)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--picture", type=Path, metavar="FILE.png")
    options = parser.parse_args()
    cores = available_cores()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = []
        for _ in range(options.rounds):
            for workers in options.workers:
                runs.append(asdict(real_run(options.video, options.face, workers, folder)))
                print(", ".join(f"{value:g} {what}" for what, value in runs[-1].items()), flush=True)
        costs = one_core(options.video, options.face, folder)
    rate = round(open_source(str(options.video)).info.rate)
    rows = [row for seconds in LENGTHS_S for row in simulated(costs, rate, seconds)]
    found: dict[str, Any] = {"machine": machine(), "cores": cores, "video": options.video.name, "runs": runs}
    found |= {"costs_s": asdict(costs), "simulated": rows}
    print(json.dumps({"costs_s": found["costs_s"], "simulated": found["simulated"]}))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    if options.picture:
        draw(found, options.picture)


if __name__ == "__main__":
    run(main)
