"""What got worse? Instructions of every kernel, counted by callgrind, against the stored baseline.

    python -m benchmarks.instructions [--save] [--only mesh]

Counts do not depend on how busy a machine is: on one machine they repeat to the last instruction, and the kernels are
compiled for the same CPU everywhere and run on one core, where nobody waits for anybody in a loop. They say nothing of
caches and waiting, and OpenCV takes slower ways under valgrind than outside; for time see `bench_kernels`. Exit status
1 when a kernel needs over 2 % more than the baseline (benchmarks/instructions.json, written by --save). Needs valgrind
and Linux, and about two minutes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import cv2

from benchmarks.common.command import run
from benchmarks.common.kernels import kernels
from models.store import ModelStore
from realtime.cli.doctor import installed

BASELINE = Path(__file__).with_name("instructions.json")
WARM_UP, FEW, MANY = 12, 2, 7
"""Calls: what surrounds them is in both counts, and falls out of their difference."""
WORSE = 0.02
SAME_EVERYWHERE = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "",
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}
PACKAGES = ("numpy", "numba", "opencv-python-headless")
CHILD = [sys.executable, "-m", "benchmarks.instructions", "--child"]


@dataclass(frozen=True, slots=True)
class Counter:
    """A process under callgrind that calls kernels when told to. dumps: where its counts come, one file a dump."""

    process: "subprocess.Popen[str]"
    dumps: Path

    def per_call(self, name: str) -> int:
        """Instructions of one call, once everything is loaded and the interpreter has adapted itself."""
        self.tell(f"{WARM_UP} {name}")
        return (self._of(name, MANY) - self._of(name, FEW)) // (MANY - FEW)

    def _of(self, name: str, calls: int) -> int:
        self._control("--zero")
        self.tell(f"{calls} {name}")
        self._control("--dump")
        newest = max(self.dumps.glob("counts.*"), key=lambda path: int(path.suffix[1:]))
        [line] = [line for line in newest.read_text().splitlines() if line.startswith("totals:")]
        return int(line.split()[1])

    def tell(self, line: str) -> str:
        """Its answer."""
        cast("IO[str]", self.process.stdin).write(f"{line}\n")
        cast("IO[str]", self.process.stdin).flush()
        return cast("IO[str]", self.process.stdout).readline()

    def _control(self, what: str) -> None:
        subprocess.run(["callgrind_control", what, str(self.process.pid)], check=True, capture_output=True)


@contextmanager
def counting() -> Iterator[Counter]:
    """A Counter in the block."""
    environment = {**os.environ, **SAME_EVERYWHERE}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(CHILD, input="", check=True, text=True, env=environment, stdout=subprocess.DEVNULL)  # compiles
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/counts"]
        with subprocess.Popen(
            [*valgrind, *CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        ) as process:
            yield Counter(process, Path(folder))
            cast("IO[str]", process.stdin).close()


def child() -> None:
    """Call what is asked for: lines of a number and a name, answered when it is done."""
    cv2.setNumThreads(1)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ready = kernels(ModelStore())
    for line in sys.stdin:
        calls, _, name = line.strip().partition(" ")
        for _ in range(int(calls)):
            ready[name]()
        print("done", flush=True)


def read_baseline() -> dict[str, Any]:
    """packages: their versions when it was counted. counts: by kernel."""
    found: dict[str, Any] = json.loads(BASELINE.read_text())
    return found


def told(name: str, before: int | None, now: int) -> tuple[str, bool]:
    """A line, and whether it is worse."""
    if before is None:
        return f"{name:24} {now:12,}   new", False
    ratio = now / before
    word = "WORSE" if ratio > 1 + WORSE else "better" if ratio < 1 - WORSE else ""
    return f"{name:24} {now:12,}   {ratio:.3f} of {before:,}   {word}".rstrip(), word == "WORSE"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--save", action="store_true", help="make this the baseline")
    parser.add_argument("--only", default="", help="a part of the names of the kernels to count")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child()
        return 0
    if shutil.which("valgrind") is None:
        sys.stderr.write("error: valgrind is not installed\nhint: apt install valgrind\n")
        return 2
    baseline = read_baseline()
    packages = installed(PACKAGES)
    if baseline["packages"] != packages:
        sys.stderr.write(f"the baseline was counted with other packages: {baseline['packages']}\n")
    known = list(kernels(ModelStore()))
    counts, is_worse = {name: count for name, count in baseline["counts"].items() if name in known}, False
    names = [name for name in known if options.only in name]
    with counting() as counter:
        for name in names:
            counts[name] = counter.per_call(name)
            line, worse = told(name, baseline["counts"].get(name), counts[name])
            print(line, flush=True)
            is_worse |= worse
    if options.save:
        BASELINE.write_text(json.dumps({"packages": packages, "counts": counts}, indent=1) + "\n")
        return 0
    return int(is_worse)


if __name__ == "__main__":
    run(main)
