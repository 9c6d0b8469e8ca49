"""What a machine, a service, a service for everybody would need: arithmetic on what `scaling` measured.

    python -m benchmarks.planning [benchmarks/results/scaling.json]

Prints the tables of benchmarks/README.md. Cores beyond those that were measured are simulated: frames arrive at their
rate and random phase, wait for a free core and, for part of their work, for the one interpreter lock of their process.
Knows arithmetic; measures nothing.
"""

import argparse
import json
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common.command import run
from benchmarks.common.curves import Curve

RESULT = Path(__file__).parent / "results" / "scaling.json"
RATE = 15
"""Frames a second of a session, as `scaling` had them."""
FULL = 0.8
"""Of cores or a GPU: beyond that, waiting grows faster than work."""
SIMULATED_S = 4.0
CORES = (1, 2, 4, 8, 16, 32, 64)
NEURAL_MS = 2.29
"""inswapper on an RTX 4090 through TensorRT, as its users report (shared/peers.md); not measured here."""
SERVICE, EVERYBODY = 100, 100_000
HOST_CORES = 64


@dataclass(frozen=True, slots=True)
class Session:
    """What one visitor takes. core_s, lock_s: of each frame. base_mb: of a server with nobody in it."""

    core_s: float
    lock_s: float
    mb: float
    base_mb: float
    kbit_s: float

    @classmethod
    def of(cls, curves: dict[str, Curve]) -> "Session":
        """From what was measured. Raises KeyError for a curve that is missing."""
        base_mb, mb = curves["sessions: MB"].line
        return cls(
            core_s=curves["sessions: cores"].line[1] / RATE,
            lock_s=curves["sessions: of the interpreter's lock"].line[1] / RATE,
            mb=mb,
            base_mb=base_mb,
            kbit_s=curves["sessions: bits"].line[1],
        )

    @property
    def most_per_process(self) -> int:
        """Before the lock is full."""
        return int(FULL / (self.lock_s * RATE))


def wait_ms(session: Session, sessions: int, cores: int, processes: int) -> float:
    """p95 of a frame's time from arrival to done, simulated."""
    chance = random.Random(0)  # noqa: S311  a simulation
    phases = [chance.random() / RATE for _ in range(sessions)]
    frames = sorted(
        (k / RATE + phase, n % processes) for n, phase in enumerate(phases) for k in range(int(SIMULATED_S * RATE))
    )
    core_free, lock_free, took = [0.0] * cores, [0.0] * processes, []
    for arrived_s, process in frames:
        core = min(range(cores), key=core_free.__getitem__)
        locked_s = max(arrived_s, core_free[core], lock_free[process]) + session.lock_s
        lock_free[process] = locked_s
        core_free[core] = locked_s + session.core_s - session.lock_s
        took.append(core_free[core] - arrived_s)
    return float(np.percentile(took, 95)) * 1000


def most_sessions(session: Session, cores: int, processes: int) -> int:
    """How many keep p95 within a frame's time."""
    low, high = 0, int(cores / (session.core_s * RATE)) + 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wait_ms(session, middle, cores, processes) <= 1000 / RATE else (low, middle - 1)
    return low


def of_one_machine(session: Session) -> Iterator[str]:
    """Sessions by cores, with as many processes as pay, and with one."""
    yield f"| cores | sessions in {FULL:.0%} of it | of one process | processes | p95 then |"
    yield "|---|---|---|---|---|"
    for cores in CORES:
        one = min(int(FULL * most_sessions(session, cores, 1)), session.most_per_process)
        processes = max(1, math.ceil(cores * FULL / (session.core_s * RATE) / session.most_per_process))
        several = int(FULL * most_sessions(session, cores, processes))
        p95_ms = wait_ms(session, several, cores, processes)
        yield f"| {cores} | {several} | {one} | {processes} | {p95_ms:.0f} ms |"


def of_a_gpu(session: Session) -> Iterator[str]:
    """A box with one GPU and a neural swapper."""
    share = NEURAL_MS / 1000 * RATE
    fit = int(FULL / share)
    yield f"- One face takes {NEURAL_MS} ms of the GPU, at {RATE} fps {share:.1%} of it; {FULL:.0%} serve {fit}."
    yield f"- They take {fit * session.core_s * RATE / FULL:.1f} cores for everything else, hence a box with 8."
    yield f"- The mesh swapper needs no GPU: 8 cores alone serve {int(FULL * 8 / (session.core_s * RATE))}."


def of_a_service(session: Session, sessions: int) -> Iterator[str]:
    """So many at the same time."""
    core = session.core_s * RATE
    cores, processes = math.ceil(sessions * core / FULL), math.ceil(sessions / session.most_per_process)
    gib = (processes * session.base_mb + sessions * session.mb) / 1024
    gbit_s = sessions * session.kbit_s / 1e6
    yield f"- cores: {sessions:,} x {core:.3f} / {FULL:g} = {cores:,}"
    yield f"- processes: {sessions:,} / {session.most_per_process} = {processes:,}"
    yield f"- hosts of {HOST_CORES} cores: {math.ceil(cores / HOST_CORES):,}"
    yield f"- memory: {processes:,} x {session.base_mb:.0f} MB + {sessions:,} x {session.mb:.0f} MB = {gib:,.0f} GiB"
    yield f"- network: {sessions:,} x {session.kbit_s / 1000:.2f} Mbit/s = {gbit_s:,.2f} Gbit/s each way"


def planned(found: Mapping[str, Any]) -> str:
    """The tables, as Markdown."""
    session = Session.of({curve["name"]: Curve.from_json(curve) for curve in found["curves"]})
    parts = [
        "**One machine** (640x360 at 15 fps, mesh swapper; simulated)",
        "\n".join(of_one_machine(session)),
        "**A box with one GPU**, for a neural swapper",
        "\n".join(of_a_gpu(session)),
        f"**A service for {SERVICE} at the same time**",
        "\n".join(of_a_service(session, SERVICE)),
        f"**A service for everybody: {EVERYBODY:,} at the same time**",
        "\n".join(of_a_service(session, EVERYBODY)),
    ]
    return "\n\n".join(parts)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", type=Path, nargs="?", default=RESULT)
    print(planned(json.loads(parser.parse_args().result.read_text())))


if __name__ == "__main__":
    run(main)
