"""What a process uses: memory, and core time.

Knows /proc; where there is none it sees nothing.
"""

import os
import threading
from pathlib import Path

EVERY_S = 1.0
SETTLED = 0.1
"""Of the samples, at the beginning, that do not count: caches fill."""


def resident_mb(process: int | str = "self") -> float:
    """What a process holds in memory now. Raises OSError where there is no /proc, or no such process any more."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_s(process: int) -> float:
    """What a process has used of the cores so far. Raises OSError as above."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class MemoryWatch:
    """Looks again and again, in a `with` block. figures: MB once settled, at the end, and at most."""

    def __init__(self) -> None:
        self._samples_mb: list[float] = []
        self._is_over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="memory", daemon=True)

    @property
    def figures(self) -> dict[str, float]:
        """Empty where nothing was seen."""
        kept = self._samples_mb[int(SETTLED * len(self._samples_mb)) :]
        if not kept:
            return {}
        return {"memory_begin_mb": kept[0], "memory_end_mb": kept[-1], "memory_most_mb": max(kept)}

    def __enter__(self) -> "MemoryWatch":
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while Path("/proc/self/statm").exists():
            self._samples_mb.append(round(resident_mb(), 1))
            if self._is_over.wait(EVERY_S):
                return
