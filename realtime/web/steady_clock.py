"""Time that is not set: what took a minute took a minute, whatever becomes of the machine's clock meanwhile.

    elapsed_s()    since some moment; where the system tells it, with the time that the machine slept
    SteadyClock    says what the wall's clock said when it was made, and goes on by itself

Knows the system's clocks; knows nothing of what is timed.
"""

import datetime as dt
import sys
import time
from collections.abc import Callable

COUNTS_SLEEP: int | None = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC if sys.platform == "darwin" else None)
"""The clock of the system that goes on while it sleeps; Windows' monotonic one does."""


def elapsed_s() -> float:
    """Of two of these the difference counts."""
    return time.monotonic() if COUNTS_SLEEP is None else time.clock_gettime(COUNTS_SLEEP)


class SteadyClock:
    """In the place of the module `time`, for those who ask it what time it is to tell how long something took.

    Stands while the machine sleeps, where the system's monotonic clock does. wall, monotonic: s.
    """

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._zero_s = monotonic, wall() - monotonic()

    def time(self) -> float:
        """Seconds since 1970."""
        return self._zero_s + self._monotonic()

    def now(self) -> dt.datetime:
        """The same, as a date."""
        return dt.datetime.fromtimestamp(self.time(), dt.UTC)
