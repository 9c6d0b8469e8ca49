import cv2
import numpy as np
import pytest

from engines.crops.alignment import align
from engines.image.paste import paste, paste_box
from engines.image.tensors import aligned_crop, join_strided, split_strided, to_bgra, to_planes
from engines.swappers.neural.masks import box_mask
from tests.engines.swappers.neural.faces import five_at, scene


def three(number: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.full(3, number, np.float32)


@pytest.mark.parametrize("is_rgb", [True, False])
def test_planes_and_back_is_the_same_picture(is_rgb: bool) -> None:
    crop = scene(64, 64)
    planes, picture = np.empty((3, 64, 64), np.float32), np.empty((64, 64, 4), np.float32)
    to_planes(crop, three(1 / 127.5), three(-1), is_rgb, planes)
    expected = crop[:, :, ::-1] if is_rgb else crop
    assert planes == pytest.approx(expected.transpose(2, 0, 1) / 127.5 - 1, abs=1e-6)
    assert to_bgra(planes, three(127.5), three(127.5), np.ones((64, 64), np.float32), is_rgb, picture) == 0
    assert np.rint(picture[:, :, :3]).astype(np.uint8) == pytest.approx(crop)


def test_values_that_are_no_numbers_are_counted_and_never_shown() -> None:
    planes, picture = np.zeros((3, 8, 8), np.float32), np.empty((8, 8, 4), np.float32)
    planes[0, 0, 0], planes[1, 2, 3] = np.nan, np.inf
    assert to_bgra(planes, three(255), three(0), np.ones((8, 8), np.float32), True, picture) == 2
    assert np.isfinite(picture).all()


@pytest.mark.parametrize("boost", [1, 2, 4])
def test_strided_split_and_join_is_the_same_picture(boost: int) -> None:
    crop = scene(32 * boost, 32 * boost)
    parts = split_strided(crop, 32)
    assert len(parts) == boost**2
    planes = np.stack([part.transpose(2, 0, 1).astype(np.float32) for part in parts])
    assert (join_strided(planes).transpose(1, 2, 0) == crop).all()
    # every part shows the whole face: its mean is the picture's
    assert all(abs(float(part.mean()) - float(crop.mean())) < 3 for part in parts)


def test_large_face_is_averaged_into_its_crop_and_not_skipped_over() -> None:
    stripes = np.zeros((800, 800, 3), np.uint8)
    stripes[:, ::2] = 255  # one pixel wide: sampling sees only black or only white
    crop = aligned_crop(stripes, align(five_at((400, 400), 600), "arcface_112_v2", 128), 128)
    assert crop.astype(int) == pytest.approx(127, abs=30)


@pytest.mark.parametrize("degrees", [0, 25, 180])
@pytest.mark.parametrize("size", [60, 150, 300])
def test_cut_and_pasted_back_unchanged_nothing_moves(size: int, degrees: float) -> None:
    picture = cv2.GaussianBlur(scene(), (0, 0), 6).astype(np.uint8)
    affine = align(five_at((320, 180), size, degrees), "arcface_128", 256)
    crop = aligned_crop(picture, affine, 256)
    opaque = np.dstack([crop, box_mask(256)]).astype(np.float32)
    pasted = picture.copy()
    paste(pasted, opaque, affine)
    assert np.abs(pasted.astype(int) - picture).max() <= 2  # of 255, where the mask is full


@pytest.mark.parametrize("centre", [(0, 0), (320, 180), (639, 359), (-400, 100)])
def test_paste_touches_nothing_outside_its_rectangle(centre: tuple[int, int]) -> None:
    picture = scene()
    affine = align(five_at(centre, 120, 15), "arcface_128", 128)
    opaque = np.dstack([np.full((128, 128, 3), 255, np.float32), box_mask(128)])
    pasted = picture.copy()
    paste(pasted, opaque, affine)
    x1, y1, x2, y2 = paste_box(affine, 128, (640, 360))
    changed = (pasted != picture).any(axis=2)
    assert changed.any() == (centre != (-400, 100))
    changed[y1:y2, x1:x2] = False
    assert not changed.any()


def test_box_mask_is_full_inside_soft_at_its_border_and_nothing_on_the_edge() -> None:
    mask = box_mask(128)
    assert mask[64, 64] == pytest.approx(1)
    assert 0.2 < mask[64, 10] < 0.8
    assert mask[[0, -1]].max() == mask[:, [0, -1]].max() == 0
    assert not mask.flags.writeable
