"""A source person's textures: all photos of them laid flat upon each other, at falling sizes, with what they show.

What no photo shows is taken from the other half of the face; over what that does not show either, and beyond its edge,
the face is continued. Knows the flat face (atlas.py); knows no wearer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import eye_distance
from engines.swappers.atlas import Atlas, Layout
from engines.swappers.fields import Field, mean_nearby, soft
from engines.types import Points, SourcePhoto

SMALLEST_EYE_DISTANCE_PX, LARGEST_EYE_DISTANCE_PX = 64, 224
"""Of the largest texture: eyes 224 px apart fill a 1080p frame; more would be thrown away."""
OVERSAMPLING = 1.4
"""Texture px for one px of the photo: laying it flat costs sharpness otherwise."""
TEXTURE_LEVELS = 4
OFF_THE_TEETH = 0.3
"""Of the way from the inner to the outer edge of the lips: a smiling source shows teeth at the inner one."""

# In distances between the outer eye corners.
SEAM = 0.03
"""How softly one photo goes over into another."""
TONE = 0.15
"""How far light is averaged where two photos are made to match."""
SHOWN = 0.2
"""Of how well a place is seen: what is seen less is continued from around, as in the network's training."""
FILL_PX = (2, 4, 8, 16, 32)
FEATURES_MARGIN, NOSTRILS_MARGIN, NOSTRILS_SHARE, FEATURES_SOFT = 0.06, 0.01, 0.7, 1 / 32
"""How far around brows, eyes and lips a face is no plain skin: the network was trained with this map."""

BESIDE_FEATURES = 0.066
"""Brows and lashes reach so far beyond a feature, where the light is not to be read."""

VALID = 3
"""Channel of a texture behind B, G, R: how far it is to be seen."""
FEATURES, PLAIN = 0, 1
"""Channels of the maps of a face, the same for everybody: where features are, and where plain skin is."""
MAPS_UNIT_PX = 64
"""Eye distance of the maps."""


FaceAlone: TypeAlias = Callable[[SourcePhoto, Atlas, Layout], Atlas]


@dataclass(frozen=True, slots=True)
class Texture:
    """The source's face at one size.

    image: (H, W, 4) float32, B, G, R and VALID, 0..255. points: (468, 2) px in it. eye_px: its eye distance.
    """

    image: NDArray[np.float32]
    points: Points
    eye_px: float


def textures_of(
    views: Sequence[SourcePhoto], shown: NDArray[np.float32], alone: FaceAlone | None = None
) -> list[Texture]:
    """The face at falling sizes, each half the one before, largest first.

    views: photos of one person, the best first. shown: (468,) 0..1, how far the source is to be seen, where. alone:
    takes from a photo laid flat what is not the face's; None for nothing.
    """
    largest = max(eye_distance(view.face.points) for view in views)
    layout = Layout.of(float(np.clip(OVERSAMPLING * largest, SMALLEST_EYE_DISTANCE_PX, LARGEST_EYE_DISTANCE_PX)))
    face = laid_together([_unrolled(view, layout, largest, alone) for view in views], layout)
    valid = np.clip(3 * face.seen, 0, 1) * layout.spread(shown)
    image = np.clip(np.dstack([face.image, valid * 255]), 0, 255).astype(np.float32)
    points = _off_the_teeth(layout.points)
    return [_scaled(image, points, layout.unit, 1 / 2**level) for level in range(TEXTURE_LEVELS)]


def laid_together(atlases: Sequence[Atlas], layout: Layout) -> Atlas:
    """One face of several photos and their mirror images, continued beyond its edge."""
    face = atlases[0]
    for other in atlases[1:]:
        face = _completed(face, other, layout)
    face = _completed(face, Atlas(face.image[:, ::-1].copy(), face.seen[:, ::-1].copy()), layout)
    inside = cv2.erode((layout.inside() & (face.seen > SHOWN)).astype(np.uint8), np.ones((3, 3), np.uint8))
    return Atlas(_continued(face.image, inside.astype(np.float32), layout.unit), face.seen)


