"""What hangs on a face is not worn, hard shadows become soft, what no photo shows is a face all the same."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.mesh.uv_map import UVLayout, UVMap
from engines.source_faces.cleanup import FlatFace
from engines.source_faces.face_basis import UNIT_PX, colours_of, face_basis, flat_layout

LAYOUT = flat_layout()
FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK, CHIN, NOSE, UNDER_LEFT_EYE = 10, 50, 280, 152, 4, 118
SKIN = (LEFT_CHEEK, RIGHT_CHEEK, 151, 199)
DARK_HAIR, FAIR_HAIR, RIM = (12, 16, 24), (60, 190, 245), (20, 20, 20)
SPOT = 0.88
"""How dark a mole is worn beside its skin, at most."""
NOTHING_IN_FRONT = np.ones(LAYOUT.size_hw, np.float32)


def skin() -> NDArray[np.float32]:
    """(H, W, 3) BGR: a face like no one's, explained by the basis."""
    basis, image = face_basis(), np.zeros((*LAYOUT.size_hw, 3), np.float32)
    image[LAYOUT.inside()] = colours_of(basis.mean + 3 * basis.components[2])
    return image


def face(light: NDArray[np.float32] | float = 1.0, scale: int = 1) -> UVMap:
    """Seen everywhere. light: what its colours are multiplied with. scale: how much larger than UNIT_PX."""
    layout = UVLayout.of(UNIT_PX * scale)
    image = cv2.resize(np.asarray(skin() * light, np.float32), layout.size_hw[::-1])
    return UVMap(np.asarray(image, np.float32), layout.spread(np.ones(468, np.float32)))


def blotch(uv_map: UVMap, landmark: int, reach: int, colour: tuple[int, int, int]) -> UVMap:
    column, row = LAYOUT.points[landmark].round().astype(int)
    image = cv2.circle(uv_map.image.copy(), (int(column), int(row)), reach, [float(value) for value in colour], -1)
    return UVMap(np.asarray(image, np.float32), uv_map.seen)


def taken_apart(uv_map: UVMap, bare: NDArray[np.float32] = NOTHING_IN_FRONT) -> FlatFace:
    return FlatFace.of(uv_map, bare, LAYOUT)


def at(field: NDArray[np.float32], landmark: int, scale: int = 1) -> NDArray[np.float32]:
    column, row = (LAYOUT.points[landmark] * scale).round().astype(int)
    return np.asarray(field[row, column])


def from_left(strength: float) -> NDArray[np.float32]:
    """A lamp on one side, twice `strength` between its light and its shade."""
    steps = np.linspace(0.7 + strength, 0.7 - strength, LAYOUT.size_hw[1], dtype=np.float32)
    return np.broadcast_to(steps[np.newaxis, :, np.newaxis], (*LAYOUT.size_hw, 1))


def test_a_face_in_even_light_is_worn_whole_and_stays_as_it_is() -> None:
    before = face()
    after = taken_apart(before)
    worn = after.image(LAYOUT)
    for landmark in SKIN:
        assert at(after.trust, landmark) > 0.99
        assert at(worn, landmark) == pytest.approx(at(before.image, landmark), rel=0.05)


def test_light_from_one_side_is_not_worn() -> None:
    before = face(from_left(0.25))
    worn = taken_apart(before).image(LAYOUT)
    assert at(before.image, LEFT_CHEEK).max() > 1.4 * at(before.image, RIGHT_CHEEK).max()
    assert at(worn, LEFT_CHEEK) == pytest.approx(at(worn, RIGHT_CHEEK), rel=0.08)


@pytest.mark.parametrize("hair", [DARK_HAIR, FAIR_HAIR], ids=["dark", "fair"])
@pytest.mark.parametrize("landmark", [FOREHEAD, CHIN], ids=["fringe", "beard"])
def test_hair_that_comes_in_from_the_outline_becomes_skin(landmark: int, hair: tuple[int, int, int]) -> None:
    after = taken_apart(blotch(face(), landmark, 16, hair))
    column, row = LAYOUT.points[landmark].round().astype(int)
    rows = row + (1 if landmark == FOREHEAD else -1) * np.arange(2, 12)
    assert after.trust[rows, column].max() < 0.1
    assert after.image(LAYOUT)[rows, column] == pytest.approx(skin()[rows, column], rel=0.12)
    assert at(after.trust, LEFT_CHEEK) > 0.99


