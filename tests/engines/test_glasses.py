"""Glasses stay in front; bare faces, brows and shadows are not taken for some."""

import cv2
import numpy as np
import pytest

from engines.mesh_topology import BROWS, eye_rims, mean_face
from engines.swappers import glasses as glasses_module
from engines.swappers import ridges
from engines.swappers.atlas import Places
from engines.swappers.fields import Field
from engines.swappers.glasses import Glasses
from engines.swappers.ridges import Line, Profiles
from engines.types import Image, Points
from engines.wearer import Wearer

SKIN = (110, 130, 170)
FACING = np.ones(468, np.float32)
RADIUS = 0.27
"""Of a lens, in distances between the outer eye corners."""


@pytest.fixture(scope="module")
def glasses() -> Glasses:
    return Glasses()


@pytest.fixture
def points() -> Points:
    return np.asarray(mean_face() * 110 + [200, 150, 0], np.float32)


@pytest.fixture
def bare(points: Points) -> Image:
    """A face with eyes and brows."""
    image = np.tile(np.array(SKIN, np.uint8), (320, 400, 1))
    for part in (*eye_rims(), BROWS[:10], BROWS[10:]):
        cv2.fillConvexPoly(image, cv2.convexHull(points[part, :2].astype(np.int32)), (40, 45, 55))
    return image


def middles(points: Points) -> list[Points]:
    return [np.asarray((points[rim, :2].min(axis=0) + points[rim, :2].max(axis=0)) / 2) for rim in eye_rims()]


def with_rims(image: Image, points: Points, colour: tuple[int, int, int], width: int = 4) -> Image:
    worn = image.copy()
    for x, y in middles(points):
        cv2.circle(worn, (round(x), round(y)), round(RADIUS * 110), colour, width, cv2.LINE_AA)
    return worn


def test_a_bare_face_wears_none(glasses: Glasses, bare: Image, points: Points) -> None:
    assert glasses.seen_in(bare, points, FACING) is None


def test_rings_under_the_eyes_are_no_glasses(glasses: Glasses, bare: Image, points: Points) -> None:
    shade = np.ones(bare.shape[:2], np.float32)
    for x, y in middles(points):
        cv2.ellipse(shade, (round(x), round(y + 8)), (22, 14), 0, 30, 150, (0.6,), 6)
    bare = (bare * cv2.GaussianBlur(shade, (0, 0), 4)[..., np.newaxis]).astype(np.uint8)
    assert glasses.seen_in(bare, points, FACING) is None


@pytest.mark.parametrize("colour", [(20, 20, 20), (60, 80, 110), (235, 235, 240)], ids=["black", "gold", "white"])
def test_rims_are_found_and_only_they(
    glasses: Glasses, bare: Image, points: Points, colour: tuple[int, int, int]
) -> None:
    found = glasses.seen_in(with_rims(bare, points, colour), points, FACING)
    assert found is not None
    rows, columns = np.nonzero(found > 0.5)
    flat = (np.column_stack([columns, rows]) - glasses.layout.origin) / glasses.layout.unit
    at = Places.of(flat.astype(np.float32)).on(points)
    apart = np.min([np.abs(np.linalg.norm(at - middle, axis=1) - RADIUS * 110) for middle in middles(points)], axis=0)
    assert np.mean(apart < 8) > 0.9
    assert found.mean() < 0.1


@pytest.mark.parametrize("corner", [0, 255])
def test_what_lies_in_the_corner_of_the_picture_is_nothing_to_them(
    glasses: Glasses, bare: Image, points: Points, corner: int
) -> None:
    worn = with_rims(bare, points, (20, 20, 20))
    for (x, y), outer in zip(middles(points), (-1, 1), strict=True):  # temples
        start = round(x + outer * RADIUS * 110)
        cv2.line(worn, (start, round(y)), (start + outer * 60, round(y)), (20, 20, 20), 4, cv2.LINE_AA)
    marked = worn.copy()
    marked[:3, :3] = corner
    found, again = (glasses.seen_in(image, points, FACING) for image in (worn, marked))
    assert found is not None
    assert again is not None
    assert (found == again).all()


def test_one_ring_alone_is_none(glasses: Glasses, bare: Image, points: Points) -> None:
    [x, y], _ = middles(points)
    cv2.circle(bare, (round(x), round(y)), round(RADIUS * 110), (20, 20, 20), 4)
    assert glasses.seen_in(bare, points, FACING) is None


def test_behind_a_dark_lens_nothing_is_painted(glasses: Glasses, bare: Image, points: Points) -> None:
    for x, y in middles(points):
        cv2.circle(bare, (round(x), round(y)), round(RADIUS * 110), (30, 30, 30), -1, cv2.LINE_AA)
    found = glasses.seen_in(with_rims(bare, points, (5, 5, 5)), points, FACING)
    assert found is not None
    cheek_side_of_eye = glasses.layout.points[[230, 450]].round().astype(int)  # under the eyes, within the lenses
    assert (found[cheek_side_of_eye[:, 1], cheek_side_of_eye[:, 0]] > 0.9).all()


@pytest.mark.parametrize("radius", [0.16, 0.42], ids=["tiny", "huge"])
def test_rims_at_the_edge_of_where_is_looked_are_no_mistake(
    glasses: Glasses, bare: Image, points: Points, radius: float
) -> None:
    for x, y in middles(points):
        cv2.circle(bare, (round(x), round(y)), round(radius * 110), (20, 20, 20), 3, cv2.LINE_AA)
    found = glasses.seen_in(bare, points, FACING)
    assert found is None or found.mean() < 0.2


def test_a_glance_without_does_not_take_them_off(glasses: Glasses, bare: Image, points: Points) -> None:
    wearer, worn = Wearer(), with_rims(bare, points, (20, 20, 20))
    for _ in range(20):
        assert glasses.seen_in(worn, points, FACING, wearer) is not None
    glasses.seen_in(bare, points, FACING, wearer)
    assert glasses.seen_in(worn, points, FACING, wearer) is not None


def test_who_wears_none_is_looked_at_seldom_and_soon_enough(glasses: Glasses, bare: Image, points: Points) -> None:
    wearer = Wearer()
    for _ in range(100):
        glasses.seen_in(bare, points, FACING, wearer)
    assert wearer.glasses.looks <= 10
    worn = with_rims(bare, points, (20, 20, 20))
    frames = [glasses.seen_in(worn, points, FACING, wearer) is not None for _ in range(60)]
    assert frames[-1]


def test_of_who_wears_some_a_part_is_looked_at_in_a_frame_and_all_within_three(
    glasses: Glasses, bare: Image, points: Points, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Line] = []

    def line_along(strip: Profiles, *, closed: bool, outward: float) -> Line:
        looks.append(ridges.line_along(strip, closed=closed, outward=outward))
        return looks[-1]

    monkeypatch.setattr(glasses_module, "line_along", line_along)
    wearer, pushed_up = Wearer(), points - np.array([0, 6, 0], np.float32)
    for _ in range(30):
        glasses.seen_in(with_rims(bare, points, (20, 20, 20)), points, FACING, wearer)
    looks.clear()
    moved = with_rims(bare, pushed_up, (20, 20, 20))
    seen: list[Field | None] = [glasses.seen_in(moved, points, FACING, wearer) for _ in range(3)]
    assert len(looks) == 5
    fresh = glasses.seen_in(moved, points, FACING)
    assert seen[0] is not None
    assert seen[-1] is not None
    assert (seen[-1] == fresh).all()
    assert (seen[0] != fresh).any()
