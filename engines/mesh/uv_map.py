"""A face laid flat: every photo of anybody becomes a picture in which a landmark has one place, and left mirrors right.

So photos of one person can be laid upon each other, a half that a photo does not show can be taken from the other one,
and masks of brows, eyes and lips are the same for all. Knows where pixels go; judges none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import smoothstep
from engines.image.image_ops import Field, soft
from engines.mesh import mesh_topology
from engines.mesh.raster import paint_attributes, vertex_facing
from engines.mesh.surface import EMPTY
from engines.types import MESH_POINTS, Image, Points

MARGIN = 0.08
"""Around the flat face, in eye distances."""
FACING = 0.08, 0.40
"""Facing (0 edge-on, 1 head-on) below which a patch of a photo is not used, and above which it fully is.
At 0.2 it would be stretched fivefold."""
FEATURES_MARGIN, NOSTRILS_MARGIN, NOSTRILS_SHARE, FEATURES_SOFT = 0.06, 0.01, 0.7, 1 / 32
"""Eye distances: how far around brows, eyes and lips a face is no plain skin. The network was trained with this map."""


@dataclass(frozen=True, slots=True)
class UVLayout:
    """Where the landmarks lie in a UV map. unit: px between the outer eye corners. points: (468, 2) px."""

    unit: float
    points: Points
    size_hw: tuple[int, int]

    @classmethod
    def of(cls, unit: float) -> "UVLayout":
        """The layout in which eyes are `unit` px apart; symmetric to the pixel."""
        flat = mesh_topology.canonical_uv()
        low, high = flat.min(axis=0) - MARGIN, flat.max(axis=0) + MARGIN
        width, height = (int(edge) for edge in np.ceil((high - low) * unit) + 1)
        middle = np.array([(width - 1) / 2, -low[1] * unit])
        return cls(unit, (flat * unit + middle).astype(np.float32), (height, width))

    def mask_of(self, parts: Sequence[NDArray[np.int32]], margin: float = 0.0) -> NDArray[np.bool_]:
        """(H, W): inside the convex hull of any of `parts`, each landmarks by number. margin: in eye distances."""
        mask = np.zeros(self.size_hw, np.uint8)
        for part in parts:
            cv2.fillConvexPoly(mask, cv2.convexHull(np.round(self.points[part]).astype(np.int32)), (1.0,))
        reach = round(margin * self.unit)
        return np.asarray(cv2.dilate(mask, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0)

    def inside(self) -> NDArray[np.bool_]:
        """(H, W): the face, without the holes of eyes and mouth."""
        return self.spread(np.ones(MESH_POINTS, np.float32)) > 0.5

    def spread(self, values: NDArray[np.float32]) -> Field:
        """(H, W): (468,) values at the landmarks, spread over the triangles between them; 0 beyond the face."""
        painted = np.zeros((*self.size_hw, 1), np.float32)
        paint_attributes(painted, self.points, values.astype(np.float32)[:, np.newaxis], mesh_topology.triangles())
        return painted[..., 0]

    def unroll(self, image: Image, points: Points) -> "UVMap":
        """A photo's face laid flat. image: BGR. points: (468, 3) px in it."""
        seen = smoothstep(vertex_facing(points, mesh_topology.triangles()), *FACING)
        return UVMap(self.lay(image, points, cv2.INTER_CUBIC), self.spread(seen))

    def lay(self, picture: NDArray[Any], points: Points, how: int = cv2.INTER_LINEAR) -> Field:
        """(H, W[, C]) float32: a picture of a face laid flat; 0 beyond the face. points: (468, 2 or 3) px in it."""
        return self._laid(picture, np.ascontiguousarray(points[:, :2], np.float32), how)[0]

    def lay_with(self, picture: NDArray[Any], points: Points, values: NDArray[np.float32]) -> tuple[Field, Field]:
        """As `lay` does, and (468,) values at the landmarks as `spread` does, in one pass over the triangles."""
        flat, at = self._laid(picture, np.column_stack([points[:, :2], values]).astype(np.float32), cv2.INTER_LINEAR)
        return flat, np.where(at[..., 0] <= EMPTY, np.float32(0), at[..., 2])

    def _laid(self, picture: NDArray[Any], attributes: NDArray[np.float32], how: int) -> tuple[Field, Field]:
        """A picture laid flat, and (H, W, K) what each place has of the attributes: x and y in the picture, others."""
        at = np.full((*self.size_hw, attributes.shape[1]), EMPTY, np.float32)
        paint_attributes(at, self.points, attributes, mesh_topology.triangles())
        x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
        flat = np.asarray(cv2.remap(picture, x, y, how, borderMode=cv2.BORDER_REPLICATE), np.float32)
        flat[x <= EMPTY] = 0
        return flat, at


@dataclass(frozen=True, slots=True)
class UVMap:
    """One photo laid flat. image: (H, W, 3) BGR 0..255. seen: (H, W) 0..1, how well the photo shows each place."""

    image: Field
    seen: Field


def feature_map(layout: UVLayout) -> Field:
    """(H, W) 0..1: brows, eyes, lips and, less so, nostrils."""
    features = np.zeros(layout.size_hw, np.float32)
    for part in mesh_topology.features():
        features = np.maximum(features, layout.mask_of([part], FEATURES_MARGIN))
    nostrils = layout.mask_of([mesh_topology.NOSTRILS], NOSTRILS_MARGIN) * np.float32(NOSTRILS_SHARE)
    return soft(np.maximum(features, nostrils), FEATURES_SOFT * layout.unit)
