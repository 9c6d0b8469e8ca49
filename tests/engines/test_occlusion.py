"""What comes from outside and is no skin lies in front of the face; features, shade and spots do not."""

import numpy as np
import pytest

from engines.mesh_topology import BROWS, OUTER_LIPS, face_oval
from engines.swappers.occlusion import Occlusion
from engines.types import Image, Points
from tests.engines.test_mesh_swapper import dome

SKIN = np.array([110, 130, 170])
LIGHT = np.tile(SKIN, (468, 1)).astype(np.float32)
FOREHEAD, CHIN, NOSE, CHEEK = 10, 152, 1, 50


@pytest.fixture(scope="module")
def occlusion() -> Occlusion:
    return Occlusion()


@pytest.fixture
def points() -> Points:
    return dome((150, 150), 240)


@pytest.fixture
def bare() -> Image:
    return np.tile(SKIN, (300, 300, 1)).astype(np.uint8)


def block(image: Image, points: Points, landmark: int, reach: int, colour: tuple[int, int, int]) -> None:
    x, y = points[landmark, :2].round().astype(int)
    image[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach] = colour


def test_bare_skin_hides_nothing(occlusion: Occlusion, bare: Image, points: Points) -> None:
    assert occlusion.seen_in(bare, points, LIGHT) is None


@pytest.mark.parametrize("colour", [(20, 20, 20), (240, 240, 240), (60, 140, 40)], ids=["black", "white", "green"])
@pytest.mark.parametrize("landmark", [FOREHEAD, CHIN])
def test_what_reaches_in_over_the_outline_is_found_where_it_is(
    occlusion: Occlusion, bare: Image, points: Points, landmark: int, colour: tuple[int, int, int]
) -> None:
    block(bare, points, landmark, 30, colour)
    hidden = occlusion.seen_in(bare, points, LIGHT)
    assert hidden is not None
    at = occlusion.layout.at_landmarks(hidden)
    inside = (np.abs(points[:, :2] - points[landmark, :2]) < 25).all(axis=1)
    inside[face_oval()] = False  # half of what lies around them is no face
    outside = (np.abs(points[:, :2] - points[landmark, :2]) > 40).any(axis=1)
    assert at[inside].mean() > 0.8
    assert at[outside].max() < 0.1


def test_a_spot_in_the_middle_of_a_cheek_is_the_faces_own(occlusion: Occlusion, bare: Image, points: Points) -> None:
    block(bare, points, CHEEK, 8, (20, 20, 20))
    assert occlusion.seen_in(bare, points, LIGHT) is None


def test_dark_brows_and_red_lips_are_the_faces_own(occlusion: Occlusion, bare: Image, points: Points) -> None:
    for part, colour in ((BROWS, (25, 25, 30)), (OUTER_LIPS, (70, 70, 160))):
        for landmark in part:
            block(bare, points, landmark, 3, colour)
    assert occlusion.seen_in(bare, points, LIGHT) is None


def test_a_cup_before_the_mouth_hides_the_lips_too(occlusion: Occlusion, bare: Image, points: Points) -> None:
    top = int(points[OUTER_LIPS, 1].min()) - 4
    bare[top:, 100:200] = (235, 235, 235)
    hidden = occlusion.seen_in(bare, points, LIGHT)
    assert hidden is not None
    assert occlusion.layout.at_landmarks(hidden)[OUTER_LIPS].mean() > 0.8


def test_shade_on_one_side_is_no_occluder(occlusion: Occlusion, bare: Image, points: Points) -> None:
    bare[:, :150] = (bare[:, :150] * 0.78).astype(np.uint8)
    assert occlusion.seen_in(bare, points, LIGHT) is None


@pytest.mark.parametrize("level", [0.25, 0.6, 1.4])
def test_half_a_face_in_hard_shadow_or_light_is_not_laid_bare(
    occlusion: Occlusion, bare: Image, points: Points, level: float
) -> None:
    bare[:, :150] = (bare[:, :150] * level).astype(np.uint8)
    assert occlusion.seen_in(bare, points, LIGHT) is None


def test_a_face_out_of_the_picture_is_looked_at_without_complaint(occlusion: Occlusion, bare: Image) -> None:
    occlusion.seen_in(bare, dome((-400, 900), 240), LIGHT)
