"""One live run with one fault, and what came of it.

Knows the command line and the order of events; what happens is faults.py's business.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.surviving.faults import FAULTS, Place, disk, settable_clock
from benchmarks.surviving.faulty_run import RATE, SIZE_WH
from benchmarks.surviving.judging import bare, small, standing_s, written
from models.errors import UserError
from models.store import ModelStore
from realtime.sources.synthetic import SyntheticSource

RUN_S, BEFORE_S = 20, 4
"""Of the stream, beside the time that it stands still; and before a fault."""
START_S = 240
"""Until the first pictures are written, on a machine that compiles its kernels first; and how much later it may end."""
BEGUN_BYTES = 100_000
FOLDER = re.compile(r"\S*/tmp\w+/")
"""Of a run: the next one has another."""
LIVESWAP = sys.executable, "-m", "benchmarks.surviving.faulty_run"


@dataclass(frozen=True, slots=True)
class Outcome:
    """frames, bare: of what came out. gap_s: the longest time between two pictures. length_s: of all of them.

    stands_s: how long the last picture stood. end: how it ended. held: whether all that had to be was so.
    """

    fault: str
    frames: int
    bare: int
    gap_s: float
    length_s: float
    stands_s: float
    end: str
    held: bool


def judged(name: str, camera: SyntheticSource, source: Path) -> Outcome:
    """One run with one fault. Raises OSError or CalledProcessError where it cannot be made."""
    fault = FAULTS[name]
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as home, ExitStack() as held:
        folder, wanted_s = Path(place), RUN_S + fault.away_s
        if fault.disk_mb is not None:
            held.enter_context(disk(folder, fault.disk_mb))
        face = Path(shutil.copy(source, home))  # so that it is nobody's whom we lend, and its consent is recorded
        Path(home, "models").symlink_to(ModelStore().home / "models")
        words = ["--face", str(face), "--input", fault.source, "--size", "{}x{}".format(*SIZE_WH), "--i-have-consent"]
        words += ["--output", str(folder / "out.mkv"), "--codec", "ffv1", "--duration", str(wanted_s), *fault.words]
        around = {"LIVESWAP_HOME": home} | (settable_clock(folder) if fault.needs_clock else {})
        process = subprocess.Popen(
            [*LIVESWAP, place, "run", *words], stderr=subprocess.PIPE, text=True, env=os.environ | around
        )
        held.callback(process.kill)
        await_beginning(folder, process)
        time.sleep(BEFORE_S)
        fault.do(Place(folder, process, held))
        told = process.communicate(timeout=wanted_s + START_S)[1]
        pictures, times = written(next(path for path in folder.iterdir() if ".mkv" in path.name))
    seen = np.array([small(camera.render(number)) for number in range(RATE * (wanted_s + 10))])
    stands_s = standing_s(pictures, times)
    return Outcome(
        name,
        frames=len(pictures),
        bare=bare(pictures, seen, usual=sum(at - times[0] <= BEFORE_S / 2 for at in times)),
        gap_s=round(float(max(np.diff(times))), 3),
        length_s=round(times[-1] - times[0], 3),
        stands_s=round(stands_s, 3),
        end=ended(process.returncode, told),
        held=stands_s >= fault.stands_s and (process.returncode == 0 or "hint:" in told),
    )


def await_beginning(folder: Path, process: "subprocess.Popen[str]") -> None:
    """Until pictures are written. Raises UserError."""
    end_s = time.monotonic() + START_S
    while sum(path.stat().st_size for path in folder.iterdir()) < BEGUN_BYTES:
        if process.poll() is not None:
            raise UserError("the run ended at once", remedy=str(process.communicate()[1])[-500:])
        if time.monotonic() > end_s:
            raise UserError(f"nothing was written within {START_S} s", remedy="liveswap doctor looks for causes")
        time.sleep(0.1)


def ended(status: int, told: str) -> str:
    """For people. told: on stderr."""
    if status == 0:
        return "at its end"
    if status == -signal.SIGKILL:
        return "killed by the system"
    error = next((line for line in told.splitlines() if line.startswith("error:")), "no error")
    error = FOLDER.sub("", error)
    return f"{error[:80]}, {'a hint' if 'hint:' in told else 'no hint'}, exit {status}"
