"""How much room a host has, from what it measures: lateness decides, places and cores say who has the most.

Pictures that come late are the first that visitors notice, whether cores, a GPU or the interpreter's lock is short; so
nobody is let in where they are late. Knows numbers; knows no session.
"""

import os
from collections import deque
from pathlib import Path

LATE_MS = 1000 / 15
"""A picture that comes later than the next one of 15 a second."""
LATE_BEATS = 4
"""So often in a row: the first pictures of a session are late now and then."""
LEAST = 0.01
STAT = Path("/proc/stat")


class Headroom:
    """Asked at each beat of a host. late_ms: pictures that take so long come late."""

    def __init__(self, late_ms: float = LATE_MS) -> None:
        self._late_ms = late_ms
        self._latest_ms: deque[float] = deque(maxlen=LATE_BEATS)
        self._before: tuple[float, float] | None = None

    def measure(self, sessions: int, places: int, p95_ms: float) -> float:
        """0 for no room, up to 1. p95_ms: arrival to shown, of the slowest session in the last two seconds."""
        self._latest_ms.append(p95_ms)
        idle = self._idle_share()
        if sessions >= places:
            return 0.0
        if sessions == 0:
            return max(LEAST, idle)
        if len(self._latest_ms) == LATE_BEATS and min(self._latest_ms) >= self._late_ms:
            return 0.0
        return max(LEAST, min(1 - sessions / places, 1 - p95_ms / self._late_ms, idle))

    def _idle_share(self) -> float:
        """Of the node's cores, since the last time; 1 where the system does not tell."""
        now, before = _idle_and_all(), self._before
        self._before = now
        if now is None or before is None or now[1] <= before[1]:
            return 1.0
        return (now[0] - before[0]) / (now[1] - before[1])


def _idle_and_all() -> tuple[float, float] | None:
    """Ticks since the start; what runs niced gives way, and counts as idle."""
    try:
        ticks = [float(each) for each in STAT.read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return None
    return ticks[1] + ticks[3] + ticks[4], sum(ticks)


def cores_for(sessions: int) -> float:
    """Of which a host is given its share: a quarter of a core for each session, as it was measured."""
    return min(float(os.cpu_count() or 1), max(0.25, sessions / 4))
