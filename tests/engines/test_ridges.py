"""Lines through strips: found where they were drawn, as wide as they were drawn."""

import numpy as np
import pytest

from engines.swappers.ridges import STRONGEST, line_along

LONG, WIDE = 60, 32


def strip_with(across: np.ndarray, half_width: float, depth: float) -> np.ndarray:
    """Noise with a line in it."""
    noise = np.random.default_rng(0).normal(0, 0.01, (LONG, WIDE)).astype(np.float32)
    inside = np.abs(np.arange(WIDE) - across[:, np.newaxis]) <= half_width
    return np.asarray(noise + depth * inside, np.float32)


WAVE = 15 + 5 * np.sin(np.arange(LONG) / LONG * 2 * np.pi)


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("depth", [-0.5, 0.25], ids=["dark", "bright"])
def test_a_wandering_line_is_found_where_it_is(closed: bool, depth: float) -> None:
    line = line_along(strip_with(WAVE, 1, depth), closed=closed)
    assert np.abs(line.across - WAVE).mean() < 0.7
    assert np.median(line.strength) == pytest.approx(min(abs(depth), STRONGEST), abs=0.04)


@pytest.mark.parametrize("half_width", [1, 2, 4])
def test_its_width_is_measured(half_width: int) -> None:
    line = line_along(strip_with(WAVE, half_width, -0.8), closed=True)
    assert np.median(line.half_width) == pytest.approx(half_width + 0.5, abs=1)


def test_where_there_is_none_the_best_stands_out_by_no_more_than_noise() -> None:
    assert np.median(line_along(strip_with(WAVE, 1, 0), closed=True).strength) < 0.03


def test_a_soft_shade_is_found_and_counts_for_little() -> None:
    apart = (np.arange(WIDE) - WAVE[:, np.newaxis]) / 5
    line = line_along((-0.25 * np.exp(-(apart**2) / 2)).astype(np.float32), closed=True)
    assert np.abs(line.across - WAVE).mean() < 1
    assert np.median(line.strength) < 0.07


def test_the_edge_of_a_shadow_is_no_line() -> None:
    half = np.where(np.arange(WIDE) < WIDE // 2, np.float32(-0.8), np.float32(0)) + strip_with(WAVE, 1, 0)
    assert np.median(line_along(half.astype(np.float32), closed=True).strength) < 0.05


def test_a_gap_is_crossed() -> None:
    strip = strip_with(WAVE, 1, -0.5)
    strip[20:26] = 0
    assert np.abs(line_along(strip, closed=True).across[18:28] - WAVE[18:28]).max() < 4


def test_of_two_lines_the_outer_one_counts_more_if_it_is_to() -> None:
    strip = strip_with(np.full(LONG, 6.0), 1, -0.2) + strip_with(np.full(LONG, 24.0), 1, -0.15)
    assert np.median(line_along(strip, closed=True).across) == pytest.approx(6, abs=1)
    outer = line_along(strip, closed=True, outward=0.8)
    assert np.median(outer.across) == pytest.approx(24, abs=1)
    assert np.median(outer.strength) == pytest.approx(0.15, abs=0.03)
