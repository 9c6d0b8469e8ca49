"""How long ago folders were used, by time that passed and not by a clock that can be set.

    a folder's time of change    when it was used last, by the wall's clock: all that is left when the server ends
    here                         the same by `elapsed_s`, from the moment the server saw it

Where the two part, the wall's clock was set, and the folder's time is put right. So a clock that jumps, forward or
back, neither removes what is not due nor keeps what is. Knows folders and time; knows nothing of what lies in them.
"""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from realtime.web.steady_clock import elapsed_s

APART_S = 5.0
"""Between the two, from which the wall's clock was set: it goes slower and faster by itself, too."""


class _Seen(NamedTuple):
    """changed_ns: of the folder, by the wall. used_s: when it was used last, by `elapsed_s`."""

    changed_ns: int
    used_s: float


class LastUses:
    """Used in the event loop. elapsed, wall: s."""

    def __init__(self, elapsed: Callable[[], float] = elapsed_s, wall: Callable[[], float] = time.time) -> None:
        self._elapsed, self._wall = elapsed, wall
        self._seen: dict[Path, _Seen] = {}

    def note(self, folder: Path) -> None:
        """It is used now."""
        self._write(folder, ago_s=0.0)

    def ago_s(self, folder: Path) -> float:
        """How long ago it was used. What was written into it since the last question was a use, too."""
        changed_ns, known = folder.stat().st_mtime_ns, self._seen.get(folder)
        if known is None:
            known = _Seen(changed_ns, self._elapsed() - max(0.0, self._wall() - changed_ns / 1e9))
        elif known.changed_ns != changed_ns:
            known = _Seen(changed_ns, self._elapsed())
        self._seen[folder] = known
        return self._elapsed() - known.used_s

    def keep_right(self, folders: Iterable[Path]) -> None:
        """Have the disk say the same. folders: all that there are; others are forgotten."""
        kept = list(folders)
        for folder in kept:
            ago_s = self.ago_s(folder)
            if abs(self._wall() - folder.stat().st_mtime - ago_s) > APART_S:
                self._write(folder, ago_s)
        self._seen = {folder: self._seen[folder] for folder in kept}

    def _write(self, folder: Path, ago_s: float) -> None:
        at_s = self._wall() - ago_s
        os.utime(folder, (at_s, at_s))
        self._seen[folder] = _Seen(folder.stat().st_mtime_ns, self._elapsed() - ago_s)
