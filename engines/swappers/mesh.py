"""The mesh swapper: the source's skin on the wearer's face, tied by 468 landmarks. No weights, no GPU.

`prepare` looks at the source photo once: a small texture, where each landmark sits in it, how opaque each landmark is,
and the source's own light. `paint` looks at a frame: the wearer's light, then one pass over the face's pixels
(raster.py). The eyes and the inside of the mouth are holes in the mesh, so they stay the wearer's.

Knows vertices; light.py knows light, raster.py knows pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import box_of, distance_to, eye_distance
from engines.swappers.even_light import even_light
from engines.swappers.light import LightField, relight, sample_vertices
from engines.swappers.raster import (
    ALPHA,
    ATTRIBUTES,
    CONTRAST_B,
    LIFT_B,
    Texels,
    U,
    facing_camera,
    paint_triangles,
    texels_of,
    vertex_facing,
)
from engines.types import MESH_POINTS, FaceLandmarks, Image, Points, SourcePhoto

TEXTURE_EYE_DISTANCE_PX = 224
"""Largest texture kept: eyes this far apart fill a 1080p frame; more would be thrown away."""
TEXTURE_LEVELS = 4
MARGIN = 0.15
"""Photo kept around the face's box, as a fraction of its longer side."""

# Opacity, in distances between the outer eye corners (about 9 cm on an adult).
OUTLINE_FEATHER = 0.20
WEARER_FACING = 0.02, 0.22
"""Facing (0 edge-on, 1 head-on) below which a vertex of the wearer is not painted, and above which it fully is."""
SOURCE_FACING = 0.08, 0.40
"""The same in the source photo; more is asked, because a patch seen at 0.2 would be stretched fivefold."""


@dataclass(frozen=True, slots=True)
class Texture:
    """The source's face at one size. points: (468, 2) px in it. eye_px: its eye distance."""

    texels: Texels
    points: Points
    eye_px: float


class MeshSwapper:
    """Makes mesh faces out of source photos."""

    name = "mesh"

    def prepare(self, photo: SourcePhoto) -> "MeshFace":
        """Examine the photo once; a few milliseconds."""
        return MeshFace(photo)


class MeshFace:
    """A source face that can be painted over others. One thread at a time."""

    def __init__(self, photo: SourcePhoto) -> None:
        self._triangles = mesh_topology.triangles()
        lit = even_light(photo.image, photo.face.points)
        self._textures = texture_pyramid(lit, photo.face.points)
        self._opacity = source_opacity(photo.face.points)
        self._light = LightField(photo.face.points)
        visible = smoothstep(vertex_facing(photo.face.points, self._triangles), *WEARER_FACING)
        self._source_light = self._light.smooth(sample_vertices(lit, photo.face.points), visible)

    def paint(self, canvas: Image, face: FaceLandmarks) -> None:
        """Swap `face` in `canvas`, in place. Touches only pixels inside the mesh."""
        points = face.points
        texture = self._texture_for(eye_distance(points))
        facing = smoothstep(vertex_facing(points, self._triangles), *WEARER_FACING)
        wearer_light = self._light.smooth(sample_vertices(canvas, points), facing)
        corners = np.empty((MESH_POINTS, ATTRIBUTES), np.float32)
        corners[:, U : U + 2] = texture.points
        contrast, lift = relight(self._source_light, wearer_light)
        corners[:, CONTRAST_B : CONTRAST_B + 3], corners[:, LIFT_B : LIFT_B + 3] = contrast, lift
        corners[:, ALPHA] = self._opacity * facing
        paint_triangles(canvas, texture.texels, points, corners, visible_triangles(points, self._triangles))

    def _texture_for(self, eye_px: float) -> Texture:
        """The smallest texture that is not magnified, else the largest: sharp without aliasing."""
        fitting = [texture for texture in self._textures if texture.eye_px >= eye_px]
        return fitting[-1] if fitting else self._textures[0]


def texture_pyramid(image: Image, points: Points) -> list[Texture]:
    """The face cut out of the photo, at falling sizes (each half the one before).

    image: BGR. points: (468, 3) px in it. Returns TEXTURE_LEVELS textures, largest first.
    """
    x1, y1, x2, y2 = box_of(points)
    margin = MARGIN * max(x2 - x1, y2 - y1)
    left, top = max(0, int(x1 - margin)), max(0, int(y1 - margin))
    right, bottom = min(image.shape[1], int(x2 + margin) + 1), min(image.shape[0], int(y2 + margin) + 1)
    cut = image[top:bottom, left:right]
    placed = points[:, :2] - np.array([left, top], np.float32)
    first = min(1.0, TEXTURE_EYE_DISTANCE_PX / eye_distance(points))
    return [_scaled(cut, placed, first / 2**level, eye_distance(points)) for level in range(TEXTURE_LEVELS)]


def _scaled(image: Image, points: Points, scale: float, eye_px: float) -> Texture:
    size_wh = max(2, round(image.shape[1] * scale)), max(2, round(image.shape[0] * scale))
    exact = np.array([size_wh[0] / image.shape[1], size_wh[1] / image.shape[0]], np.float32)
    resized = np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    # Pixel centres are at whole numbers, so scaling about the image's corner moves them by half a pixel.
    return Texture(texels_of(resized), (points + 0.5) * exact - 0.5, eye_px * scale)


def source_opacity(points: Points) -> NDArray[np.float32]:
    """(468,) 0..1: how far the source covers each vertex, by its place on the face and its visibility in the photo.

    0 on the outline and on the rims of eyes and mouth, 1 inside; 0 where the photo shows a vertex edge-on.
    points: (468, 3) px.
    """
    unit = points / eye_distance(points)
    inside = smoothstep(distance_to(unit, mesh_topology.face_oval()), 0, OUTLINE_FEATHER)
    rims = np.concatenate([mesh_topology.inner_lips(), *mesh_topology.eye_rims()])
    inside[rims] = 0
    return inside * smoothstep(vertex_facing(points, mesh_topology.triangles()), *SOURCE_FACING)


def visible_triangles(points: Points, triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """The triangles that face the camera, far ones first, so that a nose covers the cheek behind it."""
    towards, depths = facing_camera(points, triangles)
    return triangles[towards[np.argsort(-depths)]]


def smoothstep(value: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]:
    """0 below `low`, 1 above `high`, smooth between (Hermite)."""
    t = np.clip((value - low) / (high - low), 0, 1).astype(np.float32)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
