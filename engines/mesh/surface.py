"""What lies where on a target's face: for each pixel its place in the texture, in the picture, and how it is turned.

Knows the warp and the triangles that are seen; knows no pixel's colour.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import smoothstep, transform_points
from engines.mesh import mesh_topology
from engines.mesh.raster import paint_attributes, vertex_facing, visible_triangles
from engines.mesh.warp import Warp
from engines.types import Affine, Points

FACING = 0.05, 0.35
"""Facing (0 edge-on, 1 head-on) of the target below which there is nothing to paint on, and above which there is."""
EMPTY = -1e6
"""Stands for no place."""
U, V, X, Y, FRONT, MAP_U, MAP_V = range(7)
"""Attributes of a pixel: texture px, px of the picture, how far it faces the camera (below 0 in the holes), and px of
the maps that all faces have."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A moved face.

    warp: its landmarks. front: (468, 1) 0..1, how far they face the camera. shown: (M, 3), the triangles that do, far
    ones first.
    """

    warp: Warp
    front: NDArray[np.float32]
    shown: NDArray[np.int32]

    @classmethod
    def of(cls, warp: Warp) -> "Surface":
        """Look at the landmarks once."""
        triangles = mesh_topology.triangles()
        front = smoothstep(vertex_facing(warp.laid, triangles), *FACING)
        return cls(warp, front[:, np.newaxis], visible_triangles(warp.laid, triangles))

    def shifted(self, offset: Points) -> "Surface":
        """The same in other pixels. offset: (2,) px, which is added."""
        shift = np.array([*offset, 0], np.float32)
        return replace(self, warp=Warp(self.warp.read + shift, self.warp.laid + shift))

    def places(self, size_hw: tuple[int, int], texture_points: Points) -> NDArray[np.float32]:
        """(H, W, 5): U to FRONT of each pixel; EMPTY and -1 where the face is not. texture_points: (468, 2) px."""
        painted = np.empty((*size_hw, 5), np.float32)
        painted[..., :FRONT], painted[..., FRONT] = EMPTY, -1
        self._paint(painted, self.warp.laid, [texture_points, self.warp.read[:, :2], self.front])
        return painted

    def places_in(
        self, affine: Affine, to_picture: Affine, edge: int, texture_points: Points, map_points: Points
    ) -> NDArray[np.float32]:
        """(S, S, 7): all attributes in a square of `edge` px; beyond the face X and Y lead straight to the picture.

        affine: px of the landmarks -> px of the square. to_picture: px of the square -> px of the picture to be read.
        """
        painted = np.empty((edge, edge, 7), np.float32)
        painted[:], painted[..., FRONT] = EMPTY, -1
        steps = np.arange(edge, dtype=np.float32)
        for column, (along_x, along_y, start) in zip((X, Y), to_picture.astype(np.float32), strict=True):
            painted[..., column] = along_x * steps + (along_y * steps + start)[:, np.newaxis]
        read = transform_points(transform_points(self.warp.read, affine), to_picture)
        columns = [texture_points, read[:, :2], self.front, map_points]
        self._paint(painted, transform_points(self.warp.laid, affine), columns)
        return painted

    def _paint(self, painted: NDArray[np.float32], points: Points, columns: list[Points]) -> None:
        """The holes first, then the mesh. columns: what the pixels get, in order."""
        attributes = np.concatenate(columns, axis=1, dtype=np.float32)
        in_holes = attributes.copy()
        in_holes[:, FRONT] = -1
        paint_attributes(painted, points, in_holes, mesh_topology.all_hole_triangles())
        paint_attributes(painted, points, attributes, self.shown)