def test_glasses_become_skin_with_the_traces_beside_what_was_found() -> None:
    column, row = LAYOUT.points[UNDER_LEFT_EYE].round().astype(int)
    rims = face()
    cv2.ellipse(rims.image, (int(column), int(row) - 6), (15, 12), 0, 0, 360, RIM, 3)
    found = NOTHING_IN_FRONT.copy()  # the rim's middle alone, as a network may see it
    cv2.ellipse(found, (int(column), int(row) - 6), (15, 12), 0, 0, 360, (0.0,), 1)
    below = slice(row + 2, row + 10), slice(column - 8, column + 8)
    worn = taken_apart(rims, found).image(LAYOUT)
    assert np.abs(rims.image[below] - skin()[below]).max() > 60
    assert np.abs(worn[below] - skin()[below]).max() < 12


def test_what_is_hidden_is_as_in_any_face_in_the_tone_of_what_is_seen() -> None:
    """Not the colours of what hides it, and not a grey hole."""
    hidden = NOTHING_IN_FRONT.copy()
    y = round(float(LAYOUT.points[NOSE, 1]))
    hidden[y - 14 : y + 14] = 0  # a band over the nose and both cheeks
    masked = face(0.6)
    masked.image[hidden == 0] = (255, 0, 0)
    worn = taken_apart(masked, hidden).image(LAYOUT)
    for landmark in (NOSE, LEFT_CHEEK, RIGHT_CHEEK):
        assert at(worn, landmark) == pytest.approx(at(skin(), landmark) * 0.6, rel=0.2)


def test_a_mole_is_worn_but_no_darker_than_faces_have_it() -> None:
    after = taken_apart(blotch(face(), LEFT_CHEEK, 3, (30, 40, 60)))
    assert 0.6 < at(after.image(LAYOUT), LEFT_CHEEK).max() / at(skin(), LEFT_CHEEK).max() < SPOT


def test_a_hard_shadow_within_the_face_is_worn_and_made_soft() -> None:
    before = blotch(face(), LEFT_CHEEK, 8, (30, 45, 60))
    worn = taken_apart(before).image(LAYOUT)

    def contrast(image: NDArray[np.float32]) -> float:
        return float(np.abs(np.log(at(image, LEFT_CHEEK) / at(skin(), LEFT_CHEEK))).max())

    assert contrast(before.image) > 0.9
    assert contrast(worn) < contrast(before.image) / 2


def test_a_face_of_which_nothing_is_seen_is_anybodys() -> None:
    nothing = taken_apart(UVMap(face().image, np.zeros(LAYOUT.size_hw, np.float32)))
    assert nothing.trust.max() == nothing.front.max() == 0
    worn = nothing.image(LAYOUT)
    assert np.isfinite(worn).all()
    assert at(worn, LEFT_CHEEK) == pytest.approx(colours_of(face_basis().mean).mean(axis=0), rel=0.5)


def test_skin_keeps_its_grain() -> None:
    grain = 1 + 0.1 * np.random.default_rng(0).standard_normal((*LAYOUT.size_hw, 1)).astype(np.float32)
    before, after = face(grain).image[..., 1], taken_apart(face(grain)).image(LAYOUT)[..., 1]
    cheek = LAYOUT.mask_of([np.array([50, 101, 205, 187], np.int32)])

    def fine(green: NDArray[np.float32]) -> float:
        return float((green - cv2.GaussianBlur(green, (0, 0), 2))[cheek].std())

    assert fine(after) == pytest.approx(fine(before), rel=0.1)


def test_large_photos_are_treated_at_their_own_size() -> None:
    large, layout = face(scale=3), UVLayout.of(3 * UNIT_PX)
    worn = FlatFace.of(large, np.ones(layout.size_hw, np.float32), layout).image(layout)
    assert worn.shape[:2] == layout.size_hw
    assert worn[tuple(layout.points[RIGHT_CHEEK].round().astype(int)[::-1])] == pytest.approx(
        at(skin(), RIGHT_CHEEK), rel=0.05
    )


