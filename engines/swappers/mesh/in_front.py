"""What is in front of a face keeps its shape: a rim of glasses or a finger is not bent as the face behind it is.

The compositor's opacity tells of which triangles of the mesh something is in front; there, the target's pixels are
moved as one (warp.py). What it told of the picture before serves for this one, since it is only known once the face
was moved. Knows an opacity and where the triangles lie in it; knows no pixel.
"""

import cv2
import numpy as np
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
PLACES = np.concatenate([np.full((1, 3), 1 / 3), np.eye(3), (np.eye(3) + 1 / 3) / 2]).astype(np.float32)
"""Where a triangle is looked at, each place by its share of the corners: the middle, the corners, half of the way."""
NEAR_PX = 3
"""px of the square: a rim is no wider."""


def in_front_of(opacity: Field, points: Points) -> NDArray[np.float32]:
    """(852,) 0..1: how far something is in front of each triangle. opacity: (S, S) 0..1. points: (468, 2) px in it."""
    eroded = cv2.erode(opacity, np.ones((NEAR_PX, NEAR_PX), np.uint8))
    x, y = (PLACES @ along[mesh_topology.triangles()].T for along in points.T)
    seen = cv2.remap(eroded, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(1 - smoothstep(seen.min(axis=0).astype(np.float32), *SEEN), np.float32)


def followed(before: NDArray[np.float32] | None, now: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is taken to be in front in the next picture. before: what was in this one, `now`: what is seen to be."""
    return now if before is None else before + np.float32(FOLLOWED) * (now - before)
