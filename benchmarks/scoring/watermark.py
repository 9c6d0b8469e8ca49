"""A faint chequer on somebody's skin, and how much of it is found again in what came out.

1 is the bare face, 0 none of it. It is looked for where it was put, and, after undoing the move, where a swapper that
only moves pixels would have put it: moved skin is as recognisable as bare skin. Its cells are as large as what tells
one face from another (some 8 cycles a face), not as the
grain, which an honest swap keeps. Knows pictures, landmarks and moves; knows no scene.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import box_of, size_of
from engines.image.image_ops import Field
from engines.mesh import mesh_topology
from engines.mesh.raster import paint_attributes
from engines.mesh.warp import Warp
from engines.types import Image, Points

AMPLITUDE = 7.0
"""Of 255: hardly to be seen."""
CELLS = 16
"""Along the longer side of a face: 8 cycles. Of smaller ones honest swaps keep more."""
PATTERNS = 8
"""Frames until one comes again, so that a held picture is not taken for this one."""
AROUND = 4
"""Cells over which the mean is taken off: what is coarser is light."""
LEAST_PX, LEAST_SHARE = 400, 0.2
"""Of a face that is to be seen: of less nobody is recognised, and nothing can be measured."""
Mask = NDArray[np.bool_]


def outline_of(points: Points, shape: tuple[int, ...]) -> Mask:
    """(H, W): within the face's outline."""
    mask = np.zeros(shape[:2], np.uint8)
    hull = cv2.convexHull(np.round(points[mesh_topology.face_oval(), :2]).astype(np.int32))
    return np.asarray(cv2.fillConvexPoly(mask, hull, (1.0,)) > 0)


@dataclass(frozen=True, slots=True)
class Watermark:
    """One on one face of one picture. place: rows and columns of the face. where: of them, what is marked.

    pattern, own: (H, W) of the place, what was added, and the face's own detail.
    """

    points: Points
    place: tuple[slice, slice]
    where: Mask
    pattern: Field
    own: Field

    @classmethod
    def put(cls, picture: Image, points: Points, visible: Mask, number: int) -> "Watermark | None":
        """On a face, in place. visible: (H, W), where nothing is in front. number: of the frame.

        None where too little is to be seen of it.
        """
        outline = outline_of(points, picture.shape)
        shown = np.count_nonzero(outline & visible)
        if shown < LEAST_PX or shown < LEAST_SHARE * whole_of(points):
            return None
        cell, place = cell_of(points), _place(points, picture.shape)
        pattern, where = _patterns(cell, picture.shape[:2])[number % PATTERNS][place], (outline & visible)[place]
        before = picture[place].copy()
        marked = before + (AMPLITUDE * pattern * where)[..., np.newaxis]
        picture[place] = np.clip(np.round(marked), 0, 255).astype(np.uint8)
        return cls(points, place, where, _detail(AMPLITUDE * pattern, cell), _detail(_grey(before), cell))

    @property
    def share(self) -> float:
        """0..1 of the face, that is marked."""
        return np.count_nonzero(self.where) / whole_of(self.points)

    def gain(self, shown: Image, warps: Sequence[Warp] = ()) -> float:
        """How much of it is in a picture of the same size. warps: moves that were made."""
        pictures = [shown[self.place], *(undone(shown, warp, self.place) for warp in warps)]
        return max(self._share_in(picture) for picture in pictures)

    def _share_in(self, part: Image) -> float:
        """Least squares: so much of the mark, and so much of the face's own detail."""
        detail = _detail(_grey(part), cell_of(self.points))[self.where]
        known = np.column_stack([self.pattern[self.where], self.own[self.where]])
        found = np.linalg.solve(known.T @ known + np.eye(2, dtype=np.float32), known.T @ detail)
        return float(found[0])


def undone(shown: Image, warp: Warp, place: tuple[slice, slice]) -> Image:
    """A part of a picture with a move taken back; as it is beyond the mesh."""
    corner = np.array([place[1].start, place[0].start], np.float32)
    return moved(shown, Warp(warp.laid, warp.read), place, corner)


def moved(picture: Image, warp: Warp, place: tuple[slice, slice], corner: Points) -> Image:
    """A part of a picture with a face's pixels moved. corner: (2,) px, the part's left and top."""
    rows, columns = np.mgrid[place].astype(np.float32)
    maps = np.ascontiguousarray(np.dstack([columns, rows]))
    to = np.ascontiguousarray(warp.laid[:, :2] - corner, np.float32)
    triangles = mesh_topology.closed_triangles()
    paint_attributes(maps, to, np.ascontiguousarray(warp.read[:, :2], np.float32), triangles)
    x, y = np.ascontiguousarray(maps[..., 0]), np.ascontiguousarray(maps[..., 1])
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def whole_of(points: Points) -> float:
    """px within the outline of a face, beyond the picture's edge, too."""
    return float(cv2.contourArea(cv2.convexHull(points[mesh_topology.face_oval(), :2].astype(np.float32))))


def cell_of(points: Points) -> int:
    """Edge of a cell, px."""
    box = box_of(points)
    return max(3, round(size_of(box) / CELLS))


def _place(points: Points, shape: tuple[int, ...]) -> tuple[slice, slice]:
    x1, y1, x2, y2 = (int(edge) for edge in box_of(points))
    rows = slice(min(max(0, y1), shape[0] - 2), min(shape[0], max(2, y2 + 1)))
    return rows, slice(min(max(0, x1), shape[1] - 2), min(shape[1], max(2, x2 + 1)))


def _detail(grey: Field, cell: int) -> Field:
    edge = cell * AROUND + 1
    return np.asarray(grey - cv2.blur(grey, (edge, edge)), np.float32)


def _grey(picture: Image) -> Field:
    return np.asarray(picture.astype(np.float32).mean(axis=2), np.float32)


@cache
def _patterns(cell: int, size_hw: tuple[int, ...]) -> list[Field]:
    """Of -1 and 1. (H, W) each."""
    rng, cells = np.random.default_rng(cell), (-(-size_hw[0] // cell), -(-size_hw[1] // cell))
    drawn = [rng.choice(np.array([-1, 1], np.float32), cells) for _ in range(PATTERNS)]
    return [np.kron(one, np.ones((cell, cell), np.float32))[: size_hw[0], : size_hw[1]] for one in drawn]
