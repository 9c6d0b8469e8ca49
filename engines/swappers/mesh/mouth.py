"""The target's own mouth, if asked for: the lips, and the skin that moves with them.

The mesh swapper leaves it out of the source's texture and where it is; networks are told not to paint it. Knows where
lips are; knows no light and no colour.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import distance_to, smoothstep
from engines.mesh import mesh_topology
from engines.mesh.raster import paint_attributes, visible_triangles
from engines.swappers.neural.masks import Mask, SwappedCrop

AROUND = 0.04, 0.18
"""Distances from the lips, between the outer eye corners: up to where the face is the target's, and from where not."""


@cache
def beyond_mouth() -> NDArray[np.float32]:
    """(468,) 0..1: 0 at the mouth, 1 away from it. Read-only."""
    lips = np.concatenate([mesh_topology.OUTER_LIPS, mesh_topology.inner_lips()])
    beyond = smoothstep(distance_to(mesh_topology.canonical_uv(), lips), *AROUND)
    beyond.setflags(write=False)
    return beyond


class TargetMouth:
    """A mask of crops that leaves the mouth out."""

    def __init__(self) -> None:
        kept = 1 - beyond_mouth()
        closed = mesh_topology.closed_triangles()
        self._triangles = closed[(kept[closed] > 0).any(axis=1)]
        self._kept = kept[:, np.newaxis]

    def of(self, swapped: SwappedCrop) -> Mask:
        """(S, S) 0..1."""
        points = swapped.face.points
        kept = np.zeros((*swapped.crop.shape[:2], 1), np.float32)
        paint_attributes(kept, points, self._kept, visible_triangles(points, self._triangles))
        return 1 - kept[..., 0]
