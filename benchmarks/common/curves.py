"""How a cost grows: points that were measured, the straight line through them, and the drawing of both.

Knows numbers and names; measures nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = 3
INK, LINE = "#2b5aa6", "#e08a3c"


@dataclass(frozen=True, slots=True)
class Curve:
    """points: what was turned up, and what it cost. x, y: what they are, with units."""

    name: str
    x: str
    y: str
    points: tuple[tuple[float, float], ...]

    @property
    def line(self) -> tuple[float, float]:
        """Cost at nothing, and what each unit more costs (least squares).

        Rounded to what a float can tell: a processor's last bits are no finding.
        """
        xs, ys = np.array(self.points).T
        slope, base = np.round(np.polyfit(xs, ys, 1), 9)
        return float(base), float(slope)

    @property
    def off(self) -> float:
        """How far the worst point lies from the line, as a share of the largest cost: is it a line at all?"""
        base, slope = self.line
        xs, ys = np.array(self.points).T
        return float(np.abs(base + slope * xs - ys).max() / np.abs(ys).max())

    def at(self, x: float) -> float:
        """By the line."""
        base, slope = self.line
        return base + slope * x

    def in_words(self) -> str:
        """One line."""
        base, slope = self.line
        return f"{self.name}: {base:.3g} + {slope:.3g} {self.y} for each {self.x} (off by {self.off:.0%} at most)"

    def as_json(self) -> dict[str, Any]:
        """Ready for json.dumps."""
        return {"name": self.name, "x": self.x, "y": self.y, "points": self.points}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Curve":
        """As written by `as_json`."""
        return cls(row["name"], row["x"], row["y"], tuple((float(x), float(y)) for x, y in row["points"]))


def draw(curves: Sequence[Curve], path: Path) -> None:
    """All of them as small pictures in one."""
    from matplotlib.figure import Figure  # noqa: PLC0415  needed for nothing else

    rows = -(-len(curves) // COLUMNS)
    figure = Figure(figsize=(4.2 * COLUMNS, 3.1 * rows), layout="constrained", dpi=110)
    for number, curve in enumerate(curves, 1):
        axes = figure.add_subplot(rows, COLUMNS, number)
        axes.spines[["top", "right"]].set_visible(False)
        xs, ys = np.array(curve.points).T
        reach = np.array([0, xs.max() * 1.05])
        axes.plot(reach, [curve.at(x) for x in reach], color=LINE, linewidth=1)
        axes.plot(xs, ys, "o", color=INK, markersize=4)
        axes.set_title(curve.name, fontsize=10)
        axes.set_xlabel(curve.x, fontsize=9)
        axes.set_ylabel(curve.y, fontsize=9)
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
    figure.savefig(path)
