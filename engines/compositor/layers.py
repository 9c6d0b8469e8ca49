"""What the compositor is shown of one face: the warped target, the source's texture in its place, and where it holds.

Knows the square, the warp and the texture; knows neither the network nor the picture at full size.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.compositor.relight import light_ratio
from engines.compositor.smile_light import smile_light
from engines.image.geometry import eye_distance, invert_affine, smoothstep
from engines.image.image_ops import Field
from engines.mesh.square import SQUARE_PX, in_square, scale_of, shrunk
from engines.mesh.surface import EMPTY, FRONT, MAP_U, Surface, U, X, Y
from engines.source_faces.smile import smile_in
from engines.source_faces.texture import FEATURES, PLAIN, SMILES, VALID, Texture, face_maps
from engines.types import Affine, Image

FACING_GAIN = 1.6
"""The texture holds fully from where a triangle's facing, 0..1, times this is 1."""
OUTLINE = 0.05, 0.20
"""Eye distances inside the outline: up to where a face is all the target's, and from where it is the source's."""
MASKS = 4
"""Valid, features, skin and mesh: see `_mask`."""


@dataclass(frozen=True, slots=True)
class Layers:
    """One face in its square, S = SQUARE_PX.

    affine: picture px -> square px. unmoved: (S, S, 3) uint8, the target as they are. target: (S, S, 3) 0..1, warped.
    texture: (S, S, 3) 0..1, as it is. ratio: (S, S, 3), the target's light on it. valid, features: (S, S) 0..1. mesh:
    (S, S) 0 or 1, the camera-facing mesh in the picture. holds: (S, S) 0..1, how far the texture may be painted,
    continued beyond the mesh's edge.
    """

    affine: Affine
    unmoved: Image
    target: Field
    texture: Field
    ratio: Field
    valid: Field
    features: Field
    mesh: Field
    holds: Field

    def tensor(self) -> NDArray[np.float32]:
        """(1, 8, S, S) float32: what the network takes (models/training says what is what)."""
        planes = np.empty((1, 8, SQUARE_PX, SQUARE_PX), np.float32)
        planes[0, :3] = self.target.transpose(2, 0, 1)
        planes[0, 3:6] = np.minimum(self.texture * self.ratio, 1).transpose(2, 0, 1)
        planes[0, 6], planes[0, 7] = self.valid, self.features
        return planes


def layers_of(picture: Image, surface: Surface, texture: Texture, affine: Affine) -> Layers:
    """What there is to compose of a face. surface: in `picture`'s px. affine: see `face_square`."""
    small, to_square = shrunk(picture, affine)
    maps, map_points = face_maps()
    places = surface.places_in(affine, invert_affine(to_square), SQUARE_PX, texture.points, map_points)
    target, flat, plain = _empty(3), _empty(4), _empty(maps.shape[2])
    _look_up(small, places, X, target)
    _look_up(texture.image, places, U, flat)
    _look_up(maps, places, MAP_U, plain)
    shown, masks = _empty(5), _empty(MASKS)
    _mask(places, flat, plain, np.array(small.shape[1::-1], np.float32), shown, masks)
    _continue(shown)
    eye_px = eye_distance(surface.warp.read) * scale_of(affine)
    depth = cv2.distanceTransform((places[..., U] > EMPTY).astype(np.uint8), cv2.DIST_L2, 3)
    holds = shown[..., 3] * smoothstep(depth / np.float32(eye_px), *OUTLINE)
    continued = np.ascontiguousarray(shown[..., :3])
    valid, features, skin, mesh = (np.ascontiguousarray(masks[..., n]) for n in range(MASKS))
    ratio = light_ratio(target, continued, skin)
    smile = smile_in(surface.warp.read)
    if smile.any():
        looks = (plain[..., SMILES] @ smile) * (1 - features)
        ratio *= smile_light(target, continued * ratio, looks, skin)
    return Layers(affine, in_square(small, to_square), target, continued, ratio, valid, features, mesh, holds)


def _empty(channels: int) -> Field:
    return np.zeros((SQUARE_PX, SQUARE_PX, channels), np.float32)


