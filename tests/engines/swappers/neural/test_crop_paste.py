"""A network's crop laid on the target: what is in front of the face, and what any mask forbids, is left out."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.crops.alignment import align, five_points
from engines.image.geometry import invert_affine, transform_points
from engines.image.tensors import aligned_crop
from engines.mesh.square import face_square
from engines.swappers.neural.crop_paste import Finish, OcclusionEstimator, lay_on
from engines.swappers.neural.masks import CropMask, Mask, SwappedCrop, box_mask
from engines.types import Coverage, FaceLandmarks, Image
from tests.engines.fake_compositor import compositor_of
from tests.engines.made_faces import mean_at
from tests.engines.moving import textured

SIZE = 256
FACE = FaceLandmarks(mean_at((320, 240), 100), 1.0)
MADE = (20, 200, 90)


class Watching:
    """A mask that allows everything and keeps what it was shown."""

    def __init__(self) -> None:
        self.shown: list[SwappedCrop] = []

    def of(self, swapped: SwappedCrop) -> Mask:
        self.shown.append(swapped)
        return np.ones(swapped.crop.shape[:2], np.float32)


def laid(masks: list[CropMask]) -> tuple[Image, Coverage]:
    canvas = textured()
    affine = align(five_points(FACE), "ffhq_512", SIZE)
    picture = np.dstack([np.full((SIZE, SIZE, 3), MADE, np.float32), box_mask(SIZE)])
    told = lay_on(canvas, (aligned_crop(canvas, affine, SIZE), affine), picture, FACE, Finish(masks))
    return canvas, told


def left_half() -> NDArray[np.float32]:
    alpha = np.ones((128, 128), np.float32)
    alpha[:, :64] = 0
    return alpha


def at(picture: Image, landmark: int) -> NDArray[np.uint8]:
    x, y = FACE.points[landmark, :2].round().astype(int)
    return np.asarray(picture[y, x])


def test_without_masks_the_box_alone_decides() -> None:
    canvas, told = laid([])
    assert at(canvas, 1) == pytest.approx(MADE, abs=1)
    assert told.painted > 0.9
    assert told.occluded == pytest.approx(0, abs=1e-3)


def test_what_the_compositor_sees_in_front_is_left_out_and_told() -> None:
    canvas, told = laid([OcclusionEstimator(compositor_of(alpha=left_half()))])
    assert (at(canvas, 50) == at(textured(), 50)).all()  # the cheek on the picture's left
    assert at(canvas, 280) == pytest.approx(MADE, abs=1)
    assert told.painted == pytest.approx(0.5, abs=0.1)
    assert told.occluded == pytest.approx(0.5, abs=0.1)


def test_a_mask_is_shown_the_target_and_what_was_made_in_their_places() -> None:
    watching = Watching()
    laid([watching])
    [swapped] = watching.shown
    assert swapped.crop.shape == (SIZE, SIZE, 3)
    affine = align(five_points(FACE), "ffhq_512", SIZE)
    assert swapped.face.points == pytest.approx(transform_points(FACE.points, affine), abs=1e-2)
    inside = swapped.layers.valid > 0.9
    assert inside.mean() > 0.2
    assert swapped.layers.texture[inside] * 255 == pytest.approx(np.broadcast_to(MADE, (inside.sum(), 3)), abs=2)


def test_the_square_of_the_compositor_leads_to_the_crop_and_back() -> None:
    watching = Watching()
    laid([watching])
    [swapped] = watching.shown
    in_square = transform_points(swapped.face.points, invert_affine(swapped.to_crop))
    upright = transform_points(FACE.points, face_square(FACE.points))
    assert in_square[:, :2] == pytest.approx(upright[:, :2], abs=0.05)
    x, y = in_square[1, :2].round().astype(int)
    seen = cv2.blur(textured(), (3, 3))
    assert swapped.layers.target[y, x] * 255 == pytest.approx(at(np.asarray(seen), 1).astype(float), abs=12)


def test_relit_the_crop_has_the_targets_tone_and_otherwise_its_own() -> None:
    target = np.full((480, 640, 3), (60, 90, 150), np.uint8)
    affine = align(five_points(FACE), "ffhq_512", SIZE)
    shown = []
    for relight in (False, True):
        canvas = target.copy()
        picture = np.dstack([np.full((SIZE, SIZE, 3), MADE, np.float32), box_mask(SIZE)])
        lay_on(canvas, (aligned_crop(canvas, affine, SIZE), affine), picture, FACE, Finish(relight=relight))
        shown.append(at(canvas, 1))
    assert shown[0] == pytest.approx(MADE, abs=1)
    assert shown[1] == pytest.approx((60, 90, 150), abs=8)
