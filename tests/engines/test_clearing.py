"""Hair, glasses and gloss of a source photo are told from the face; shadows and thin lips are the face's own."""

import cv2
import numpy as np
import pytest

from engines import mesh_topology
from engines.swappers.atlas import Layout
from engines.swappers.clearing import cleared, gloss_on_lips, hair_over_forehead
from engines.types import FaceLandmarks, Image, SourcePhoto
from tests.engines import test_glasses

UNIT = 96
SKIN, HAIR, LIPS = (120, 140, 185), (50, 70, 105), (85, 85, 150)


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Layout.of(UNIT)


@pytest.fixture
def flat(layout: Layout) -> Image:
    """A bare face laid flat."""
    image = np.zeros((*layout.size_hw, 3), np.uint8)
    image[layout.inside()] = SKIN
    image[layout.mask_of([mesh_topology.OUTER_LIPS]) & layout.inside()] = LIPS
    *brows_and_eyes, _ = mesh_topology.features()
    image[layout.mask_of(brows_and_eyes) & layout.inside()] = (45, 50, 60)
    return image


def row_at(layout: Layout, height: float) -> int:
    return round(float(layout.origin[1]) + height * UNIT)


def test_a_bare_forehead_has_no_hair_on_it(flat: Image, layout: Layout) -> None:
    assert hair_over_forehead(flat, layout).max() < 0.01


@pytest.mark.parametrize("colour", [HAIR, (170, 190, 200), (25, 25, 25)], ids=["brown", "white", "black"])
def test_a_fringe_is_found_down_to_its_edge(flat: Image, layout: Layout, colour: tuple[int, int, int]) -> None:
    edge = row_at(layout, -0.45)
    flat[:edge][layout.inside()[:edge]] = colour
    hair, middle = hair_over_forehead(flat, layout), slice(70, 140)
    assert hair[edge - 4, middle].min() > 0.9
    assert hair[row_at(layout, -0.32) :, middle].max() < 0.05


def test_a_fringe_on_one_side_leaves_the_other(flat: Image, layout: Layout) -> None:
    middle = round(float(layout.origin[0]))
    edge = row_at(layout, -0.40)
    flat[:edge, :middle][layout.inside()[:edge, :middle]] = HAIR
    hair = hair_over_forehead(flat, layout)
    assert hair[edge - 4, 70 : middle - 12].min() > 0.9
    assert hair[:, middle + 14 :].max() < 0.05


def test_light_that_falls_off_to_the_side_is_no_hair(flat: Image, layout: Layout) -> None:
    falling = np.linspace(1.1, 0.6, layout.size_hw[1])[:, np.newaxis]
    assert hair_over_forehead((flat * falling).astype(np.uint8), layout).max() < 0.05


def test_a_wrinkle_across_the_forehead_is_no_hair(flat: Image, layout: Layout) -> None:
    row = row_at(layout, -0.45)
    flat[row : row + 2] = (flat[row : row + 2] * 0.7).astype(np.uint8)
    assert hair_over_forehead(flat, layout).max() < 0.05


def test_gloss_on_a_lip_is_found_and_skin_beside_thin_lips_is_not(flat: Image, layout: Layout) -> None:
    x, y = layout.points[17].round().astype(int)  # the lower edge of the lower lip
    glossy, thin = flat.copy(), flat.copy()
    spot = round((layout.points[17, 1] + layout.points[14, 1]) / 2)
    cv2.circle(glossy, (int(x), spot), 2, (230, 230, 240), -1)
    assert gloss_on_lips(glossy, layout)[spot, x] == 1
    thin[y - 3 : y + 1, x - 8 : x + 8] = SKIN
    assert gloss_on_lips(thin, layout).max() == 0


def test_glasses_of_a_photo_are_painted_out(layout: Layout) -> None:
    points = np.asarray(mesh_topology.mean_face() * 110 + [200, 150, 0], np.float32)
    bare = np.tile(np.array(test_glasses.SKIN, np.uint8), (320, 400, 1))
    worn = test_glasses.with_rims(bare, points, (20, 20, 20))
    made = []
    for image in (bare, worn):
        view = SourcePhoto("made", image, FaceLandmarks(points, 1.0))
        made.append(cleared(layout.unroll(image, points), view, layout))
    with_rims = layout.unroll(worn, points).image
    rim = layout.inside() & (np.abs(with_rims.astype(int) - made[0].image).max(axis=2) > 60)
    assert rim.sum() > 200
    left = np.abs(made[1].image.astype(int) - made[0].image).max(axis=2)[rim]
    assert np.mean(left < 20) > 0.9
    assert np.abs(made[1].seen - made[0].seen).mean() < 0.02
