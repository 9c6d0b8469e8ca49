"""What happens to a live run from outside, and what it needs to be started with for that.

Knows processes, disks and clocks of Linux; knows nothing of pictures. Needs root for memory and disks, and the package
`faketime` for clocks.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.surviving.faulty_run import LOST, UNPLUGGED

FAULT_S = 5
LONG_S = 70
"""Longer than the 60 s that are the longest wait in the product."""
DISK_MB, MEMORY_MB = 12, 300
CLOCK = "clock"
TODAY = datetime.now(UTC).date().isoformat()
HOUR_S, DAYS_S = 3600, 2 * 24 * 3600
SYNTHETIC, CAMERA = "test", "0"


@dataclass(frozen=True, slots=True)
class Place:
    """folder: of the output. process: of the run. held: what is undone at the end."""

    folder: Path
    process: "subprocess.Popen[str]"
    held: ExitStack


def stopped(place: Place, seconds: float) -> None:
    """As when a laptop is closed and opened."""
    place.process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
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


def clock_forward_and_back(place: Place) -> None:
    """An hour, and the same hour back."""
    (place.folder / CLOCK).write_text(f"+{HOUR_S}")
    time.sleep(FAULT_S)
    (place.folder / CLOCK).write_text(f"-{HOUR_S}")
    time.sleep(FAULT_S)
    (place.folder / CLOCK).write_text("+0")


def consent_over(place: Place) -> None:
    """The day until which the face may be worn is past; and then it is not, because the clock was wrong."""
    (place.folder / CLOCK).write_text(f"+{DAYS_S}")
    time.sleep(FAULT_S)
    (place.folder / CLOCK).write_text("+0")


def there_for_a_while(place: Place, name: str) -> None:
    """A file that the run looks for."""
    (place.folder / name).touch()
    time.sleep(FAULT_S)
    (place.folder / name).unlink()


def nothing(_place: Place) -> None:
    """A small disk fills by itself."""


@dataclass(frozen=True, slots=True)
class Fault:
    """do: it. source: the run's input. away_s: how long the run stands still. disk_mb: of the output's disk, if small.

    words: more of the run's. needs_clock: it is started with a clock that can be set. stands_s: how long its picture
    must stand still at the end, because it is withheld.
    """

    do: Callable[[Place], None]
    source: str = SYNTHETIC
    away_s: int = FAULT_S
    disk_mb: int | None = None
    words: tuple[str, ...] = field(default=())
    needs_clock: bool = False
    stands_s: float = 0.0


FAULTS: dict[str, Fault] = {
    f"stopped for {FAULT_S} s": Fault(lambda place: stopped(place, FAULT_S)),
    f"stopped for {LONG_S} s": Fault(lambda place: stopped(place, LONG_S), away_s=LONG_S),
    f"no core for {FAULT_S} s": Fault(starved),
    f"{MEMORY_MB} MB of memory": Fault(out_of_memory),
    f"a disk of {DISK_MB} MB": Fault(nothing, disk_mb=DISK_MB),
    "clock an hour forward, an hour back": Fault(clock_forward_and_back, needs_clock=True),
    "clock past the consent's last day, and back": Fault(
        consent_over,
        needs_clock=True,
        stands_s=FAULT_S,
        words=("--consent-until", TODAY),
    ),
    f"camera unplugged for {FAULT_S} s": Fault(lambda place: there_for_a_while(place, UNPLUGGED), source=CAMERA),
    f"engines lost for {FAULT_S} s": Fault(lambda place: there_for_a_while(place, LOST), source=CAMERA),
}


def settable_clock(folder: Path) -> dict[str, str]:
    """The environment of a process whose wall clock follows a file; its monotonic one stays. Raises OSError."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        raise OSError("libfaketime is not here: sudo apt install faketime")
    (folder / CLOCK).write_text("+0")
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(folder / CLOCK),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


@contextmanager
def disk(folder: Path, size_mb: int) -> Iterator[None]:
    """A disk of its own at `folder`. Raises CalledProcessError where it may not be mounted."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