@cache
def face_maps() -> tuple[NDArray[np.float32], Points]:
    """(H, W, 2) 0..255, FEATURES and PLAIN, and (468, 2) px of the landmarks in it. Read-only."""
    layout = Layout.of(MAPS_UNIT_PX)
    features = feature_map(layout)
    reach = round(BESIDE_FEATURES * layout.unit)
    plain = 1 - cv2.dilate(features, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    maps = (np.dstack([features, plain]) * np.float32(255)).astype(np.float32)
    maps.setflags(write=False)
    return maps, layout.points


def feature_map(layout: Layout) -> Field:
    """(H, W) 0..1: brows, eyes, lips and, less so, nostrils."""
    features = np.zeros(layout.size_hw, np.float32)
    for part in mesh_topology.features():
        features = np.maximum(features, layout.mask_of([part], FEATURES_MARGIN))
    nostrils = layout.mask_of([mesh_topology.NOSTRILS], NOSTRILS_MARGIN) * np.float32(NOSTRILS_SHARE)
    return soft(np.maximum(features, nostrils), FEATURES_SOFT * layout.unit)


def _unrolled(view: SourcePhoto, layout: Layout, largest_eye_px: float, alone: FaceAlone | None) -> Atlas:
    """One photo laid flat; smaller ones than the largest show less."""
    image, points = view.image, view.face.points
    eyes = eye_distance(points)
    if eyes > layout.unit:  # a larger photo than the texture: every pixel of it is averaged in
        scale = layout.unit / eyes
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        exact = np.array([image.shape[1] / view.image.shape[1], image.shape[0] / view.image.shape[0]], np.float32)
        points = np.column_stack([(points[:, :2] + 0.5) * exact - 0.5, points[:, 2] * np.float32(scale)])
    atlas = layout.unroll(image, points)
    if alone is not None:
        atlas = alone(view, atlas, layout)
    return Atlas(atlas.image, atlas.seen * np.float32(eyes / largest_eye_px))


def _completed(face: Atlas, other: Atlas, layout: Layout) -> Atlas:
    """A face with what another picture shows better, in the light of the first."""
    share = soft(np.clip(1.5 * (other.seen - face.seen), 0, 1), SEAM * layout.unit)[..., np.newaxis]
    if share.max() < 1 / 255:
        return face
    both = np.minimum(face.seen, other.seen) * (1 - feature_map(layout))
    own, _ = mean_nearby(face.image, both, TONE * layout.unit)
    theirs, near = mean_nearby(other.image, both, TONE * layout.unit)
    weight = (both / max(float(both.sum()), 1e-6))[..., np.newaxis]
    overall = ((face.image * weight).sum(axis=(0, 1)) + 1) / ((other.image * weight).sum(axis=(0, 1)) + 1)
    known = np.clip(near * 4, 0, 1)[..., np.newaxis]
    gain = np.clip((own + 1) / (theirs + 1) * known + overall * (1 - known), 0.3, 3)
    mixed = face.image * (1 - share) + np.clip(other.image * gain, 0, 255) * share
    return Atlas(mixed.astype(np.float32), np.maximum(face.seen, other.seen))


def _continued(image: Field, inside: Field, unit: float) -> Field:
    """A face that goes on beyond its edge and over its holes. inside: (H, W) 0 or 1."""
    known, filled = inside.copy(), image * inside[..., np.newaxis]
    for reach in FILL_PX:
        near, amount = mean_nearby(filled, known, max(1.0, reach * unit / 160))
        new = (known < 0.5) & (amount > 0.05)
        filled[new], known[new] = near[new], 1
    return filled


def _scaled(image: NDArray[np.float32], points: Points, unit: float, scale: float) -> Texture:
    height, width = image.shape[:2]
    size_wh = max(2, round(width * scale)), max(2, round(height * scale))
    exact = np.array([size_wh[0] / width, size_wh[1] / height], np.float32)
    resized = np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.float32)
    # Pixel centres are at whole numbers, so scaling about the image's corner moves them by half a pixel.
    return Texture(resized, (points + 0.5) * exact - 0.5, unit * scale)


def _off_the_teeth(points: Points) -> Points:
    """(468, 2): the same, with the inner edge of the lips read from a little farther out. points: of a layout."""
    flat, inner, outer = mesh_topology.laid_flat(), mesh_topology.inner_lips(), mesh_topology.OUTER_LIPS
    apart = np.linalg.norm(flat[inner][:, np.newaxis] - flat[outer], axis=2)
    moved = points.copy()
    moved[inner] += np.float32(OFF_THE_TEETH) * (points[outer[apart.argmin(axis=1)]] - points[inner])
    return moved
