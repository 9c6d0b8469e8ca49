"""What does a live stream do when its machine fails it? Real runs, real faults, and every picture that came out judged.

    python -m benchmarks.survive [--only FAULT ...] [--json FILE]

A portrait sways before a synthetic camera, `liveswap run` swaps it into a lossless file, and something happens on the
way: the process is stopped and goes on, other programs take all cores, memory or the disk runs out. Each
picture that came out is laid beside what the camera saw then: a face is bare where less than a quarter of what a swap
changes is changed. And the run must reach its end, or end with an error and a hint; what was
written must play. Needs Linux, and root for memory and disks.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.common.command import run
from engines.types import Image
from models.errors import UserError
from models.store import ModelStore
from realtime.faces.portraits import portraits
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource

SIZE_WH, RATE = (640, 360), 30
RUN_S, BEFORE_S, FAULT_S = 20, 4, 5
"""Of the stream; and before and during a fault."""
START_S = 120
"""Until the first pictures are written, on a machine that compiles its kernels first."""
SMALL_WH, CODED_ROWS = (80, 45), 3
"""Of pictures that are compared, and the rows of the time code in them."""
CHANGED, BARE = 8.0, 0.25
"""Of 255, from which a place of a small picture is another than the camera saw; and of the places that a swap usually
changes, the share below which the face is bare."""
DISK_MB, MEMORY_MB = 12, 300
FULL_DISK = f"a disk of {DISK_MB} MB"
LIVESWAP = sys.executable, "-m", "realtime.cli.main"


@dataclass(frozen=True, slots=True)
class Outcome:
    """frames, bare: of what came out. gap_s: the longest time between two pictures. end: how it ended."""

    fault: str
    frames: int
    bare: int
    gap_s: float
    end: str


@dataclass(frozen=True, slots=True)
class Place:
    """folder: of the output. process: of the run. held: what is undone at the end."""

    folder: Path
    process: "subprocess.Popen[str]"
    held: ExitStack


def stopped(place: Place) -> None:
    """As when a laptop is closed and opened."""
    place.process.send_signal(signal.SIGSTOP)
    time.sleep(FAULT_S)
    place.process.send_signal(signal.SIGCONT)


def starved(_place: Place) -> None:
    """Four programs a core, all more important."""
    count = 4 * (os.cpu_count() or 1)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    for one in busy:
        os.setpriority(os.PRIO_PROCESS, one.pid, -5)
    time.sleep(FAULT_S)
    for one in busy:
        one.kill()
        one.wait()


def out_of_memory(place: Place) -> None:
    """Less than it has, from one moment to the next. Raises OSError where groups cannot be made."""
    mine = next(line for line in Path("/proc/self/cgroup").read_text().splitlines() if ":memory:" in line)
    group = Path(f"/sys/fs/cgroup/memory{mine.rpartition(':')[2]}") / f"survive-{place.process.pid}"
    group.mkdir()
    place.held.callback(group.rmdir)
    (group / "memory.limit_in_bytes").write_text(f"{MEMORY_MB}M")
    (group / "cgroup.procs").write_text(str(place.process.pid))


def nothing(_place: Place) -> None:
    """A small disk fills by itself."""


FAULTS: dict[str, Callable[[Place], None]] = {
    "stopped for 5 s": stopped,
    "no core for 5 s": starved,
    f"{MEMORY_MB} MB of memory": out_of_memory,
    FULL_DISK: nothing,
}


@contextmanager
def disk(folder: Path, size_mb: int) -> Iterator[None]:
    """A disk of its own at `folder`. Raises CalledProcessError where it may not be mounted."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def small(picture: Image) -> NDArray[np.float32]:
    """(h, w, 3), without the time code."""
    return np.asarray(cv2.resize(picture, SMALL_WH, interpolation=cv2.INTER_AREA)[CODED_ROWS:], np.float32)


def written(path: Path) -> tuple[list[NDArray[np.float32]], list[float]]:
    """The pictures of a file as far as it goes, small, and their times, s."""
    pictures, times = [], []
    with av.open(str(path)) as video:
        try:
            for frame in video.decode(video=0):
                pictures.append(small(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)))
                times.append(float(frame.time or 0))
        except av.error.InvalidDataError:
            pass  # the last picture of a run that was killed
    return pictures, times


def bare(pictures: list[NDArray[np.float32]], seen: NDArray[np.float32]) -> int:
    """How many pictures show the camera's face. seen: (N, h, w, 3), what it saw in all that time."""
    changed = []
    for picture in pictures:
        apart = np.abs(seen - picture).mean(axis=3)
        nearest = apart.mean(axis=(1, 2)).argmin()
        changed.append(int((apart[nearest] > CHANGED).sum()))
    usual = np.median(changed[: BEFORE_S * RATE // 2])
    return int((np.array(changed) < BARE * usual).sum())


def judged(name: str, camera: SyntheticSource, source: Path) -> Outcome:
    """One run with one fault. Raises OSError or CalledProcessError where it cannot be made."""
    with tempfile.TemporaryDirectory() as place, ExitStack() as held:
        folder = Path(place)
        if name == FULL_DISK:
            held.enter_context(disk(folder, DISK_MB))
        out = folder / "out.mkv"
        words = ["--face", str(source), "--input", "test", "--size", "{}x{}".format(*SIZE_WH), "--i-have-consent"]
        words += ["--output", str(out), "--codec", "ffv1", "--duration", str(RUN_S)]
        process = subprocess.Popen([*LIVESWAP, "run", *words], stderr=subprocess.PIPE, text=True)
        held.callback(process.kill)
        end_s = time.monotonic() + START_S
        while sum(path.stat().st_size for path in folder.iterdir()) < 100_000 and process.poll() is None:
            if time.monotonic() > end_s:
                raise UserError(f"nothing was written within {START_S} s", remedy="liveswap doctor looks for causes")
            time.sleep(0.1)
        time.sleep(BEFORE_S)
        FAULTS[name](Place(folder, process, held))
        told = process.communicate(timeout=RUN_S + START_S)[1]
        pictures, times = written(next(path for path in folder.iterdir() if ".mkv" in path.name))
        seen = np.array([small(camera.render(number)) for number in range(RATE * (RUN_S + FAULT_S + 5))])
        return Outcome(name, len(pictures), bare(pictures, seen), max(np.diff(times)), ended(process.returncode, told))


def ended(status: int, told: str) -> str:
    """For people. told: on stderr."""
    if status == 0:
        return "at its end"
    if status == -signal.SIGKILL:
        return "killed by the system"
    error = next((line for line in told.splitlines() if line.startswith("error:")), "no error")
    return f"{error[:80]}, {'a hint' if 'hint:' in told else 'no hint'}, exit {status}"


def main() -> int:
    """The command. Returns 1 if a face was bare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=FAULTS, nargs="+", default=list(FAULTS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    source, target = portraits(ModelStore())
    camera, outcomes = SyntheticSource(read_image(target), size_wh=SIZE_WH), []
    for name in options.only:
        try:
            outcomes.append(judged(name, camera, source))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: left out: {error}", flush=True)
            continue
        one = outcomes[-1]
        print(f"{name:22} {one.frames} frames, {one.bare} bare, gap {one.gap_s:.1f} s; {one.end}", flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in outcomes], indent=1) + "\n", encoding="utf-8")
    return int(any(one.bare for one in outcomes))


if __name__ == "__main__":
    run(main)
