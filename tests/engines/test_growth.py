"""A thing is found whole, however it is shaded; brows that hair touches stay the face's own."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.swappers.fields import Field
from engines.swappers.growth import grown

SIZE = 60, 80
GREY, SHADOW = (0.25, 0.1, -0.2), (-0.5, -0.5, -0.5)
NO_FEATURES = np.zeros(SIZE, np.bool_)


@pytest.fixture
def tone() -> Field:
    return np.random.default_rng(0).normal(0, 0.02, (*SIZE, 3)).astype(np.float32)


def corner(reach: int = 4) -> NDArray[np.uint8]:
    start = np.zeros(SIZE, np.uint8)
    start[40 : 40 + reach, 10 : 10 + reach] = 1
    return start


def test_what_hangs_together_and_is_alike_is_one_thing(tone: Field) -> None:
    tone[40:, 10:50] += GREY
    found = grown(corner(), tone, NO_FEATURES)
    assert found[41:, 11:49].all()
    assert not found[:39].any()


def test_a_shadow_on_the_thing_does_not_end_it(tone: Field) -> None:
    tone[40:, 10:50] += GREY
    tone[40:, 25:50] += np.array(SHADOW) / 3
    assert grown(corner(), tone, NO_FEATURES)[41:, 11:49].mean() > 0.95


def test_a_shadow_beside_the_thing_is_skin(tone: Field) -> None:
    tone[40:, 10:30] += GREY
    tone[40:, 30:60] += SHADOW
    assert not grown(corner(), tone, NO_FEATURES)[:, 32:].any()


def test_the_same_colour_elsewhere_is_something_else(tone: Field) -> None:
    tone[40:, 10:30] += GREY
    tone[40:, 40:60] += GREY
    assert not grown(corner(), tone, NO_FEATURES)[:, 35:].any()


def test_a_brow_that_hair_touches_is_no_hair(tone: Field) -> None:
    hair, features = (-1.2, -1.0, -0.7), NO_FEATURES.copy()
    features[15:32, 20:60] = True
    tone[:, :20] += hair
    tone[20:26, 20:56] += hair
    start = np.zeros(SIZE, np.uint8)
    start[:, :8] = 1
    found = grown(start, tone, features)
    assert found[:, :18].all()
    assert not found[:, 22:].any()


def test_a_lock_over_a_brow_and_an_eye_is_all_hair(tone: Field) -> None:
    hair, features = (-1.2, -1.0, -0.7), NO_FEATURES.copy()
    features[20:32, 20:60] = True
    tone[:50, 30:40] += hair
    start = np.zeros(SIZE, np.uint8)
    start[:8, 30:40] = 1
    assert grown(start, tone, features)[:48, 31:39].all()


def test_nothing_grows_into_nothing(tone: Field) -> None:
    assert not grown(np.zeros(SIZE, np.uint8), tone, NO_FEATURES).any()
