"""The wearer's glasses: their rims, bridge and temples stay in front; behind tinted lenses nothing is painted.

Around each eye of the flat face a closed line is looked for that differs from the skin on both its sides. Every face
has a brow above the eye, so what counts is the lower half, where a bare face is plain. Rims that hardly differ from
skin are not found, and are painted over.

Knows one frame, and of the frames before whether this wearer had glasses and where: on the flat face they hardly move,
so a third of the lines is looked for in a frame. Knows no source.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.swappers.atlas import Layout, Places
from engines.swappers.fields import BLACK, LUMA, Field, fill_outlines
from engines.swappers.ridges import WIDEST, Line, line_along
from engines.types import Image, Points
from engines.wearer import Glances, Wearer

UNIT = 96
"""px between the outer eye corners: 1 mm."""
SURE, SEEN = 0.10, 0.06
"""How far the lower rims stand out (natural logarithm of brightness) when they are glasses, and least one of them.
Bare faces of four clips: up to 0.06, drawn glasses of four kinds 0.20 to 0.30."""
# In distances between the outer eye corners.
STEP = 0.01
RADII = 0.13, 0.44
"""Of a rim, from the middle of the eye."""
BRIDGE, TEMPLE = (-0.15, 0.15), (0.60, 0.97)
HEIGHTS = -0.25, 0.15
"""Of bridge and temples, from the middle of the eyes downwards."""
ROUND = 72
LOWER = slice(ROUND // 36, ROUND // 2 - ROUND // 36)
"""Of a rim, which begins at the outer corner of the eye and goes down."""
EDGE = 0.5
"""Steps that a line is wider than it seems: half of its soft edge."""
OUTWARD = 1.2
"""How much more a rim far from the eye counts than one at it, where lids and the creases below them are."""
TINTED = 0.7
"""How much darker (natural logarithm) a lens is than the skin around it, to hide what is behind."""
FACING = 0.35
"""Of an eye, below which its rim is too foreshortened to be seen."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Where to look for a line. flat: (N, M, 2). places: the same, one after the other."""

    flat: Points
    places: Places
    closed: bool

    @classmethod
    def of(cls, flat: Points, *, closed: bool = False) -> "Strip":
        return cls(flat, Places.of(flat.reshape(-1, 2)), closed)

    def brightness(self, canvas: Image, points: Points) -> Field:
        """(N, M), natural logarithm."""
        luma = self.places.read(canvas, points).reshape(*self.flat.shape[:2], 3).astype(np.float32) @ LUMA
        return np.asarray(np.log(luma + BLACK), np.float32)

    def edges(self, line: Line) -> tuple[Points, Points]:
        """(N, 2) each: the two edges of a line."""
        rows, last = np.arange(len(self.flat)), self.flat.shape[1] - 1
        reach = line.half_width + EDGE
        low, high = (np.clip(line.across + side * reach, 0, last) for side in (-1, 1))
        return self._at(rows, low), self._at(rows, high)

    def _at(self, rows: NDArray[np.intp], across: NDArray[np.float32]) -> Points:
        step = self.flat[:, 1] - self.flat[:, 0]
        return np.asarray(self.flat[rows, 0] + step * across[:, np.newaxis], np.float32)


@dataclass(frozen=True, slots=True)
class Found:
    """A line in its strip. is_tinted: whether it is much darker within than beyond."""

    strip: Strip
    line: Line
    is_tinted: bool


