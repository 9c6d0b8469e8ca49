"""Light, tone and video of a source's photo are not worn: both sides alike, no harder lit than usual, in skin's
hues."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.mesh import mesh_topology
from engines.source_faces.face_basis import face_basis, flat_layout, spread
from engines.source_faces.usual_light import in_usual_light, own_in_usual_light

LAYOUT = flat_layout()
TRUSTED = np.ones(LAYOUT.size_hw, np.float32)
LEFT_CHEEK, RIGHT_CHEEK, LEFT_BROW, RIGHT_BROW, UPPER_LIP, LOWER_LIP, PHILTRUM = 50, 280, 105, 334, 0, 17, 164
Field = NDArray[np.float32]


def mean_face() -> Field:
    return spread(face_basis().mean)


def at(field: Field, landmark: int) -> Field:
    column, row = LAYOUT.points[landmark].round().astype(int)
    return np.asarray(field[row, column], np.float32)


def across(most: float) -> Field:
    """(H, W, 1): from -most on the left to most on the right."""
    steps = np.linspace(-most, most, LAYOUT.size_hw[1], dtype=np.float32)
    return np.broadcast_to(steps[np.newaxis, :, np.newaxis], (*LAYOUT.size_hw, 1)).astype(np.float32)


BELOW_BROW, BELOW_LIP = 222, 18


def test_the_mean_face_stays_as_it_is_but_for_its_hollows() -> None:
    brighter = (in_usual_light(mean_face()) - mean_face()).mean(axis=2)
    assert brighter[LAYOUT.inside()].min() > -0.05, "nothing gets darker"
    assert [at(brighter, place) for place in (LEFT_CHEEK, RIGHT_CHEEK, LEFT_BROW)] == pytest.approx([0] * 3, abs=0.05)
    assert at(brighter, BELOW_BROW) > 0.2
    assert at(brighter, BELOW_LIP) > 0.02


@pytest.mark.parametrize("darker", [-1.0, 0.4])
def test_a_face_stays_as_light_or_dark_as_it_is(darker: float) -> None:
    after = in_usual_light(mean_face() + np.float32(darker))
    for cheek in (LEFT_CHEEK, RIGHT_CHEEK):
        assert at(after, cheek) - at(mean_face(), cheek) == pytest.approx(darker, abs=0.1)


def test_brows_of_a_dark_face_stand_out_as_those_of_a_light_one() -> None:
    """The likeliest faces of two tones, as the basis knows them, become the same face but for their tone."""
    basis = face_basis()
    inside = LAYOUT.inside()
    skin = np.tensordot(
        basis.components, (inside & ~LAYOUT.mask_of(mesh_topology.features(), 0.05))[inside], ([1], [0])
    )
    shares = basis.deviations**2 * skin.mean(axis=1)
    shares /= (skin.mean(axis=1) @ shares) / (inside & ~LAYOUT.mask_of(mesh_topology.features(), 0.05)).sum()
    face = spread(np.tensordot(shares.astype(np.float32), basis.components, axes=1))
    gaps = [
        (at(seen, RIGHT_CHEEK) - at(seen, RIGHT_BROW)).mean()
        for seen in (in_usual_light(mean_face() - face), in_usual_light(mean_face() + np.float32(0.4) * face))
    ]
    assert gaps[0] == pytest.approx(gaps[1], abs=0.08)


def test_both_sides_are_as_the_lighter_one() -> None:
    before = mean_face() + across(0.5)
    after = in_usual_light(before)
    assert (at(before, RIGHT_CHEEK) - at(before, LEFT_CHEEK)).mean() > 0.4
    assert at(after, LEFT_CHEEK) == pytest.approx(at(after, RIGHT_CHEEK), abs=0.02)


def test_a_shadow_that_ends_in_the_middle_leaves_no_dark_line_there() -> None:
    steps = np.arange(LAYOUT.size_hw[1]) - (LAYOUT.size_hw[1] - 1) / 2
    lit = 0.3 * np.tanh(steps / (0.05 * LAYOUT.unit)).astype(np.float32)
    gained = in_usual_light(mean_face() + lit[np.newaxis, :, np.newaxis]) - in_usual_light(mean_face())
    row, middle, beside = int(LAYOUT.points[PHILTRUM][1]), LAYOUT.size_hw[1] // 2, round(0.15 * LAYOUT.unit)
    line = gained[row].mean(axis=1)
    assert line[middle] > line[[middle - beside, middle + beside]].mean() - 0.15


def test_hard_light_from_the_front_is_no_harder_than_usual() -> None:
    hard = mean_face() - 3 * np.abs(across(0.5))
    gap = {
        name: float((at(field, 4) - at(field, LEFT_CHEEK)).mean())
        for name, field in (("mean", mean_face()), ("before", hard), ("after", in_usual_light(hard)))
    }
    assert gap["before"] > gap["mean"] + 0.6
    assert gap["after"] - gap["mean"] < 0.7 * (gap["before"] - gap["mean"])


def test_a_streak_of_light_beside_a_brow_becomes_faint_and_a_faint_one_stays() -> None:
    for lighter, least, most in ((0.6, 0.1, 0.25), (0.05, 0.03, 0.06)):
        streak = -(blob(0.05, LEFT_BROW, darker=lighter) + blob(0.05, RIGHT_BROW, darker=lighter))
        gained = in_usual_light(mean_face() + streak) - in_usual_light(mean_face())
        assert least < at(gained, LEFT_BROW).mean() < most


def test_what_differs_is_coloured_as_skin_and_lips_keep_most_of_their_own_hue() -> None:
    green = np.zeros((*LAYOUT.size_hw, 3), np.float32)
    green[..., 1] = 0.15
    own = own_in_usual_light(green, mean_face(), TRUSTED, LAYOUT)
    blue, middle, red = at(own, LEFT_CHEEK)
    assert blue > middle > red > 0  # lighter, and no greener
    lips = at(own, UPPER_LIP)
    assert lips[1] - lips[[0, 2]].max() == pytest.approx(0.105, abs=0.02)


@pytest.mark.parametrize("own", [-1.0, 1.0], ids=["a strand", "a glint"])
def test_no_place_is_farther_from_what_explains_it_than_on_most_faces(own: float) -> None:
    kept = own_in_usual_light(np.full((*LAYOUT.size_hw, 3), own, np.float32), mean_face(), TRUSTED, LAYOUT)
    assert 0.1 < np.sign(own) * at(kept, LEFT_CHEEK).mean() < 0.4


def test_shine_of_dark_skin_is_no_brighter_on_light_skin() -> None:
    """It is added to the colour of the skin: ten times as much of it would be a hole in the face."""
    own = np.full((*LAYOUT.size_hw, 3), 0.15, np.float32)

    def shown(darker: float) -> float:
        usual = np.full((*LAYOUT.size_hw, 3), face_basis().mean.mean() - darker, np.float32)
        return float(at(own_in_usual_light(own, usual, TRUSTED, LAYOUT), LEFT_CHEEK).mean())

    assert shown(0.0) == pytest.approx(0.15, abs=0.01)
    assert shown(1.0) < 0.08
    assert shown(-1.0) == pytest.approx(0.15, abs=0.01)


def blob(reach: float, point: int = LEFT_CHEEK, below: float = 0.0, darker: float = 0.1) -> Field:
    """(H, W, 3): a round dark place on a landmark, or so much below it. reach: its sigma. Both in eye distances."""
    rows, columns = np.mgrid[: LAYOUT.size_hw[0], : LAYOUT.size_hw[1]]
    column, row = LAYOUT.points[point] + np.array([0, below * LAYOUT.unit], np.float32)
    apart = ((columns - column) ** 2 + (rows - row) ** 2) / (reach * LAYOUT.unit) ** 2
    return np.repeat(-darker * np.exp(-apart / 2)[..., np.newaxis], 3, axis=2).astype(np.float32)


@pytest.mark.parametrize(
    ("reach", "darker", "least", "most"),
    [(0.015, 0.2, 0.75, 1), (0.1, 0.05, 0.9, 1), (0.1, 0.25, 0.4, 0.75)],
    ids=["a mole", "a fold", "a stain"],
)
def test_marks_and_what_is_faint_stay_and_strong_stains_are_cut(
    reach: float, darker: float, least: float, most: float
) -> None:
    own = blob(reach, darker=darker)
    kept = own_in_usual_light(own, mean_face(), TRUSTED, LAYOUT)
    assert least < at(kept, LEFT_CHEEK).mean() / at(own, LEFT_CHEEK).mean() < most


def test_features_keep_all_that_is_their_own() -> None:
    own = blob(0.1, LEFT_BROW)
    kept = own_in_usual_light(own, mean_face(), TRUSTED, LAYOUT)
    assert at(kept, LEFT_BROW).mean() == pytest.approx(at(own, LEFT_BROW).mean(), rel=0.05)


def test_the_shadow_below_the_lips_is_a_stain() -> None:
    column, row = (LAYOUT.points[LOWER_LIP] + [0, 0.06 * LAYOUT.unit]).round().astype(int)
    own = blob(0.06, LOWER_LIP, below=0.06, darker=0.25)
    kept = own_in_usual_light(own, mean_face(), TRUSTED, LAYOUT)
    assert kept[row, column].mean() / own[row, column].mean() < 0.75


def test_hair_beside_skin_is_no_stain_of_it() -> None:
    """What is not the face's has no say in what a stain is."""
    trust = TRUSTED.copy()
    trust[:, : LAYOUT.size_hw[1] // 4] = 0
    own = np.where(trust[..., np.newaxis] > 0, 0, np.repeat(blob(9)[..., :1] * 10, 3, axis=2)).astype(np.float32)
    kept = own_in_usual_light(own, mean_face(), trust, LAYOUT)
    assert np.abs(kept[trust > 0]).max() < 1e-3
