"""The memory of this process while something runs.

Knows /proc; where there is none it sees nothing.
"""

import os
import threading
from pathlib import Path

STATM = Path("/proc/self/statm")
EVERY_S = 1.0
SETTLED = 0.1
"""Of the samples, at the beginning, that do not count: caches fill."""


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
        while STATM.exists():
            pages = int(STATM.read_text(encoding="ascii").split()[1])
            self._samples_mb.append(round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1))
            if self._is_over.wait(EVERY_S):
                return