class Glasses:
    """Finds them. Holds only tables, so one serves all."""

    def __init__(self) -> None:
        self.layout = Layout.of(UNIT)
        self._eyes = mesh_topology.eye_rims()
        flat = mesh_topology.laid_flat()
        middles = [(flat[rim].min(axis=0) + flat[rim].max(axis=0)) / 2 for rim in self._eyes]
        self._rims = [Strip.of(_around(middle), closed=True) for middle in middles]
        level = float(middles[0][1])
        outer = [np.sign(middle[0]) for middle in middles]
        self._bars = [Strip.of(_along(BRIDGE, level))]
        self._bars += [Strip.of(_along((side * TEMPLE[0], side * TEMPLE[1]), level)) for side in outer]

    def seen_in(
        self, canvas: Image, points: Points, facing: NDArray[np.float32], wearer: Wearer | None = None
    ) -> Field | None:
        """(H, W) of `layout`, 0..1: 1 where glasses are; None without any.

        points: (468, 3) px. facing: (468,), see `vertex_facing`. wearer: who it is; learns from it.
        """
        glances = Glances() if wearer is None else wearer.rims
        in_view = [number for number, eye in enumerate(self._eyes) if facing[eye].mean() > FACING]
        if not in_view or (wearer is not None and not wearer.glasses.is_due()):
            glances.forget()
            return None
        glances.next_frame()
        found = [glances.at(number, partial(_look, self._rims[number], canvas, points)) for number in in_view]
        likely = _likelihood([rim.line for rim in found])
        if not (likely > SURE if wearer is None else wearer.glasses.learn(likely, SURE)):
            glances.forget()
            return None
        mask = np.zeros(self.layout.size_hw, np.uint8)
        for rim in found:
            inner, outer = rim.strip.edges(rim.line)
            self._fill(mask, [outer] if rim.is_tinted else [outer, inner])
        for number, bar in enumerate(self._bars, len(self._rims)):
            seen = glances.at(number, partial(_look, bar, canvas, points))
            if np.median(seen.line.strength) > SEEN:
                low, high = bar.edges(seen.line)
                self._fill(mask, [np.concatenate([low, high[::-1]])])
        return np.asarray(mask, np.float32) / np.float32(255)

    def _fill(self, mask: NDArray[np.uint8], outlines: list[Points]) -> None:
        """outlines: (N, 2) each, as the landmarks laid flat."""
        fill_outlines(mask, [line * np.float32(UNIT) + self.layout.origin for line in outlines])


def _look(strip: Strip, canvas: Image, points: Points) -> Found:
    shown = strip.brightness(canvas, points)
    line = line_along(shown, closed=strip.closed, outward=OUTWARD if strip.closed else 0.0)
    return Found(strip, line, strip.closed and _is_tinted(shown, line))


def _likelihood(lines: list[Line]) -> float:
    """How far the lower rims stand out; of two, the weaker one may be half as strong."""
    found = [float(np.median(line.strength[LOWER])) for line in lines]
    if min(found) < SEEN:
        return 0.0
    return min(float(np.mean(found)), 2 * min(found))


def _is_tinted(strip: Field, line: Line) -> bool:
    """Whether it is much darker within the line than beyond it, at the lower half."""
    width = strip.shape[1]
    middle = np.clip(line.across, WIDEST + 1, width - WIDEST - 2)  # so that there is something on both sides of it
    beyond = np.arange(width) - middle[:, np.newaxis]
    lower, beyond = strip[LOWER], beyond[LOWER]
    return bool(np.median(lower[beyond > WIDEST]) - np.median(lower[beyond < -WIDEST]) > TINTED)


def _around(middle: Points) -> Points:
    """(ROUND, M, 2): from the outer corner of the eye downwards and around it, from its middle outwards."""
    angle = np.linspace(0, 2 * np.pi, ROUND, endpoint=False)[:, np.newaxis]
    radius = np.arange(RADII[0], RADII[1], STEP)
    x = middle[0] + np.sign(middle[0]) * np.cos(angle) * radius
    return np.stack([x, middle[1] + np.sin(angle) * radius], axis=-1).astype(np.float32)


def _along(x_range: tuple[float, float], level: float) -> Points:
    """(N, M, 2): along the face's width, from above downwards."""
    x = np.linspace(*x_range, round(abs(x_range[1] - x_range[0]) / STEP))
    y = np.arange(level + HEIGHTS[0], level + HEIGHTS[1], STEP)
    return np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).astype(np.float32)
