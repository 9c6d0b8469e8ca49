"""A head in a picture, turned to the side farther than any clip shows it.

The skull is a cylinder, and the face before it is the mesh of its landmarks with the picture's own pixels, so that the
nose stands out, hides a cheek and is seen from the side. What the picture does not show of the far side is stretched
hair. Knows one picture and one face's landmarks; knows no scene.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import box_of
from engines.mesh import mesh_topology
from engines.mesh.raster import paint_attributes, visible_triangles
from engines.types import Image, Points

RADIUS = 0.62
"""Of a skull, in widths of the face's mesh, which ends before the ears."""
NECK = 0.35
"""Of the face's height: over so much below the chin the turn ends; shoulders stay."""
FARTHEST = 0.97
"""Of the radius: farther out a picture shows what is behind the head."""


def turned(picture: Image, points: Points, yaw: float) -> tuple[Image, Points]:
    """The picture with its head turned. points: (468, 3) px. yaw: degrees, positive to the picture's right.

    Returns the picture and where the landmarks are now.
    """
    x1, _, x2, chin = box_of(points)
    radius, middle, angle = float(RADIUS * (x2 - x1)), float(x1 + x2) / 2, np.radians(yaw)
    axis = np.array([middle, 0, points[:, 2].max()], np.float32)
    turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]], np.float32)
    placed = np.ascontiguousarray((points - axis) @ turn.T + axis, np.float32)
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    neck = NECK * float(chin - points[:, 1].min())
    angles = angle * np.clip(1 - (rows - float(chin)) / neck, 0, 1)
    across = (columns - middle) / radius
    source = np.arcsin(np.clip(across, -1, 1)) - angles
    on_skull = FARTHEST * np.sin(np.clip(source, -np.pi / 2, np.pi / 2))
    maps = np.dstack([np.where(np.abs(across) < 1, middle + radius * on_skull, columns), rows]).astype(np.float32)
    paint_attributes(maps, placed, np.ascontiguousarray(points[:, :2]), _shown(placed))
    x, y = np.ascontiguousarray(maps[..., 0]), np.ascontiguousarray(maps[..., 1])
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8), placed


def facing(points: Points, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(H, W): where a face's skin is to be seen and not its far side."""
    painted = np.zeros((*shape[:2], 1), np.float32)
    paint_attributes(painted, points, np.ones((len(points), 1), np.float32), _shown(points))
    return np.asarray(painted[..., 0] > 0)


def _shown(points: Points) -> NDArray[np.int32]:
    return visible_triangles(points, mesh_topology.closed_triangles())
