"""The wearer's skin and what is in front of it, told apart: neither can be known without the other.

The light on the skin says what is no skin (occlusion.py), and what is no skin must not be taken for its light
(light.py); two rounds settle it. Glasses are told by their shape, before that (glasses.py). Serves the mesh swapper as
it paints, and neural swappers as a mask.

Knows one picture; knows no source and no network.
"""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Skin:
    """What is seen of a wearer's skin.

    hidden, glasses: (H, W) 0..1 over the flat face, None for nothing; each at its own size. light: (468, 3) BGR, on
    what is left of it.
    """

    hidden: Field | None
    glasses: Field | None
    light: NDArray[np.float32]

    @property
    def covered(self) -> Field | None:
        """What either hides, at the finer one's size."""
        if self.hidden is None or self.glasses is None:
            return self.glasses if self.hidden is None else self.hidden
        size_wh = self.glasses.shape[::-1]
        return np.maximum(cv2.resize(self.hidden, size_wh, interpolation=cv2.INTER_LINEAR), self.glasses)


class InFront:
    """Finds what covers a face. Holds only tables, so one serves all: see `in_front`."""

    def __init__(self) -> None:
        flat = mesh_topology.laid_flat()
        self.light = LightField(np.column_stack([flat, np.zeros(len(flat), np.float32)]))
        self._occlusion, self._glasses = Occlusion(), Glasses()

    def skin_of(
        self, image: Image, face: FaceLandmarks, facing: NDArray[np.float32], moved: Points | None = None
    ) -> Skin:
        """What is seen of a wearer in `image`, and learnt about them.

        facing: (468,), see `vertex_facing`. moved: (468, 3) px, where the landmarks will be painted, if elsewhere.
        """
        points = face.points if moved is None else moved
        colours, seen = sample_vertices(image, face.points), opacity_of(facing)
        hidden, glasses = None, self._glasses.seen_in(image, points, facing, face.wearer)
        if glasses is not None:
            seen = seen * (1 - self._glasses.layout.at_landmarks(glasses))
        for _ in range(ROUNDS):
            skin = self.light.smooth(colours, seen, wary=True)
            hidden = self._occlusion.seen_in(image, points, skin, glasses)
            if hidden is None:
                break
            seen = seen * (1 - self._occlusion.layout.at_landmarks(hidden))
        return Skin(hidden, glasses, self.light.smooth(colours, seen))

    def of(self, crop: Image, face: FaceLandmarks) -> Mask:
        """(S, S) 0..1: 0 where something is in front of the face. crop: uint8 BGR. face: in px of the crop."""
        triangles = mesh_topology.triangles()
        covered = self.skin_of(crop, face, vertex_facing(face.points, triangles)).covered
        painted = np.zeros_like(crop)
        if covered is not None:
            texels = texels_of(np.repeat((covered * 255).astype(np.uint8)[..., np.newaxis], 3, axis=2))
            # All layouts are the same face, at other sizes.
            at = self._occlusion.layout.points * np.float32(covered.shape[1] / self._occlusion.layout.size_hw[1])
            paint_triangles(painted, texels, face.points, as_it_is(at), visible_triangles(face.points, triangles))
        return np.asarray(1 - painted[..., 0] / np.float32(255), np.float32)
