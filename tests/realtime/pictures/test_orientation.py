"""All eight ways to turn and mirror a picture."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from realtime.pictures.orientation import Orientation

UNIT = 1 << 16
QUARTER_TURNS = [(c, s, -s * m, c * m) for c, s in [(1, 0), (0, 1), (-1, 0), (0, -1)] for m in (1, -1)]
EIGHT = [Orientation(*flags) for flags in product((False, True), repeat=3)]


def matrix_of(a: int, b: int, c: int, d: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array([a * UNIT, b * UNIT, 0, c * UNIT, d * UNIT, 0, 0, 0, 1 << 30], np.int32)


@pytest.mark.parametrize("entries", QUARTER_TURNS)
def test_matrix_moves_every_pixel_where_it_says(entries: tuple[int, int, int, int]) -> None:
    a, b, c, d = entries
    orientation = Orientation.of_matrix(matrix_of(a, b, c, d))
    stored = np.arange(3 * 5 * 3, dtype=np.uint8).reshape(3, 5, 3)
    places = {(x, y): (a * x + c * y, b * x + d * y) for x in range(5) for y in range(3)}
    left, top = (min(place[axis] for place in places.values()) for axis in (0, 1))
    seen = orientation.upright(stored)
    assert seen.shape[1::-1] == orientation.size((5, 3))
    assert seen.flags.c_contiguous
    for (x, y), (to_x, to_y) in places.items():
        assert (seen[to_y - top, to_x - left] == stored[y, x]).all()


def test_eight_matrices_are_eight_orientations() -> None:
    assert {Orientation.of_matrix(matrix_of(*entries)) for entries in QUARTER_TURNS} == set(EIGHT)


@pytest.mark.parametrize("orientation", EIGHT)
def test_pixels_turn_with_the_picture(orientation: Orientation) -> None:
    wanted = Fraction(3, 4) if orientation.transposed else Fraction(4, 3)
    assert orientation.pixel_aspect(Fraction(4, 3)) == wanted


@pytest.mark.parametrize(("degrees", "k"), [(0, 0), (90, 1), (180, 2), (-90, 3), (270, 3), (88.5, 1), (360, 0)])
def test_angle_turns_counter_clockwise(degrees: float, k: int) -> None:
    stored = np.arange(3 * 5 * 3, dtype=np.uint8).reshape(3, 5, 3)
    assert (Orientation.of_angle(degrees).upright(stored) == np.rot90(stored, k)).all()


def test_matrix_of_zeros_is_none() -> None:
    assert Orientation.of_matrix(np.zeros(9, np.int32)) == Orientation()


def test_upright_picture_is_the_very_same() -> None:
    stored = np.zeros((3, 5, 3), np.uint8)
    assert Orientation().upright(stored) is stored
