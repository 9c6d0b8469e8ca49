"""Redder shadows are skin, whatever the film; things of another hue stay so."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.swappers.fields import LUMA, Field, brightness_and_hue
from engines.swappers.reddening import DARKEST, USUAL, evened

SIZE = 60, 80
SKIN = np.ones(SIZE, np.bool_)
FILM = np.array([0.9, 0.15, -0.65], np.float32)
"""Change of hue with brightness, as it was measured on a still of a television series."""


def shaded(slope: NDArray[np.float32]) -> Field:
    """Skin from shadow on the left to light on the right, with a camera's noise."""
    slope = slope - slope @ LUMA
    bright = np.broadcast_to(np.linspace(-0.6, 0.25, SIZE[1])[:, np.newaxis], (*SIZE, 1))
    noise = np.random.default_rng(0).normal(0, 0.02, (*SIZE, 3))
    return np.asarray(bright * (1 + slope) + noise, np.float32)


def hue(tone: Field) -> Field:
    return brightness_and_hue(tone)[1]


def test_redder_shadows_are_of_skins_hue() -> None:
    tone = shaded(FILM)
    assert hue(tone)[:, 5].mean() > 0.4
    assert hue(evened(tone, SKIN))[:, 20:30].mean() < 0.12


def test_brightness_stays_nearly_what_it_was() -> None:
    tone = shaded(FILM)
    assert np.abs((evened(tone, SKIN) - tone) @ LUMA).max() < 0.05


def test_what_every_webcam_shows_is_not_forgiven() -> None:
    tone = shaded(np.array([USUAL, 0, -USUAL], np.float32))
    assert np.abs(evened(tone, SKIN) - tone).max() < 0.03


@pytest.mark.parametrize("colour", [(0.35, 0.05, -0.2), (0.9, 0.1, -0.6)], ids=["grey", "blue"])
def test_a_cooler_thing_in_a_film_is_as_strange_as_before(colour: tuple[float, float, float]) -> None:
    tone = shaded(FILM)
    tone[20:40, 10:30] = np.array(colour) - 0.8
    assert np.abs(evened(tone, SKIN) - tone)[20:40, 10:30].max() < 0.02


def test_a_brown_lock_does_not_redden_a_webcams_shadows() -> None:
    bare, locked = shaded(np.zeros(3, np.float32)), shaded(np.zeros(3, np.float32))
    locked[:, 10:22] = np.array([-0.8, -0.6, -0.5])
    kept = np.ones(SIZE[1], np.bool_)
    kept[10:22] = False
    assert np.abs(evened(locked, SKIN) - evened(bare, SKIN))[:, kept].max() < 0.02


def test_what_is_far_too_dark_is_forgiven_no_more_than_the_darkest_skin() -> None:
    tone = shaded(FILM)
    tone[20:40, 10:30] = -1.5 * (1 + FILM)
    change = np.abs(evened(tone, SKIN) - tone)[20:40, 10:30].max()
    assert 0.1 < change < -DARKEST * 1.1


def test_without_skin_nothing_is_learnt() -> None:
    tone = shaded(FILM)
    assert (evened(tone, ~SKIN) == tone).all()
