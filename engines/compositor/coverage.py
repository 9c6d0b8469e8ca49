"""How much of a face was really painted: told from the pixels before and after, not from what a painter says of itself.

A painter that does nothing, one that gives back what it was given, and one that only moves the target's own pixels
each cover next to nothing. Knows pictures of one face in its square; knows no painter.
"""

import numpy as np
from numba import njit

from engines.compositor.layers import Layers
from engines.image.image_ops import Field
from engines.mesh.square import in_square, shrunk
from engines.types import Coverage, Image

CELL_PX, NOISE_PX = 4, 2
"""Of the square: within a cell what changed is averaged, and within a block of it the camera's noise, before that."""
CHANGED = 1.5
"""Of 255, mean difference within a cell: less is what resampling, noise and a codec do
(tests/engines/compositor/test_coverage.py and test_real_coverage.py)."""


def painted_share(shown: Image, others: tuple[Image, Image], mesh: Field) -> float:
    """0..1: of the mesh, how much of `shown` shows none of `others`.

    shown: (S, S, 3), what was painted. others: (S, S, 3), the target as they were, and as moved. mesh: (S, S) 0 or 1,
    what of it faces the camera and is in the picture.
    """
    return float(_painted_share(shown, others, mesh))


def coverage_of(after: Image, layers: Layers, occluded: float) -> Coverage:
    """What a painter did. after: the picture that it painted, in which the face lies as `layers` says."""
    now = in_square(*shrunk(after, layers.affine))
    moved = (layers.target * np.float32(255) + np.float32(0.5)).astype(np.uint8)
    return Coverage(painted_share(now, (layers.unmoved, moved), layers.mesh), occluded)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _painted_share(shown: Image, others: tuple[Image, Image], mesh: Field) -> float:
    painted, whole = 0.0, 0.0
    for top in range(0, mesh.shape[0], CELL_PX):
        for left in range(0, mesh.shape[1], CELL_PX):
            area, from_one, from_other = 0.0, 0.0, 0.0
            for row in range(top, top + CELL_PX, NOISE_PX):
                for column in range(left, left + CELL_PX, NOISE_PX):
                    area += mesh[row : row + NOISE_PX, column : column + NOISE_PX].sum()
                    from_one += _apart(shown, others[0], mesh, row, column)
                    from_other += _apart(shown, others[1], mesh, row, column)
            whole += area
            if min(from_one, from_other) > CHANGED * 3 * area:
                painted += area
    return painted / whole if whole > 0 else 0.0


@njit(inline="always")
def _apart(one: Image, other: Image, mesh: Field, top: int, left: int) -> float:
    """How far the colours of a block are from each other, its pixels' noise averaged out; summed over its mesh."""
    found = 0.0
    for c in range(3):
        apart = 0.0
        for row in range(top, top + NOISE_PX):
            for column in range(left, left + NOISE_PX):
                apart += mesh[row, column] * (np.float32(one[row, column, c]) - np.float32(other[row, column, c]))
        found += abs(apart)
    return found
