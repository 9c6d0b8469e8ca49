"""A source person's textures: all photos of them laid flat upon each other, at falling sizes, with what they show.

What no photo shows is taken from the other half of the face, and what that does not show either is as in any face
(cleanup.py). Knows the flat face (uv_map.py); knows no target.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import eye_distance
from engines.image.image_ops import Field
from engines.mesh import mesh_topology
from engines.mesh.uv_map import UVLayout, UVMap, feature_map
from engines.source_faces.cleanup import FlatFace
from engines.source_faces.face_basis import flat_layout
from engines.source_faces.smile import looks_of_smiles, without_smile
from engines.types import Points, SourcePhoto

SMALLEST_EYE_DISTANCE_PX, LARGEST_EYE_DISTANCE_PX = 64, 224
"""Of the largest texture: eyes 224 px apart fill a 1080p frame; more would be thrown away."""
OVERSAMPLING = 1.4
"""Texture px for one px of the photo: laying it flat costs sharpness otherwise."""
TEXTURE_LEVELS = 4
OFF_THE_TEETH = 0.3
"""Of the way from the inner to the outer edge of the lips: a smiling source shows teeth at the inner one."""

BESIDE_FEATURES = 0.066
"""Eye distances: brows and lashes reach so far beyond a feature, where the light is not to be read."""

VALID = 3
"""Channel of a texture behind B, G, R: how far it is to be seen."""
FEATURES, PLAIN, SMILES = 0, 1, slice(2, 4)
"""Channels of the maps of a face, the same for everybody: where features and plain skin are, and how smiles look."""

FindBare: TypeAlias = Callable[[SourcePhoto, UVLayout], Field]
"""(H, W) 0..1 over the flat face: 0 where something is in front of it in the photo."""


@dataclass(frozen=True, slots=True)
class Texture:
    """The source's face at one size.

    image: (H, W, 4) float32, B, G, R and VALID, 0..255. points: (468, 2) px in it. eye_px: its eye distance.
    """

    image: NDArray[np.float32]
    points: Points
    eye_px: float


def textures_of(
    views: Sequence[SourcePhoto], shown: NDArray[np.float32], bare: FindBare | None = None
) -> list[Texture]:
    """The face at falling sizes, each half the one before, largest first.

    views: photos of one person, the best first. shown: (468,) 0..1, how far the source is to be seen, where. bare: None
    when nothing is in front of them.
    """
    largest = max(eye_distance(view.face.points) for view in views)
    layout = UVLayout.of(float(np.clip(OVERSAMPLING * largest, SMALLEST_EYE_DISTANCE_PX, LARGEST_EYE_DISTANCE_PX)))
    face = laid_together(views, layout, bare)
    valid = np.clip(3 * face.front, 0, 1) * layout.spread(shown)
    image = np.dstack([face.image(layout), valid * np.float32(255)])
    points = _off_the_teeth(layout.points)
    return [_scaled(image, points, layout.unit, 1 / 2**level) for level in range(TEXTURE_LEVELS)]


def laid_together(views: Sequence[SourcePhoto], layout: UVLayout, bare: FindBare | None = None) -> FlatFace:
    """One face of several photos and their mirror images. See `textures_of`."""
    nothing = np.ones(layout.size_hw, np.float32)
    flat = (
        FlatFace.of(_unrolled(view, layout), nothing if bare is None else bare(view, layout), layout) for view in views
    )
    first, *others = (without_smile(face, view.face.points, layout) for face, view in zip(flat, views, strict=True))
    best = eye_distance(views[0].face.points)
    for view, other in zip(views[1:], others, strict=True):
        first = first.completed(other, min(1.0, eye_distance(view.face.points) / best), layout.unit)
    return first.completed(first.mirrored(), 1.0, layout.unit)


@cache
def face_maps() -> tuple[NDArray[np.float32], Points]:
    """(H, W, 4), 255 for 1, FEATURES, PLAIN and SMILES, and (468, 2) px of the landmarks in it. Read-only.

    SMILES: see `looks_of_smiles`.
    """
    layout = flat_layout()
    features = feature_map(layout)
    reach = round(BESIDE_FEATURES * layout.unit)
    plain = 1 - cv2.dilate(features, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    maps = (np.dstack([features, plain, looks_of_smiles()]) * np.float32(255)).astype(np.float32)
    maps.setflags(write=False)
    return maps, layout.points


def _unrolled(view: SourcePhoto, layout: UVLayout) -> UVMap:
    """One photo laid flat."""
    image, points = view.image, view.face.points
    eyes = eye_distance(points)
    if eyes > layout.unit:  # a larger photo than the texture: every pixel of it is averaged in
        scale = layout.unit / eyes
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        exact = np.array([image.shape[1] / view.image.shape[1], image.shape[0] / view.image.shape[0]], np.float32)
        points = np.column_stack([(points[:, :2] + 0.5) * exact - 0.5, points[:, 2] * np.float32(scale)])
    return layout.unroll(image, points)


def _scaled(image: NDArray[np.float32], points: Points, unit: float, scale: float) -> Texture:
    height, width = image.shape[:2]
    size_wh = max(2, round(width * scale)), max(2, round(height * scale))
    exact = np.array([size_wh[0] / width, size_wh[1] / height], np.float32)
    resized = np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.float32)
    # Pixel centres are at whole numbers, so scaling about the image's corner moves them by half a pixel.
    return Texture(resized, (points + 0.5) * exact - 0.5, unit * scale)


def _off_the_teeth(points: Points) -> Points:
    """(468, 2): the same, with the inner edge of the lips read from a little farther out. points: of a layout."""
    flat, inner, outer = mesh_topology.canonical_uv(), mesh_topology.inner_lips(), mesh_topology.OUTER_LIPS
    apart = np.linalg.norm(flat[inner][:, np.newaxis] - flat[outer], axis=2)
    moved = points.copy()
    moved[inner] += np.float32(OFF_THE_TEETH) * (points[outer[apart.argmin(axis=1)]] - points[inner])
    return moved
