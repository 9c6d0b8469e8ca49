"""Light is taken out of a face, what it is made of stays; what one photo hides another, or the other half, shows."""

import numpy as np
import pytest

from engines.mesh_topology import BROWS, OUTER_LIPS, features
from engines.swappers.atlas import Atlas, Layout
from engines.swappers.complexion import complexion_of

LAYOUT = Layout.of(100)
HEIGHT, WIDTH = LAYOUT.size_hw
FACE = LAYOUT.spread(np.ones(468, np.float32)) > 0.5
SKIN = FACE & ~LAYOUT.mask_of(features(), 0.15)
LEFT = np.broadcast_to(np.arange(WIDTH) < WIDTH / 2 - 12, FACE.shape)
RIGHT = LEFT[:, ::-1]
TONE = np.array([110, 130, 170])


def atlas(seen: float | np.ndarray = 1.0) -> Atlas:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[FACE] = TONE
    return Atlas(image, np.where(FACE, seen, 0).astype(np.float32))


def brightness(image: np.ndarray, where: np.ndarray) -> float:
    return float(image[where].mean())


def test_an_evenly_lit_face_stays_as_it_is() -> None:
    face = complexion_of([atlas()], LAYOUT)
    assert np.abs(face.image[SKIN].astype(int) - TONE).max() <= 2
    assert face.known[SKIN].min() > 0.99


def test_a_shadow_over_half_a_face_is_lifted() -> None:
    lit = atlas()
    lit.image[LEFT] //= 2
    after = complexion_of([lit], LAYOUT).image
    assert brightness(lit.image, SKIN & RIGHT) > 1.9 * brightness(lit.image, SKIN & LEFT)
    assert brightness(after, SKIN & RIGHT) < 1.15 * brightness(after, SKIN & LEFT)


def test_pores_stay_in_part_and_brows_stay() -> None:
    pores = np.random.default_rng(0).normal(0, 8, (HEIGHT, WIDTH, 1))
    rough = atlas()
    rough.image[:] = np.clip(rough.image + pores, 0, 255)
    brow = LAYOUT.mask_of([BROWS[:10]])
    rough.image[brow] = 60
    after = complexion_of([rough], LAYOUT).image
    assert 0.2 < after[SKIN].std(axis=0).mean() / rough.image[SKIN].std(axis=0).mean() < 0.9
    assert brightness(after, brow) < 0.65 * brightness(after, SKIN)


def test_brows_lose_the_hue_of_varnish_and_lips_stay_red() -> None:
    painted = atlas()
    brow, lips = LAYOUT.mask_of([BROWS[:10]]), LAYOUT.mask_of([OUTER_LIPS])
    painted.image[brow], painted.image[lips] = (10, 50, 90), (70, 80, 170)
    after = complexion_of([painted], LAYOUT).image.astype(float)
    hue = TONE / TONE.mean()
    brown = after[brow & FACE].mean(axis=0)
    assert np.abs(brown / brown.mean() - hue).max() < 0.5 * np.abs(np.array([10, 50, 90]) / 50 - hue).max()
    red = after[lips & FACE].mean(axis=0)
    assert red[2] / red[1] > 1.2 * hue[2] / hue[1]


def test_hair_over_the_forehead_is_not_known_as_face() -> None:
    fringed = atlas()
    fringe = FACE & (np.arange(HEIGHT)[:, np.newaxis] < LAYOUT.points[10, 1] + 25)
    fringed.image[fringe] = (15, 20, 30)
    known = complexion_of([fringed], LAYOUT).known
    assert known[fringe].mean() < 0.25
    assert known[SKIN & (np.arange(HEIGHT)[:, np.newaxis] > LAYOUT.points[1, 1])].min() > 0.9


def test_a_half_that_is_not_seen_is_taken_from_the_other() -> None:
    half = atlas(np.where(LEFT, 0.0, 1.0))
    half.image[LEFT] = (0, 255, 0)  # what lay behind the face
    half.image[LAYOUT.mask_of([BROWS[10:]])] = 60
    after = complexion_of([half], LAYOUT)
    hidden_brow = LAYOUT.mask_of([BROWS[:10]])
    assert np.abs(after.image[SKIN & LEFT].astype(int) - TONE).max() < 25
    assert brightness(after.image, hidden_brow) < 0.7 * brightness(after.image, SKIN)
    assert after.known[SKIN & LEFT].min() > 0.9


def test_a_second_photo_shows_what_the_first_one_hides() -> None:
    first, second = atlas(np.where(LEFT, 0.0, 1.0)), atlas(np.where(RIGHT, 0.0, 1.0))
    mole = np.zeros(FACE.shape, bool)
    x, y = LAYOUT.points[50].round().astype(int)
    mole[y - 3 : y + 4, x - 3 : x + 4] = True
    second.image[mole] = 60
    alone = complexion_of([first], LAYOUT).image
    together = complexion_of([first, second], LAYOUT).image
    assert brightness(alone, mole) > 0.95 * brightness(alone, SKIN)
    assert brightness(together, mole) < 0.85 * brightness(together, SKIN)


def test_a_small_photo_beside_a_large_one_does_not_change_its_tone() -> None:
    together = complexion_of([atlas(), atlas(0.2)], LAYOUT).image
    assert np.abs(together[SKIN].astype(int) - TONE).max() <= 2


def test_a_face_of_which_nothing_is_seen_is_no_one() -> None:
    assert complexion_of([atlas(0.0)], LAYOUT).known.max() == pytest.approx(0, abs=1e-3)
