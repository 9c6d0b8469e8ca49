"""What a scenario measured, and how sure that is.

Knows numbers; measures nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

KEPT = 2000
"""Samples in a report, evenly thinned: enough for a curve."""
PARTS = 6
"""A run is cut into so many, whose medians show how steady it was."""


@dataclass(frozen=True, slots=True)
class Result:
    """One row. samples_ms: in the order they were taken. figures: by name, what else was counted, for the table.

    stages_ms: p50 of each stage, where a whole frame was timed. skipped: why nothing was measured.
    """

    name: str
    group: str
    samples_ms: Sequence[float] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    stages_ms: Mapping[str, float] = field(default_factory=dict)
    skipped: str = ""

    def percentile(self, share: float) -> float | None:
        """ms; None where nothing was measured."""
        return round(float(np.percentile(self.samples_ms, share)), 3) if len(self.samples_ms) else None

    @property
    def fps(self) -> float | None:
        """Pictures a second, those that were shown twice counted once; None where it means nothing."""
        return self.figures.get("unique_fps", self.figures.get("fps"))

    @property
    def band(self) -> float:
        """How far the medians of parts of the run lie from its own, as a share: what chance alone does."""
        if not len(self.samples_ms):
            return 0.0
        middle = float(np.median(self.samples_ms))
        parts = np.array_split(np.asarray(self.samples_ms), min(PARTS, len(self.samples_ms)))
        return max(abs(float(np.median(part)) / middle - 1) for part in parts) if middle else 0.0

    def as_json(self) -> dict[str, Any]:
        """Ready for json.dumps."""
        step = max(1, -(-len(self.samples_ms) // KEPT))
        return {
            "name": self.name,
            "group": self.group,
            **{f"p{share}_ms": self.percentile(share) for share in (50, 95, 99)},
            "band": round(self.band, 3),
            "figures": dict(self.figures),
            "stages_ms": dict(self.stages_ms),
            "skipped": self.skipped,
            "samples_ms": [round(value, 3) for value in self.samples_ms[::step]],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Result":
        """Raises KeyError and TypeError for what `as_json` did not write."""
        kept = ("name", "group", "samples_ms", "figures", "stages_ms", "skipped")
        return cls(**{name: row[name] for name in kept})


def joined(rounds: Sequence[Result]) -> Result:
    """Several rounds of one row as one: samples in order, figures and stages by their mean, dropped frames added."""

    def means(of: Callable[[Result], Mapping[str, float]]) -> dict[str, float]:
        return {name: float(np.mean([of(one)[name] for one in rounds if name in of(one)])) for name in of(rounds[0])}

    figures = means(lambda one: one.figures)
    if "dropped" in figures:
        figures["dropped"] *= len(rounds)
    return replace(
        rounds[0],
        samples_ms=[sample for one in rounds for sample in one.samples_ms],
        figures=figures,
        stages_ms=means(lambda one: one.stages_ms),
        skipped=next((one.skipped for one in rounds if one.skipped), ""),
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a scenario compares with an older run. ratio: new / old p50. band: what chance alone does to it."""

    name: str
    old_ms: float
    new_ms: float
    band: float

    @property
    def ratio(self) -> float:
        return self.new_ms / self.old_ms

    @property
    def word(self) -> str:
        """ "slower", "faster" or "same": beyond the band, and by more than LEAST."""
        if self.ratio > 1 + self.band:
            return "slower"
        return "faster" if self.ratio < 1 / (1 + self.band) else "same"


LEAST = 0.05
"""A difference below this is none, however steady both runs were."""


def compare(old: Sequence[Result], new: Sequence[Result]) -> list[Comparison]:
    """What both measured, in the order of the new run."""
    before = {row.name: row for row in old}
    comparisons = []
    for row in new:
        old_ms = before[row.name].percentile(50) if row.name in before else None
        new_ms = row.percentile(50)
        if old_ms and new_ms:
            comparisons.append(Comparison(row.name, old_ms, new_ms, max(LEAST, row.band + before[row.name].band)))
    return comparisons
