"""Light that smoothly lies on a face is left to the compositor; hair is not seen, and hard shadows become soft ones."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.swappers.atlas import Atlas, Layout
from engines.swappers.nobody import UNIT_PX, nobody
from engines.swappers.shading import evened, hair_in

LAYOUT = Layout.of(UNIT_PX)
FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK, CHIN = 10, 50, 280, 152
SKIN = (LEFT_CHEEK, RIGHT_CHEEK, 151, 199)
DARK_HAIR, FAIR_HAIR = (12, 16, 24), (70, 150, 210)


def face(light: NDArray[np.float32] | float = 1.0, scale: int = 1) -> Atlas:
    """Nobody's, seen everywhere. light: what its colours are multiplied with. scale: how much larger than UNIT_PX."""
    size_wh = LAYOUT.size_hw[1] * scale, LAYOUT.size_hw[0] * scale
    image = np.asarray(nobody().image[..., :3] * light, np.float32)
    seen = LAYOUT.spread(np.ones(468, np.float32))
    return Atlas(*(np.asarray(cv2.resize(field, size_wh), np.float32) for field in (image, seen)))


def at(field: NDArray[np.float32], landmark: int, scale: int = 1) -> NDArray[np.float32]:
    column, row = (LAYOUT.points[landmark] * scale).round().astype(int)
    return np.asarray(field[row, column])


def blotch(atlas: Atlas, landmark: int, reach: int, colour: tuple[int, int, int]) -> Atlas:
    column, row = LAYOUT.points[landmark].round().astype(int)
    image = cv2.circle(atlas.image.copy(), (int(column), int(row)), reach, [float(value) for value in colour], -1)
    return Atlas(np.asarray(image, np.float32), atlas.seen)


def from_left(strength: float) -> NDArray[np.float32]:
    """A lamp on one side, twice `strength` between its light and its shade."""
    steps = np.linspace(0.7 + strength, 0.7 - strength, LAYOUT.size_hw[1], dtype=np.float32)
    return np.broadcast_to(steps[np.newaxis, :, np.newaxis], (*LAYOUT.size_hw, 1))


@pytest.mark.parametrize("light", [1.0, 0.3, from_left(0.25)], ids=["even", "dim", "from the left"])
def test_a_face_in_smooth_light_is_worn_whole_and_stays_as_it_is(light: NDArray[np.float32] | float) -> None:
    before = face(light)
    after = evened(before)
    for landmark in SKIN:
        assert at(after.seen, landmark) > 0.99
        assert at(after.image, landmark) == pytest.approx(at(before.image, landmark), rel=0.05)


@pytest.mark.parametrize("hair", [DARK_HAIR, FAIR_HAIR], ids=["dark", "fair"])
@pytest.mark.parametrize("landmark", [FOREHEAD, CHIN], ids=["fringe", "beard"])
def test_hair_that_comes_in_from_the_outline_is_not_worn(landmark: int, hair: tuple[int, int, int]) -> None:
    after = evened(blotch(face(), landmark, 16, hair))
    column, row = LAYOUT.points[landmark].round().astype(int)
    inwards = 1 if landmark == FOREHEAD else -1
    assert after.seen[row + inwards * np.arange(2, 12), column].max() < 0.1
    assert at(after.seen, LEFT_CHEEK) > 0.99


def test_what_is_between_strands_is_not_worn_either() -> None:
    unlike = np.zeros(LAYOUT.size_hw, np.bool_)
    column, row = LAYOUT.points[FOREHEAD].round().astype(int)
    unlike[row : row + 20, column - 6 : column + 7 : 6] = True
    hair = hair_in(unlike, LAYOUT)
    assert hair[row + 3 : row + 17, column - 4 : column + 5].min() > 0.99


def test_a_hard_shadow_within_the_face_is_worn_and_made_soft() -> None:
    before = blotch(face(), LEFT_CHEEK, 10, (25, 35, 50))
    after = evened(before)
    assert at(after.seen, LEFT_CHEEK) > 0.99

    def contrast(atlas: Atlas) -> float:
        return float(np.abs(np.log(at(atlas.image, LEFT_CHEEK) / at(atlas.image, RIGHT_CHEEK))).max())

    assert contrast(before) > 1
    assert contrast(after) < contrast(before) / 2


def test_light_twice_as_hard_leaves_no_more_behind() -> None:
    ys, xs = np.mgrid[: LAYOUT.size_hw[0], : LAYOUT.size_hw[1]].astype(np.float32)
    waves = (np.sin(xs / 6) * np.sin(ys / 6))[..., np.newaxis]
    row = LAYOUT.points[LEFT_CHEEK].round().astype(int)[1]
    cheek = slice(row - 8, row + 8), slice(20, 50)

    def kept(depth: float) -> float:
        after = evened(face(0.4 * np.exp(depth * waves)))
        return float(np.std(np.log(after.image[cheek]) - np.log(face().image[cheek])))

    assert kept(0.1) == pytest.approx(0.1 * waves[cheek].std(), rel=0.05)
    assert kept(0.8) < 1.05 * kept(0.4)


def test_a_face_of_which_nothing_is_seen_stays_unseen() -> None:
    nothing = Atlas(face().image, np.zeros(LAYOUT.size_hw, np.float32))
    assert evened(nothing).seen.max() == 0


def test_skin_keeps_its_grain() -> None:
    grain = 1 + 0.1 * np.random.default_rng(0).standard_normal((*LAYOUT.size_hw, 1)).astype(np.float32)
    before, after = (atlas.image[..., 1] for atlas in (face(grain), evened(face(grain))))
    cheek = LAYOUT.mask_of([np.array([50, 101, 205, 187], np.int32)])

    def fine(green: NDArray[np.float32]) -> float:
        return float((green - cv2.GaussianBlur(green, (0, 0), 2))[cheek].std())

    assert fine(after) == pytest.approx(fine(before), rel=0.1)


def test_large_photos_are_treated_at_their_own_size() -> None:
    large = evened(blotch(face(scale=3), FOREHEAD, 1, DARK_HAIR))
    assert large.image.shape[:2] == large.seen.shape == tuple(3 * edge for edge in LAYOUT.size_hw)
    assert at(large.image, RIGHT_CHEEK, 3) == pytest.approx(at(face(scale=3).image, RIGHT_CHEEK, 3), rel=0.05)
