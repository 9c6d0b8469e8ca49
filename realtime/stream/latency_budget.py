"""The latency budget: when pictures come too late, work is left out in a stated order, and taken up again later.

Knows times and switches; knows nothing of what is switched.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

logger = logging.getLogger(__name__)

MS = 1_000_000
STEADY = 0.1
"""Weight of a new frame in the running mean: the last ten or so count."""
LATE_NS, CALM_NS = 1_000_000_000, 5_000_000_000
"""How long the budget is overrun before work is left out, and kept easily before it is taken up again."""
EASILY = 0.6
"""Of the budget."""


@dataclass(frozen=True, slots=True)
class Saving:
    """Work that can be left out. name: for people. switch: True leaves it out, False takes it up again."""

    name: str
    switch: Callable[[bool], None]


class LatencyBudget:
    """Watches the latency of one live stream. limit_ms: from capture to shown. savings: in the order of leaving out.

    One thread at a time.
    """

    def __init__(self, limit_ms: float, savings: Sequence[Saving]) -> None:
        self._limit_ns = limit_ms * MS
        self._savings = tuple(savings)
        self._mean_ns: float | None = None
        self._late_since_ns: int | None = None
        self._calm_since_ns: int | None = None
        self.left_out: tuple[str, ...] = ()

    def note(self, latency_ns: int, now_ns: int) -> None:
        """One frame was shown. latency_ns: since its capture. now_ns: monotonic."""
        mean = latency_ns if self._mean_ns is None else self._mean_ns + STEADY * (latency_ns - self._mean_ns)
        self._mean_ns = mean
        self._late_since_ns = (self._late_since_ns or now_ns) if mean > self._limit_ns else None
        self._calm_since_ns = (self._calm_since_ns or now_ns) if mean < EASILY * self._limit_ns else None
        if self._late_since_ns is not None and now_ns - self._late_since_ns >= LATE_NS:
            self._late_since_ns = now_ns
            self._save_more(mean)
        elif self._calm_since_ns is not None and now_ns - self._calm_since_ns >= CALM_NS:
            self._calm_since_ns = now_ns
            self._save_less()

    def _save_more(self, mean_ns: float) -> None:
        if len(self.left_out) == len(self._savings):
            return
        saving = self._savings[len(self.left_out)]
        saving.switch(True)
        self.left_out += (saving.name,)
        logger.warning(
            "%.0f ms of latency, the budget is %.0f: %s is skipped", mean_ns / MS, self._limit_ns / MS, saving.name
        )

    def _save_less(self) -> None:
        if not self.left_out:
            return
        saving = self._savings[len(self.left_out) - 1]
        saving.switch(False)
        self.left_out = self.left_out[:-1]
        logger.warning("the latency budget is kept easily: %s is on again", saving.name)
