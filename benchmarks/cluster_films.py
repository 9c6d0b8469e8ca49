"""What a Ray cluster costs and brings for one film: one node of one core beside a plain process of one core, then two.

    python -m benchmarks.cluster_films --face PHOTO --video VIDEO [--rounds 2] [--json FILE]

Runs are whole commands, taken in turns, so that what else the machine does is in all of them; core seconds are of all
processes of a run (Ray's own left out), and say less of that. At last a worker is killed in the middle. Needs Linux.
"""

import argparse
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.common.child_processes import children_called
from benchmarks.common.command import run
from benchmarks.common.ray_nodes import QUIET, RayNodes, ray_nodes
from engines.backends.cores import told_to_share
from realtime.bench.machine import machine
from realtime.bench.processes import cpu_s
from realtime.sources import open_source

ACTOR = b"ray::FilmActor"
BEGUN_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A whole command. frames: in the film that it made."""

    name: str
    wall_s: float
    core_s: float
    frames: int
    load_before: float


class Actors(threading.Thread):
    """Adds up the core time of a cluster's workers while a run is on; kills one of them when asked to, once."""

    def __init__(self, home: Path, *, kill: bool) -> None:
        super().__init__(daemon=True)
        self._home, self._kill, self._is_over = home, kill, threading.Event()
        self._core_s: dict[int, float] = {}

    def run(self) -> None:
        while not self._is_over.wait(0.1):
            for pid in children_called(ACTOR, os.getpid()):
                with suppress(OSError):  # it has just ended
                    self._core_s[pid] = cpu_s(pid)
            if self._kill and any(p.stat().st_size > BEGUN_BYTES for p in self._home.glob("cluster/*/*/packets")):
                self._kill = False
                os.kill(max(self._core_s), signal.SIGKILL)

    def core_s(self) -> float:
        """Ends it."""
        self._is_over.set()
        self.join()
        return sum(self._core_s.values())


def measured(name: str, options: argparse.Namespace, home: Path, *more: str, kill: bool = False) -> Measured:
    """One run of the command."""
    load, out = os.getloadavg()[0], home / "out.mkv"
    words = ["--face", options.face, "--input", options.video, "--output", out, "--codec", "ffv1", "--i-have-consent"]
    actors, used = Actors(home, kill=kill), resource.getrusage(resource.RUSAGE_CHILDREN)
    actors.start()
    began_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "liveswap", "run", *map(str, words), *more], capture_output=True, text=True, check=False
    )
    wall_s, after = time.monotonic() - began_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    core_s = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime + actors.core_s()
    frames = sum(1 for _ in open_source(str(out)).frames())
    found = Measured(name, round(wall_s, 1), round(core_s, 1), frames, round(load, 1))
    print(f"{name:12} {wall_s:6.1f} s, {core_s:6.1f} core s, {frames} frames, load before {load:.1f}", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--face", type=Path, required=True)
    parser.add_argument("--video", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    os.environ.update({**QUIET, **told_to_share(1)})
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:
        home = Path(folder)
        (home / "models").symlink_to(Path("~/.cache/liveswap/models").expanduser())
        os.environ["LIVESWAP_HOME"] = folder
        with ray_nodes(1) as nodes:
            runs = _all(nodes, options, home)
    ratios = {name: _ratio(runs, name) for name in ("one worker", "two workers")}
    print(json.dumps(ratios))
    if options.json:
        told = {"machine": machine(), "runs": [asdict(one) for one in runs], "plain_over": ratios}
        options.json.write_text(json.dumps(told, indent=1) + "\n")


def _all(nodes: RayNodes, options: argparse.Namespace, home: Path) -> list[Measured]:
    where, runs = ("--cluster", nodes.address), list[Measured]()
    for name in ("one worker", "two workers"):
        if name == "two workers":
            nodes.add()
        for _ in range(options.rounds):
            runs += [measured("plain", options, home), measured(name, options, home, *where)]
    return [*runs, measured("killed", options, home, *where, kill=True)]


def _ratio(runs: list[Measured], name: str) -> dict[str, float]:
    """A plain run's time over that of the run after it, in the mean."""
    pairs = [(before, after) for before, after in itertools.pairwise(runs) if after.name == name]
    wall = sum(before.wall_s / after.wall_s for before, after in pairs) / len(pairs)
    return {"wall": round(wall, 3), "core": round(sum(b.core_s / a.core_s for b, a in pairs) / len(pairs), 3)}


if __name__ == "__main__":
    run(main)
