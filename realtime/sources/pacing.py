"""A steady beat for sources that make their own pictures: one every 1/rate s by the clock.

Beats that were missed are skipped, so a late picture is followed by no burst. Knows the clock; knows no pictures.
"""

import threading
import time
from fractions import Fraction


class Pacer:
    """Counts beats from the first call of `wait_for` on. rate: beats a second. closed: ends every wait when set."""

    def __init__(self, rate: Fraction, closed: threading.Event) -> None:
        self._period_ns = int(1_000_000_000 / rate)
        self._closed = closed
        self._began_ns: int | None = None

    def wait_for(self, number: int) -> int:
        """Sleep until beat `number` is due; returns its number, or that of the latest one when it is long gone."""
        if self._began_ns is None:
            self._began_ns = time.monotonic_ns()
        late_ns = time.monotonic_ns() - (self._began_ns + number * self._period_ns)
        if late_ns < 0:
            self._closed.wait(-late_ns / 1e9)
            return number
        return number + late_ns // self._period_ns
