"""A network's crop laid on the target: where it may be seen, and how much of the face it covered.

The swapped crop is to the compositor what a source's texture is, so the same network says what is in front of the
face. Knows crops and masks; knows no network.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engines.compositor.coverage import coverage_of
from engines.compositor.hand_mask import without_hands
from engines.compositor.layers import Layers, layers_of
from engines.compositor.network import ALPHA, Compositor
from engines.image.geometry import eye_distance, invert_affine, moved, transform_points
from engines.image.paste import OpaqueCrop, paste
from engines.mesh.square import face_square, shifted, surroundings
from engines.mesh.surface import Surface
from engines.mesh.warp import Warp
from engines.source_faces.texture import Texture
from engines.swappers.neural.masks import CropMask, Mask, SwappedCrop
from engines.types import Affine, Coverage, FaceLandmarks, Image, Points


class OcclusionEstimator:
    """Leaves out what is in front of the face, as the compositor sees it."""

    def __init__(self, compositor: Compositor) -> None:
        self._compositor = compositor

    def of(self, swapped: SwappedCrop) -> Mask:
        """(S, S) 0..1: 0 where something is in front."""
        [fields] = self._compositor.fields([swapped.layers])
        back = invert_affine(swapped.to_crop)
        alpha = without_hands(fields[ALPHA], swapped.face.hands, back, swapped.layers)
        size, linear = swapped.crop.shape[1::-1], cv2.INTER_LINEAR
        mask = cv2.warpAffine(alpha, swapped.to_crop, size, flags=linear, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(mask, np.float32)


@dataclass(frozen=True, slots=True)
class Finish:
    """What is done to a crop before it is laid on. masks: where it must not be seen. relight: the target's light on it,
    coarsely, as the mesh swapper does; most networks do that themselves."""

    masks: Sequence[CropMask] = ()
    relight: bool = False


AS_IT_IS = Finish()


def lay_on(
    canvas: Image, cut: tuple[Image, Affine], picture: OpaqueCrop, face: FaceLandmarks, finish: Finish
) -> Coverage:
    """Blend a swapped crop into `canvas`, in place.

    cut: the target's crop and the map canvas px -> crop px. picture: (S, S, 4) of the crop's size, its opacity what the
    network allows; it is finished in place. face: in px of the canvas.
    """
    square = face_square(face.points)
    place = surroundings(face.points, square, canvas.shape)
    if place is None:
        return Coverage(0.0)
    (crop, affine), part = cut, canvas[place]
    layers = _layers_in(part, np.array([place[1].start, place[0].start], np.float32), face, picture, affine)
    to_crop = _composed(invert_affine(square), affine)
    swapped = SwappedCrop(crop, moved(face, affine), to_crop, layers)
    allowed = float(picture[..., 3].sum())
    if finish.relight:
        _relight(picture, layers, to_crop)
    for mask in finish.masks:
        picture[..., 3] = np.minimum(picture[..., 3], mask.of(swapped))
    hidden = 1 - float(picture[..., 3].sum()) / max(allowed, 1e-6)
    paste(canvas, picture, affine)
    return coverage_of(part, layers, min(1.0, max(0.0, hidden)))


def _relight(picture: OpaqueCrop, layers: Layers, to_crop: Affine) -> None:
    size_wh = picture.shape[1::-1]
    ratio = cv2.warpAffine(layers.ratio, to_crop, size_wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    picture[..., :3] = np.clip(picture[..., :3] * ratio, 0, 255)


def _layers_in(part: Image, corner: Points, face: FaceLandmarks, picture: OpaqueCrop, affine: Affine) -> Layers:
    """The face with the crop in place of a texture. part: a rectangle of the canvas. corner: (2,) its left and top."""
    surface = Surface.of(Warp(face.points, face.points)).shifted(-corner)
    shown = picture.copy()
    shown[..., 3] *= 255
    texture = Texture(shown, transform_points(face.points, affine)[:, :2], eye_distance(face.points))
    return layers_of(part, surface, texture, shifted(face_square(face.points), corner))


def _composed(first: Affine, then: Affine) -> Affine:
    """One map and then another."""
    return np.column_stack([then[:, :2] @ first[:, :2], then[:, :2] @ first[:, 2] + then[:, 2]])