def left_of(share: float) -> NDArray[np.float32]:
    seen = LAYOUT.spread(np.ones(468, np.float32))
    seen[:, round(LAYOUT.size_hw[1] * share) :] = 0
    return seen


def test_a_half_that_the_photo_does_not_show_is_the_other_half_mirrored() -> None:
    shown = UVMap(blotch(face(), LEFT_CHEEK, 3, (30, 40, 60)).image, left_of(0.6))
    shown.image[:, round(LAYOUT.size_hw[1] * 0.6) + 6 :] = (0, 255, 0)
    half = taken_apart(shown)
    worn = half.completed(half.mirrored(), 1.0, UNIT_PX).image(LAYOUT)
    for cheek in (LEFT_CHEEK, RIGHT_CHEEK):  # the mole and its reflection
        assert at(worn, cheek).max() < SPOT * at(skin(), cheek).max()
    greener = worn[..., 1] - worn[..., 2]
    assert greener[LAYOUT.inside()].max() < 10


def test_no_step_in_tone_shows_where_the_mirrored_half_begins() -> None:
    lit = face(from_left(0.2))
    half = taken_apart(UVMap(lit.image, left_of(0.6)))
    worn = half.completed(half.mirrored(), 1.0, UNIT_PX).image(LAYOUT)
    row = LAYOUT.points[151].round().astype(int)[1]  # the middle of the forehead
    tone = (worn[row, 30:-30] / skin()[row, 30:-30]).mean(axis=1)
    assert np.abs(np.diff(tone)).max() < 0.03  # mirrored as it is, it would be .1 and more


def test_what_one_photo_does_not_show_comes_from_another_in_the_tone_of_the_first() -> None:
    first = UVMap(face(0.6).image, left_of(0.6))
    other = blotch(face(), RIGHT_CHEEK, 3, (30, 40, 60))
    joined = taken_apart(first).completed(taken_apart(other), 1.0, UNIT_PX)
    worn = joined.image(LAYOUT)
    assert at(worn, RIGHT_CHEEK).max() < SPOT * at(worn, LEFT_CHEEK).max()
    assert at(worn, LEFT_CHEEK) == pytest.approx(0.6 * at(skin(), LEFT_CHEEK), rel=0.06)
    assert at(joined.front, RIGHT_CHEEK) > 0.99


def test_a_second_photo_that_shows_nothing_better_changes_nothing() -> None:
    first, second = taken_apart(face()), taken_apart(UVMap(face(0.5).image, left_of(0.7)))
    assert first.completed(second, 0.8, UNIT_PX).image(LAYOUT) == pytest.approx(first.image(LAYOUT), abs=1)


def test_what_is_drawn_in_a_deep_shadow_is_not_worn_and_its_mirror_image_is() -> None:
    """A photo's noise, and a painting's strokes, stand out from the dark when it is lit."""
    steps = np.linspace(1.7, 0.1, LAYOUT.size_hw[1], dtype=np.float32)[np.newaxis, :, np.newaxis]
    lit = face(np.broadcast_to(steps, (*LAYOUT.size_hw, 1)))
    rough = 1 + 0.3 * np.random.default_rng(0).standard_normal(LAYOUT.size_hw)[..., np.newaxis]
    rough[:, : LAYOUT.size_hw[1] // 2] = 1
    half = taken_apart(UVMap(np.asarray(lit.image * rough, np.float32), lit.seen))
    assert at(half.trust, RIGHT_CHEEK) < 0.6
    assert at(half.trust, LEFT_CHEEK) > 0.99
    worn = half.completed(half.mirrored(), 1.0, UNIT_PX)
    column, row = LAYOUT.points[RIGHT_CHEEK].round().astype(int)
    near = np.s_[row - 4 : row + 5, column - 4 : column + 5]
    assert worn.own[near].std() < 0.6 * half.own[near].std()