def _continue(shown: Field) -> None:
    """Fill what lies beyond the mesh with means of what is near, in place. The last channel: 1 inside, 0 beyond."""
    half = np.empty((SQUARE_PX // 2, SQUARE_PX // 2, shown.shape[2]), np.float32)
    _halved(shown, half)
    box = (3, 3)  # two of them, at half the size, have the variance of BEYOND_PX of models/training
    _fill(shown, np.asarray(cv2.blur(cv2.blur(half, box), box), np.float32))


@njit(cache=True, nogil=True, fastmath=True)
def _halved(shown: Field, half: Field) -> None:
    """Write to `half` the means of 2 x 2 places, each weighted with the last channel."""
    last = shown.shape[2] - 1
    for row in range(half.shape[0]):
        for column in range(half.shape[1]):
            half[row, column, :] = 0
            for i in range(2):
                for j in range(2):
                    weight = shown[2 * row + i, 2 * column + j, last] * np.float32(0.25)
                    for c in range(shown.shape[2]):
                        half[row, column, c] += shown[2 * row + i, 2 * column + j, c] * weight


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _fill(shown: Field, near: Field) -> None:
    """Write into `shown`, where its last channel is 0, what `near`, of half its size, has there."""
    last, most = shown.shape[2] - 1, near.shape[0] - 1
    quarter, least = np.float32(0.25), np.float32(1e-3)
    for row in range(shown.shape[0]):
        here = row // 2
        beside = min(most, max(0, here + 2 * (row % 2) - 1))
        for column in range(shown.shape[1]):
            if shown[row, column, last] > 0:
                continue
            left = column // 2
            right = min(most, max(0, left + 2 * (column % 2) - 1))
            amount = near[here, left, last] * 9 + (near[here, right, last] + near[beside, left, last]) * 3
            amount = (amount + near[beside, right, last]) * quarter * quarter + least
            for c in range(last):
                value = near[here, left, c] * 9 + (near[here, right, c] + near[beside, left, c]) * 3
                shown[row, column, c] = (value + near[beside, right, c]) * quarter * quarter / amount


@njit(cache=True, nogil=True, fastmath=True)
def _mask(places: Field, flat: Field, plain: Field, size_wh: Field, shown: Field, masks: Field) -> None:
    """Write to `shown` the texture, how far it holds and whether it is well inside the mesh; to `masks` what there is.

    masks: valid, features, skin, mesh. size_wh: (2,) px of the picture.
    """
    zero, one, gain, half = np.float32(0), np.float32(1), np.float32(FACING_GAIN), np.float32(0.5)
    edge = places.shape[0]
    for row in range(edge):
        for column in range(edge):
            front = places[row, column, FRONT]
            if front < zero:
                continue
            inner = one
            for i in range(max(0, row - 1), min(edge, row + 2)):
                for j in range(max(0, column - 1), min(edge, column + 2)):
                    if places[i, j, FRONT] < zero:
                        inner = zero
            x, y = places[row, column, X], places[row, column, Y]
            seen = x > -half and y > -half and x < size_wh[0] - half and y < size_wh[1] - half
            mesh = one if seen else zero
            holds = min(one, front * gain) * flat[row, column, VALID]
            for c in range(3):
                shown[row, column, c] = flat[row, column, c]
            shown[row, column, 3], shown[row, column, 4] = holds, inner
            masks[row, column, 0] = holds * inner * mesh
            masks[row, column, 1] = plain[row, column, FEATURES]
            masks[row, column, 2] = holds * inner * mesh * plain[row, column, PLAIN]
            masks[row, column, 3] = mesh


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _look_up(picture: NDArray[Any], places: Field, x_of: int, found: Field) -> None:
    """Write to `found`, (S, S, C) 0..1, a picture of 0..255 at a place's two columns from `x_of` on, unless EMPTY."""
    high_x, high_y = np.float32(picture.shape[1] - 1.001), np.float32(picture.shape[0] - 1.001)
    zero, one, share = np.float32(0), np.float32(1), np.float32(1 / 255)
    for r in range(found.shape[0]):
        for k in range(found.shape[1]):
            row, column = np.uintp(r), np.uintp(k)
            if places[row, column, x_of] <= np.float32(EMPTY):
                continue
            x = min(high_x, max(zero, places[row, column, x_of]))
            y = min(high_y, max(zero, places[row, column, x_of + 1]))
            left, top = np.uintp(x), np.uintp(y)
            right, below = left + np.uintp(1), top + np.uintp(1)
            fx, fy = x - np.float32(left), y - np.float32(top)
            for c in range(found.shape[2]):
                upper = picture[top, left, c] * (one - fx) + picture[top, right, c] * fx
                lower = picture[below, left, c] * (one - fx) + picture[below, right, c] * fx
                found[row, column, c] = (upper + (lower - upper) * fy) * share
