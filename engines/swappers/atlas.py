"""A face laid flat: every photo of anybody becomes a picture in which a landmark has one place, and left mirrors right.

So photos of one person can be laid upon each other, a half that a photo does not show can be taken from the other one,
and masks of brows, eyes and lips are the same for all. Knows where pixels go; judges none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import smoothstep
from engines.swappers.fields import Field
from engines.swappers.raster import Texels, as_it_is, paint_triangles, texels_of, vertex_facing
from engines.types import MESH_POINTS, Image, Points

MARGIN = 0.08
"""Around the flat face, in eye distances."""
FACING = 0.08, 0.40
"""Facing (0 edge-on, 1 head-on) below which a patch of a photo is not used, and above which it fully is.
At 0.2 it would be stretched fivefold."""
WHITE = texels_of(np.full((2, 2, 3), 255, np.uint8))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the landmarks lie in an atlas. unit: px between the outer eye corners. points: (468, 2) px."""

    unit: float
    points: Points
    size_hw: tuple[int, int]

    @classmethod
    def of(cls, unit: float) -> "Layout":
        """The layout in which eyes are `unit` px apart; symmetric to the pixel."""
        flat = mesh_topology.laid_flat()
        low, high = flat.min(axis=0) - MARGIN, flat.max(axis=0) + MARGIN
        width, height = (int(edge) for edge in np.ceil((high - low) * unit) + 1)
        middle = np.array([(width - 1) / 2, -low[1] * unit])
        return cls(unit, (flat * unit + middle).astype(np.float32), (height, width))

    @property
    def origin(self) -> Points:
        """(2,) px: where the middle of the flat face lies (mesh_topology.laid_flat: its zero)."""
        return np.asarray(self.points[0] - mesh_topology.laid_flat()[0] * np.float32(self.unit), np.float32)

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
        """(H, W) 0..1: (468,) values at the landmarks, spread over the triangles between them; 0 beyond the face."""
        painted = self._painted(WHITE, np.zeros((MESH_POINTS, 2), np.float32), values)[..., 0]
        return np.asarray(painted / np.float32(255), np.float32)

    def places(self) -> "Places":
        """Of every pixel, row after row."""
        rows, columns = np.indices(self.size_hw)
        at = np.stack([columns.ravel(), rows.ravel()], axis=-1).astype(np.float32)
        return Places.of((at - self.origin) / np.float32(self.unit))

    def at_landmarks(self, field: Field) -> NDArray[np.float32]:
        """(468,): the value of an (H, W) field at each landmark."""
        columns, rows = self.points.round().astype(np.int32).T
        return np.asarray(field[rows, columns], np.float32)

    def unroll(self, image: Image, points: Points) -> "Atlas":
        """A photo's face laid flat. image: BGR. points: (468, 3) px in it."""
        seen = smoothstep(vertex_facing(points, mesh_topology.triangles()), *FACING)
        opaque = np.ones(MESH_POINTS, np.float32)
        return Atlas(self._painted(texels_of(image), points[:, :2], opaque), self.spread(seen))

    def _painted(self, texels: Texels, at: Points, opacity: NDArray[np.float32]) -> Image:
        canvas = np.zeros((*self.size_hw, 3), np.uint8)
        paint_triangles(canvas, texels, self.points, as_it_is(at, opacity), mesh_topology.triangles())
        return canvas


@dataclass(frozen=True, slots=True)
class Atlas:
    """One photo laid flat. image: (H, W, 3) BGR. seen: (H, W) 0..1, how well the photo shows each place."""

    image: Image
    seen: Field


@dataclass(frozen=True, slots=True)
class Places:
    """Places of the flat face, to be found again on any other.

    corners: (K, 3) the landmarks around each; beyond the face the nearest one. shares: (K, 3) of
    each of them.
    """

    corners: NDArray[np.int32]
    shares: NDArray[np.float32]

    @classmethod
    def of(cls, flat: Points) -> "Places":
        """flat: (K, 2), in distances between the outer eye corners, as mesh_topology.laid_flat has the landmarks."""
        corners, shares = np.full((len(flat), 3), -1, np.int32), np.zeros((len(flat), 3), np.float32)
        landmarks = mesh_topology.laid_flat().astype(np.float64)
        by_x = np.argsort(flat[:, 0])
        x = flat[by_x, 0]
        for triangle in mesh_topology.closed_triangles()[::-1]:  # the mesh's own last: what closes a hole may overlap
            a, b, c = landmarks[triangle]
            low, high = np.min([a, b, c], axis=0), np.max([a, b, c], axis=0)
            column = by_x[np.searchsorted(x, low[0]) : np.searchsorted(x, high[0], "right")]
            near = column[(flat[column, 1] >= low[1]) & (flat[column, 1] <= high[1])]
            to_b, to_c = np.linalg.solve(np.column_stack([b - a, c - a]), (flat[near] - a).T)
            inside = (to_b >= 0) & (to_c >= 0) & (to_b + to_c <= 1)
            corners[near[inside]] = triangle
            shares[near[inside]] = np.stack([1 - to_b - to_c, to_b, to_c], axis=-1)[inside]
        beyond = np.flatnonzero(corners[:, 0] < 0)
        apart = flat[beyond][:, np.newaxis] - landmarks
        corners[beyond] = (apart * apart).sum(axis=2).argmin(axis=1)[:, np.newaxis]
        shares[beyond] = 1, 0, 0
        return cls(corners, shares)

    def on(self, points: Points) -> Points:
        """(K, 2) px: where these places lie on a face. points: (468, 2 or 3) px."""
        return _between_corners(self.corners, self.shares, points)

    def read(self, image: NDArray[np.uint8], points: Points) -> NDArray[np.uint8]:
        """(K[, C]): what an image shows where these places lie on a face; beyond its edge its border is continued.

        points: (468, 2 or 3) px of the face in it.
        """
        x, y = np.ascontiguousarray(self.on(points).T)[..., np.newaxis]
        return np.asarray(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0], np.uint8)


@njit(cache=True, nogil=True)
def _between_corners(corners: NDArray[np.int32], shares: NDArray[np.float32], points: Points) -> Points:
    found = np.zeros((corners.shape[0], 2), np.float32)
    for k in range(corners.shape[0]):
        for n in range(3):
            for axis in range(2):
                found[k, axis] += shares[k, n] * points[corners[k, n], axis]
    return found
