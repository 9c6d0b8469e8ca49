"""Landmarks on skin are trusted in any light, those on something else are not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.mesh_topology import laid_flat
from engines.swappers.light import skin_vertices
from engines.swappers.skin_tone import SkinTone

FLAT = laid_flat()[skin_vertices(np.column_stack([laid_flat(), np.zeros(468)]).astype(np.float32))]
SKIN = np.array([110, 130, 170], np.float32)
SEEN = np.ones(len(FLAT), np.float32)
X, Y = FLAT.T


@pytest.fixture(scope="module")
def tone() -> SkinTone:
    return SkinTone(FLAT)


def face(light: NDArray[np.floating] | float = 1.0) -> NDArray[np.float32]:
    """Skin with a camera's noise. light: (N,), (N, 3) or one for all."""
    light = np.broadcast_to(np.asarray(light).reshape(-1, 1) if np.ndim(light) == 1 else light, (len(FLAT), 3))
    noise = np.random.default_rng(0).normal(0, 2, (len(FLAT), 3))
    return np.clip(SKIN * light + noise, 0, 255).astype(np.float32)


LIGHTS = {
    "even": 1.0,
    "dim": 0.3,
    "from one side": 1 + 0.5 * X,
    "a dome": 1.2 - 0.5 * (X * X + Y * Y),
    "half in shadow": np.where(X < 0, 0.5, 1.0),
    "a warm lamp and a cool window": 1 + np.outer(X, [0.2, 0.0, -0.15]),
    "too bright on one side": np.where(X < 0, 0.8, 2.4),
}


@pytest.mark.parametrize("light", LIGHTS.values(), ids=LIGHTS)
def test_skin_is_trusted(tone: SkinTone, light: NDArray[np.floating] | float) -> None:
    trust = tone.trust(face(light), SEEN)
    assert trust.mean() > 0.75
    for side in (X < -0.1, X > 0.1):
        assert trust[side].mean() > 0.5


@pytest.mark.parametrize(
    "colour", [(38, 36, 35), (225, 228, 230), (160, 60, 20), (45, 40, 190)], ids=["black", "white", "blue", "red"]
)
@pytest.mark.parametrize("light", ["even", "from one side", "a dome"])
def test_a_chin_behind_a_cup_is_not(tone: SkinTone, light: str, colour: tuple[int, int, int]) -> None:
    colours, behind = face(LIGHTS[light]), (np.quantile(Y, 0.7) < Y) & (np.abs(X - 0.1) < 0.3)
    assert behind.mean() > 0.1
    colours[behind] = colour
    trust = tone.trust(colours, SEEN)
    assert trust[behind].mean() < 0.1
    assert trust[~behind].mean() > 0.7


def test_a_crowd_of_landmarks_speaks_for_no_more_skin_than_it_covers(tone: SkinTone) -> None:
    on_nose = np.hypot(X, Y - 0.35) < 0.3
    assert on_nose.mean() > 0.3
    colours = face()
    colours[on_nose] = (38, 36, 35)
    trust = tone.trust(colours, SEEN)
    assert trust[on_nose].max() < 0.1
    assert trust[~on_nose].mean() > 0.7


def test_what_is_not_seen_has_no_say(tone: SkinTone) -> None:
    colours, away = face(), X < 0.1
    assert away.mean() > 0.5
    colours[away] = (60, 140, 40)
    assert tone.trust(colours, (~away).astype(np.float32))[~away].mean() > 0.7


def test_a_face_of_which_nothing_is_seen_is_no_mistake(tone: SkinTone) -> None:
    assert np.isfinite(tone.trust(face(), np.zeros_like(SEEN))).all()


def test_colours_of_which_none_fits_in_are_no_mistake(tone: SkinTone) -> None:
    wild = np.random.default_rng(0).choice(np.array([0, 255], np.float32), (len(FLAT), 3))
    for colours in (
        wild,
        np.zeros_like(wild),
        np.full_like(wild, 255),
        np.random.default_rng(1).random(wild.shape) * 255,
    ):
        trust = tone.trust(colours.astype(np.float32), SEEN)
        assert np.isfinite(trust).all()
        assert 0 <= trust.min() <= trust.max() <= 1
