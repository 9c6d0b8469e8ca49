"""A photo's own light is taken out of its face; what the face is made of stays."""

import cv2
import numpy as np
import pytest

from engines.mesh_topology import OUTER_LIPS
from engines.swappers.even_light import STRENGTH, even_light, skin_of
from engines.types import Image, Points
from tests.engines.test_mesh_swapper import dome

SIZE = 300


@pytest.fixture
def points() -> Points:
    return dome((SIZE / 2, SIZE / 2), 240)


def plain(level: int = 150) -> Image:
    return np.full((SIZE, SIZE, 3), level, np.uint8)


def side_lit(shadow: float) -> Image:
    """Half of it in a shadow with a hard edge."""
    image = plain()
    image[:, : SIZE // 2] = round(150 * shadow)
    return image


def sides(image: Image, points: Points) -> tuple[float, float]:
    """Mean brightness of plain skin, left and right of the middle."""
    skin = skin_of(image.shape, points)[1] > 0
    left = np.arange(SIZE)[np.newaxis, :] < SIZE // 2
    return float(image[skin & left].mean()), float(image[skin & ~left].mean())


def test_a_shadow_over_half_a_face_is_lifted(points: Points) -> None:
    before = sides(side_lit(0.4), points)
    after = sides(even_light(side_lit(0.4), points), points)
    assert before[1] - before[0] == pytest.approx(90, abs=2)
    assert abs(after[1] - after[0]) < (1.15 - STRENGTH) * 90


def test_an_evenly_lit_face_stays_as_it_is(points: Points) -> None:
    assert np.abs(even_light(plain(), points).astype(int) - 150).max() <= 1


def test_fine_detail_stays(points: Points) -> None:
    pores = np.random.default_rng(0).normal(0, 6, (SIZE, SIZE, 1))
    image = np.clip(150 + pores + np.zeros(3), 0, 255).astype(np.uint8)
    skin = skin_of(image.shape, points)[1] > 0
    assert even_light(image, points)[skin].std() > 0.8 * image[skin].std()


def test_lips_keep_their_colour_beside_the_skin(points: Points) -> None:
    image = plain()
    lips = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillConvexPoly(lips, cv2.convexHull(points[OUTER_LIPS, :2].astype(np.int32)), (1.0,))
    image[lips > 0] = (90, 80, 190)
    assert np.abs(even_light(image, points)[lips > 0].astype(int) - (90, 80, 190)).max() <= 3


def test_beyond_the_face_nothing_changes(points: Points) -> None:
    image = side_lit(0.3)
    outside = ~skin_of(image.shape, points)[0]
    assert (even_light(image, points)[outside] == image[outside]).all()


def test_a_face_of_which_no_skin_is_seen_is_left_in_peace(points: Points) -> None:
    assert even_light(plain(), points + np.float32(5 * SIZE)).shape == (SIZE, SIZE, 3)
