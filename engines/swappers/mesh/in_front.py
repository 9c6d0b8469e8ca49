"""What is in front of a face keeps its shape: a rim of glasses or a finger is not bent as the face behind it is.

The compositor's opacity tells of which triangles of the mesh something is in front; there, the target's pixels are
moved as one (warp.py). What it told of the picture before serves for this one, since it is only known once the face
was moved. Knows an opacity and where the triangles lie in it; knows no pixel.
"""

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.image.geometry import smoothstep
from engines.image.image_ops import Field
from engines.mesh import mesh_topology
from engines.types import Points

SEEN = 0.3, 0.8
"""Opacity up to which something is surely in front, and from which on nothing is. Looked at on two clips and a photo of
people with glasses."""
FOLLOWED = 0.3
"""Of a change, in a picture."""
TRIANGLES = mesh_topology.triangles()
NEAR_PX = 3
"""px of the square: a rim is no wider."""


def in_front_of(opacity: Field, points: Points) -> NDArray[np.float32]:
    """(852,) 0..1: how far something is in front of each triangle. opacity: (S, S) 0..1. points: (468, 2) px in it."""
    least = np.empty(len(TRIANGLES), np.float32)
    eroded = cv2.erode(opacity, np.ones((NEAR_PX, NEAR_PX), np.uint8))
    _least_in(np.asarray(eroded, np.float32), points, least)
    return np.asarray(1 - smoothstep(least, *SEEN), np.float32)


def followed(before: NDArray[np.float32] | None, now: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is taken to be in front in the next picture. before: what was in this one, `now`: what is seen to be."""
    return now if before is None else before + np.float32(FOLLOWED) * (now - before)


@njit(cache=True, nogil=True)
def _least_in(opacity: Field, points: Points, least: NDArray[np.float32]) -> None:
    """Write the least opacity in each triangle: at its middle, its corners, and half of the way to them."""
    last_row, last_column = opacity.shape[0] - 1, opacity.shape[1] - 1
    for t in range(TRIANGLES.shape[0]):
        x = (points[TRIANGLES[t, 0], 0] + points[TRIANGLES[t, 1], 0] + points[TRIANGLES[t, 2], 0]) / np.float32(3)
        y = (points[TRIANGLES[t, 0], 1] + points[TRIANGLES[t, 1], 1] + points[TRIANGLES[t, 2], 1]) / np.float32(3)
        least[t] = 1
        for corner in range(3):
            for share in (np.float32(0), np.float32(0.5), np.float32(1)):
                column = x + share * (points[TRIANGLES[t, corner], 0] - x)
                row = y + share * (points[TRIANGLES[t, corner], 1] - y)
                at = min(max(0, round(row)), last_row), min(max(0, round(column)), last_column)
                least[t] = min(least[t], opacity[at])
