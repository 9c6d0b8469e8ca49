"""The mesh swapper: the source's skin on the wearer's face, tied by 468 landmarks. No weights, no GPU.

`prepare` looks at the source's photos once, which become textures (texture.py). `paint` looks at a frame: where the
source's proportions put the wearer's landmarks (shape.py), what is in front of the face and what light is on it
(in_front.py), then one pass over the face's pixels (raster.py). The eyes and the inside of the mouth are
holes in the mesh: the wearer's own pixels fill them, moved with the rest.

Knows vertices and their order; each of the others knows its own trade.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import box_of, eye_distance
from engines.swappers.atlas import Field, Layout
from engines.swappers.complexion import Complexion
from engines.swappers.identity import DEFAULT_STRENGTH
from engines.swappers.in_front import in_front, opacity_of
from engines.swappers.light import LightField, relight, sample_vertices
from engines.swappers.raster import (
    ALPHA,
    ATTRIBUTES,
    CONTRAST_B,
    LIFT_B,
    Texels,
    U,
    as_it_is,
    less_opaque,
    paint_triangles,
    texels_of,
    vertex_facing,
    visible_triangles,
)
from engines.swappers.shape import ShapeTransfer
from engines.swappers.texture import Texture, flat_face, inside_edges, texture_pyramid
from engines.types import MESH_POINTS, FaceLandmarks, Image, Points, SourcePhoto


class MeshSwapper:
    """Makes mesh faces out of source photos.

    strength: 0..1, how far the wearer's proportions are moved to the source's.
    """

    name = "mesh"

    def __init__(self, strength: float = DEFAULT_STRENGTH) -> None:
        self._strength = strength

    def prepare(self, photo: SourcePhoto) -> "MeshFace":
        """Examine the photo, and those of the same person with it, once; a few hundredths of a second each."""
        return MeshFace(photo, self._strength)


class MeshFace:
    """A source face that can be painted over others. One thread at a time."""

    def __init__(self, photo: SourcePhoto, strength: float) -> None:
        self._triangles = mesh_topology.triangles()
        face, layout = flat_face(photo.views)
        self._textures = texture_pyramid(face.image, face.known * inside_edges(layout), layout)
        self._in_front = in_front()
        self._source_light = light_of(face, layout, self._in_front.light)
        self._shape = ShapeTransfer([view.face.points for view in photo.views], strength)

    def paint(self, canvas: Image, face: FaceLandmarks) -> None:
        """Swap `face` in `canvas`, in place. Touches only pixels inside the mesh."""
        seen = face.points
        facing = vertex_facing(seen, self._triangles)
        points = self._shape.moved(seen, facing, face.wearer)
        texture = self._texture_for(eye_distance(points))
        hidden, light = self._in_front.seen_in(canvas, points, sample_vertices(canvas, seen), facing, face.wearer)
        contrast, lift = relight(self._source_light, light)
        corners = np.empty((MESH_POINTS, ATTRIBUTES), np.float32)
        corners[:, U : U + 2] = texture.points
        corners[:, CONTRAST_B : CONTRAST_B + 3], corners[:, LIFT_B : LIFT_B + 3] = contrast, lift
        corners[:, ALPHA] = opacity_of(facing)
        own = list(eyes_and_mouth(canvas, seen))
        texels = uncovered(texture.texels, hidden)
        paint_triangles(canvas, texels, points, corners, visible_triangles(points, self._triangles))
        for texels, at, triangles in own:
            paint_triangles(canvas, texels, points, as_it_is(at), visible_triangles(points, triangles))

    def _texture_for(self, eye_px: float) -> Texture:
        """The smallest texture that is not magnified, else the largest: sharp without aliasing."""
        fitting = [texture for texture in self._textures if texture.eye_px >= eye_px]
        return fitting[-1] if fitting else self._textures[0]


def light_of(face: Complexion, layout: Layout, field: LightField) -> NDArray[np.float32]:
    """(468, 3) BGR: the light that is left on the source's face."""
    known = np.repeat((face.known * 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    is_known = sample_vertices(known, layout.points)[:, 0] / np.float32(255)
    return field.smooth(sample_vertices(face.image, layout.points), is_known)


def eyes_and_mouth(canvas: Image, points: Points) -> Iterator[tuple[Texels, Points, NDArray[np.int32]]]:
    """What shows in each hole of a face: a copy of its box, the landmarks in it, and the triangles that close the hole.

    Nothing for a hole that is out of the picture.
    """
    height, width = canvas.shape[:2]
    for triangles in mesh_topology.hole_triangles():
        x1, y1, x2, y2 = box_of(points[triangles.ravel()])
        left, top = max(0, int(x1) - 1), max(0, int(y1) - 1)
        right, bottom = min(width, int(x2) + 3), min(height, int(y2) + 3)
        if right - left >= 2 and bottom - top >= 2:
            at = points[:, :2] - np.array([left, top], np.float32)
            yield texels_of(canvas[top:bottom, left:right]), at, triangles


def uncovered(texels: Texels, hidden: Field | None) -> Texels:
    """The texture without what is hidden. hidden: (H, W) 0..1 over the same flat face, of any size."""
    if hidden is None:
        return texels
    mask = cv2.resize(hidden, texels.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return less_opaque(texels, (mask * 255).astype(np.uint8))
