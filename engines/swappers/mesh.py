"""The mesh swapper: the source's skin on the wearer's face, tied by 468 landmarks. No weights, no GPU.

`prepare` looks at the source's photos once, which become textures (texture.py). `paint` looks at a frame: where the
source's proportions put the wearer's landmarks (shape.py), what is in front of the face and what light is on it
(in_front.py), then one pass over the face's pixels (raster.py). The eyes and the inside of the mouth are holes in the
mesh (holes.py).

Knows vertices and their order; each of the others knows its own trade.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import eye_distance
from engines.swappers.atlas import Layout
from engines.swappers.complexion import Complexion
from engines.swappers.fields import Field
from engines.swappers.holes import Holes
from engines.swappers.identity import DEFAULT_STRENGTH
from engines.swappers.in_front import in_front, opacity_of
from engines.swappers.light import LightField, relight, sample_vertices
from engines.swappers.mouth import beyond_mouth
from engines.swappers.raster import (
    ALPHA,
    ATTRIBUTES,
    CONTRAST_B,
    LIFT_B,
    Texels,
    U,
    less_opaque,
    paint_triangles,
    vertex_facing,
    visible_triangles,
)
from engines.swappers.shape import ShapeTransfer
from engines.swappers.texture import Texture, flat_face, inside_edges, texture_pyramid
from engines.types import MESH_POINTS, FaceLandmarks, Image, SourcePhoto, Whose


class MeshSwapper:
    """Makes mesh faces out of source photos.

    strength: 0..1, how far the wearer's proportions are moved to the source's. iris: whose colour of eyes. mouth:
    whose lips; what they say is the wearer's.
    """

    name = "mesh"

    def __init__(self, strength: float = DEFAULT_STRENGTH, iris: Whose = "wearer", mouth: Whose = "source") -> None:
        self._strength, self._iris = strength, iris
        self._painted = beyond_mouth() if mouth == "wearer" else np.ones(MESH_POINTS, np.float32)

    def prepare(self, photo: SourcePhoto) -> "MeshFace":
        """Examine the photo, and those of the same person with it, once; a tenth of a second each.

        Raises SourcePhotoError when the first one shows no iris and its colour was asked for.
        """
        shape = ShapeTransfer([view.face.points for view in photo.views], self._strength * self._painted)
        return MeshFace(photo, shape, Holes(photo, self._iris), self._painted)


class MeshFace:
    """A source face that can be painted over others. One thread at a time. painted: (468,) 0..1, how far, where."""

    def __init__(self, photo: SourcePhoto, shape: ShapeTransfer, holes: Holes, painted: NDArray[np.float32]) -> None:
        self._triangles, self._shape, self._holes = mesh_topology.triangles(), shape, holes
        face, layout = flat_face(photo.views)
        opacity = face.known * inside_edges(layout) * layout.spread(painted)
        self._textures = texture_pyramid(face.image, opacity, layout)
        self._in_front = in_front()
        self._source_light = light_of(face, layout, self._in_front.light)

    def paint(self, canvas: Image, face: FaceLandmarks) -> None:
        """Swap `face` in `canvas`, in place. Touches only pixels inside the mesh."""
        seen = face.points
        facing = vertex_facing(seen, self._triangles)
        points = self._shape.moved(seen, facing, face.wearer)
        texture = self._texture_for(eye_distance(points))
        skin = self._in_front.skin_of(canvas, face, facing, points)
        contrast, lift = relight(self._source_light, skin.light)
        corners = np.empty((MESH_POINTS, ATTRIBUTES), np.float32)
        corners[:, U : U + 2] = texture.points
        corners[:, CONTRAST_B : CONTRAST_B + 3], corners[:, LIFT_B : LIFT_B + 3] = contrast, lift
        corners[:, ALPHA] = opacity_of(facing)
        taken = self._holes.taken(canvas, face)
        texels = uncovered(texture.texels, skin.covered)
        paint_triangles(canvas, texels, points, corners, visible_triangles(points, self._triangles))
        self._holes.fill(canvas, taken, points, self._in_front.free(skin))

    def _texture_for(self, eye_px: float) -> Texture:
        """The smallest texture that is not magnified, else the largest: sharp without aliasing."""
        fitting = [texture for texture in self._textures if texture.eye_px >= eye_px]
        return fitting[-1] if fitting else self._textures[0]


def light_of(face: Complexion, layout: Layout, field: LightField) -> NDArray[np.float32]:
    """(468, 3) BGR: the light that is left on the source's face."""
    known = np.repeat((face.known * 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    is_known = sample_vertices(known, layout.points)[:, 0] / np.float32(255)
    return field.smooth(sample_vertices(face.image, layout.points), is_known)


def uncovered(texels: Texels, hidden: Field | None) -> Texels:
    """The texture without what is hidden. hidden: (H, W) 0..1 over the same flat face, of any size."""
    if hidden is None:
        return texels
    mask = cv2.resize(hidden, texels.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return less_opaque(texels, (mask * 255).astype(np.uint8))
