"""Two ways of doing one thing, timed in turns on one machine: what holds there is the ratio, not the milliseconds.

Knows time and ratios; knows nothing of what is done.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

WARM_UP = 5
Side = Callable[[], float]
"""Do it for a while; returns ms a go."""


@dataclass(frozen=True, slots=True)
class AbTiming:
    """ours and theirs: what each side did, in words. ours_ms, theirs_ms: one number a round."""

    name: str
    ours: str
    theirs: str
    ours_ms: tuple[float, ...] = ()
    theirs_ms: tuple[float, ...] = ()
    skipped: str = ""

    @property
    def ratios(self) -> list[float]:
        """ours / theirs of each round, rising: below 1 we are the quicker."""
        return sorted(own / other for own, other in zip(self.ours_ms, self.theirs_ms, strict=True))

    @property
    def ratio(self) -> float:
        """Of the median round."""
        return float(np.median(self.ratios))

    def as_json(self) -> dict[str, Any]:
        """Ready for json.dumps. spread: the lowest and the highest round's ratio."""
        if self.skipped:
            return asdict(self)
        spread = [round(self.ratios[0], 3), round(self.ratios[-1], 3)]
        return {**asdict(self), "ratio": round(self.ratio, 3), "spread": spread}

    def in_words(self) -> str:
        """One line."""
        if self.skipped:
            return f"{self.name:14} skipped: {self.skipped}"
        own, other = np.median(self.ours_ms), np.median(self.theirs_ms)
        spread = f"({self.ratios[0]:.3f} to {self.ratios[-1]:.3f})"
        return f"{self.name:14} ours {own:7.2f} ms   theirs {other:7.2f} ms   ours / theirs {self.ratio:.3f} {spread}"


def time_in_turns(timing: AbTiming, ours: Side, theirs: Side, rounds: int) -> AbTiming:
    """`timing` with its times. Sides take turns in going first."""
    own: list[float] = []
    others: list[float] = []
    for number in range(rounds):
        for side, spent in ((ours, own), (theirs, others))[:: 1 if number % 2 == 0 else -1]:
            spent.append(side())
    return replace(timing, ours_ms=tuple(own), theirs_ms=tuple(others))


def per_go(work: Callable[[Any], object], items: Callable[[], Iterable[Any]]) -> Side:
    """A side that takes one item after another: the median of what each took. Making an item is not timed.

    The first items, before anything is measured, are for caches and compilers.
    """
    for item in islice(items(), WARM_UP):
        work(item)

    def measure() -> float:
        spent = []
        for item in items():
            began_s = time.perf_counter()
            work(item)
            spent.append(time.perf_counter() - began_s)
        return float(np.median(spent)) * 1000

    return measure
