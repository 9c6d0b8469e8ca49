"""What is searched again and what is not: newcomers and cuts are, noise, bodies and pans are not."""

import cv2
import numpy as np
import pytest

from engines.types import Image, Points
from realtime.tracking.change_detector import ChangeDetector

WIDTH, HEIGHT = 640, 360
FACE = (260, 80, 380, 220)


def room(seed: int = 0) -> Image:
    coarse = np.random.default_rng(seed).integers(40, 200, (9, 16, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def boxes(dx: int = 0, scale: float = 1.0) -> list[Points]:
    left, top, right, bottom = FACE
    return [np.array([left + dx, top, right + dx, bottom], np.float32) * np.float32(scale)]


class Watch:
    def __init__(self) -> None:
        self.change = ChangeDetector()
        self.change.has_changed(room(), boxes())
        self.change.searched()

    def sees(self, picture: Image, dx: int = 0) -> bool:
        return self.change.has_changed(picture, boxes(dx))


def put(picture: Image, box: tuple[int, int, int, int]) -> Image:
    left, top, right, bottom = box
    picture[top:bottom, left:right] = (150, 170, 220)
    picture[top + 10 : bottom - 20, left + 10 : right - 10] = (90, 110, 160)
    return picture


@pytest.mark.smoke
def test_the_first_picture_and_a_cut_are_new() -> None:
    watch = Watch()
    assert not watch.sees(room())
    assert not watch.change.is_new
    assert watch.sees(room(1))
    assert watch.change.is_new
    assert ChangeDetector().has_changed(room(), [])


@pytest.mark.parametrize("box", [(20, 40, 80, 110), (500, 150, 600, 270), (120, 200, 160, 250)])
def test_a_newcomer_is_a_change_until_it_was_searched(box: tuple[int, int, int, int]) -> None:
    watch = Watch()
    newcomer = put(room(), box)
    assert watch.sees(newcomer)
    assert watch.sees(newcomer)
    watch.change.searched()
    assert not watch.sees(newcomer)


@pytest.mark.parametrize("size_wh", [(1, 1), (5000, 2), (2, 5000)])
def test_flat_pictures_are_looked_at_too(size_wh: tuple[int, int]) -> None:
    change, picture = ChangeDetector(), np.full((size_wh[1], size_wh[0], 3), 90, np.uint8)
    assert change.has_changed(picture, [])
    change.searched()
    assert not change.has_changed(picture, [])


def test_noise_light_flicker_and_the_followed_face_itself_are_none() -> None:
    watch, rng = Watch(), np.random.default_rng(0)
    noisy = np.clip(room() + rng.normal(0, 8, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)
    assert not watch.sees(noisy)
    assert not watch.sees(np.clip(room().astype(np.int16) + 5, 0, 255).astype(np.uint8))
    left, top, right, bottom = FACE
    assert not watch.sees(put(room(), (left + 25, top + 25, right - 25, bottom - 25)))


def test_the_rim_of_a_followed_face_is_watched_since_others_come_out_from_behind_it() -> None:
    left, top, _, bottom = FACE
    assert Watch().sees(put(room(), (left - 45, top + 20, left + 15, bottom - 20)))


def test_the_corners_of_a_followed_face_s_box_are_watched_too_since_faces_are_round() -> None:
    _, _, right, bottom = FACE
    assert Watch().sees(put(room(), (right - 40, bottom - 60, right, bottom)))


def moved(picture: Image, dx: int, dy: int = 0) -> Image:
    affine = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return np.asarray(cv2.warpAffine(picture, affine, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def test_what_moves_with_the_face_is_explained_and_a_newcomer_beside_it_is_not() -> None:
    watch = Watch()
    body = (200, 220, 440, 360)
    watch.change.has_changed(put(room(), body), boxes())
    watch.change.searched()
    shifted = put(room(), (224, 220, 464, 360))
    assert watch.sees(shifted, dx=0)
    assert not watch.sees(moved(put(room(), body), 24), dx=24)
    assert watch.sees(put(moved(put(room(), body), 24), (500, 150, 600, 270)), dx=24)


@pytest.mark.parametrize(("dx", "dy"), [(6, 0), (-3, 5), (16, -4), (24, 0)])
def test_a_picture_that_moves_with_its_camera_is_none_and_who_comes_in_meanwhile_is(dx: int, dy: int) -> None:
    watch = Watch()
    assert not watch.sees(moved(room(), dx, dy), dx=0)
    for box in [(500, 150, 600, 270), (0, 100, 40, 200), (600, 20, 640, 120)]:
        assert watch.sees(put(moved(room(), dx, dy), box), dx=0)


def test_a_picture_of_another_size_is_compared_all_the_same() -> None:
    watch = Watch()
    assert not watch.sees(np.asarray(cv2.resize(room(), (WIDTH, HEIGHT)), np.uint8))
    half = np.asarray(cv2.resize(room(), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA), np.uint8)
    assert not watch.change.has_changed(half, boxes(scale=0.5))
