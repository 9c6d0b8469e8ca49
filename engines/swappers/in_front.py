"""The wearer's skin and what is in front of it, told apart: neither can be known without the other.

The light on the skin says what is no skin (occlusion.py), and what is no skin must not be taken for its light
(light.py); two rounds settle it. Glasses are told by their shape, before that (glasses.py). Serves the mesh swapper as
it paints, and neural swappers as a mask.

Knows one picture; knows no source and no network.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import smoothstep
from engines.masks import Mask
from engines.swappers.atlas import Field
from engines.swappers.glasses import Glasses
from engines.swappers.light import LightField, sample_vertices
from engines.swappers.occlusion import Occlusion
from engines.swappers.raster import as_it_is, paint_triangles, texels_of, vertex_facing, visible_triangles
from engines.types import FaceLandmarks, Image, Points
from engines.wearer import Wearer

ROUNDS = 2
"""What is in front has its say in what skin is taken for, until it was found once."""
WEARER_FACING = 0.02, 0.22
"""Facing (0 edge-on, 1 head-on) below which a vertex of the wearer is not painted, and above which it fully is."""


@cache
def in_front() -> "InFront":
    """The one that all use."""
    return InFront()


def opacity_of(facing: NDArray[np.float32]) -> NDArray[np.float32]:
    """(468,) 0..1: how far a vertex is painted. facing: see `vertex_facing`."""
    return smoothstep(facing, *WEARER_FACING)


class InFront:
    """Finds what covers a face. Holds only tables, so one serves all: see `in_front`."""

    def __init__(self) -> None:
        flat = mesh_topology.laid_flat()
        self.light = LightField(np.column_stack([flat, np.zeros(len(flat), np.float32)]))
        self._occlusion, self.glasses = Occlusion(), Glasses()

    def seen_in(
        self,
        image: Image,
        points: Points,
        colours: NDArray[np.float32],
        facing: NDArray[np.float32],
        wearer: Wearer | None = None,
    ) -> tuple[Field | None, NDArray[np.float32]]:
        """What hides parts of the face, over the flat face (None: nothing does), and the light on what is left of it.

        points: (468, 3) px. colours: (468, 3) BGR of the landmarks. facing: (468,), see `vertex_facing`. wearer: who it
        is; learns from it. Returns (H, W) 0..1 and (468, 3) BGR.
        """
        seen, hidden = opacity_of(facing), None
        rims = self.glasses.seen_in(image, points, facing, wearer)
        if rims is not None:
            seen = seen * (1 - self.glasses.layout.at_landmarks(rims))
        for _ in range(ROUNDS):
            skin = self.light.smooth(colours, seen, wary=True)
            hidden = self._occlusion.seen_in(image, points, skin, rims)
            if hidden is None:
                break
            seen = seen * (1 - self._occlusion.layout.at_landmarks(hidden))
        return _both(hidden, rims), self.light.smooth(colours, seen)

    def of(self, crop: Image, face: FaceLandmarks) -> Mask:
        """(S, S) 0..1: 0 where something is in front of the face. crop: uint8 BGR. face: in px of the crop."""
        points, triangles = face.points, mesh_topology.triangles()
        facing = vertex_facing(points, triangles)
        hidden, _ = self.seen_in(crop, points, sample_vertices(crop, points), facing, face.wearer)
        covered = np.zeros_like(crop)
        if hidden is not None:
            texels = texels_of(np.repeat((hidden * 255).astype(np.uint8)[..., np.newaxis], 3, axis=2))
            # All layouts are the same face, at other sizes.
            at = self._occlusion.layout.points * np.float32(hidden.shape[1] / self._occlusion.layout.size_hw[1])
            paint_triangles(covered, texels, points, as_it_is(at), visible_triangles(points, triangles))
        return np.asarray(1 - covered[..., 0] / np.float32(255), np.float32)


def _both(hidden: Field | None, rims: Field | None) -> Field | None:
    """What either hides, at the finer one's size."""
    if hidden is None or rims is None:
        return rims if hidden is None else hidden
    return np.maximum(cv2.resize(hidden, rims.shape[::-1], interpolation=cv2.INTER_LINEAR), rims)
