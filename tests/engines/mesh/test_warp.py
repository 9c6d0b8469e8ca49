"""The target's face moved: whatever the move, no triangle of it turns over, and closed lips stay one line."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.geometry import distance_to, eye_distance, smoothstep
from engines.mesh.mesh_topology import OUTER_LIPS, canonical_uv, face_oval, inner_lips, triangles
from engines.mesh.shape import LOWER_LIP, UPPER_LIP
from engines.mesh.warp import Warp, warp_between
from engines.types import Points
from tests.engines.made_faces import dome, mean_at
from tests.engines.mesh.test_shape import turned

UPPER, LOWER = list(UPPER_LIP), list(LOWER_LIP)
BESIDE_LIPS = np.setdiff1d(np.arange(468), inner_lips())


def mean() -> Points:
    return mean_at((200, 200), 100)


def lips_apart(gap: float) -> Points:
    """The mean face with a gap between its lips, in eye distances."""
    points = mean()
    middle = (points[UPPER, :2] + points[LOWER, :2]) / 2
    half = np.array([0, gap / 2 * eye_distance(points)], np.float32)
    points[UPPER, :2], points[LOWER, :2] = middle - half, middle + half
    return points


def areas(points: Points) -> NDArray[np.float32]:
    """(852,) px^2, twice each triangle's, below 0 where it runs the other way round."""
    a, b, c = (points[triangles()[:, n], :2] for n in range(3))
    first, second = b - a, c - a
    return np.asarray(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0], np.float32)


def turned_over(warp: Warp) -> int:
    """How many triangles run the other way round after the move than before; slivers have no way round."""
    before, after = areas(warp.read), areas(warp.laid)
    return int(((before * after < 0) & (np.abs(before) > 0.05) & (np.abs(after) > 0.05)).sum())


def shaken(points: Points, px: float) -> Points:
    noise = np.random.default_rng(0).normal(0, px, (468, 3)).astype(np.float32)
    return points + noise


def thrown_across(points: Points) -> Points:
    """The nose at the ear."""
    moved = points.copy()
    nose = np.linalg.norm(points[:, :2] - points[1, :2], axis=1) < 25
    moved[nose, 0] += 90
    return moved


ABSURD: dict[str, Callable[[Points], Points]] = {
    "shaken a little": lambda points: shaken(points, 3),
    "shaken": lambda points: shaken(points, 15),
    "shaken to pieces": lambda points: shaken(points, 60),
    "nose at the ear": thrown_across,
    "all in one place": lambda points: np.broadcast_to(points[1], (468, 3)).astype(np.float32).copy(),
    "mirrored": lambda points: (points * [-1, 1, 1] + [400, 0, 0]).astype(np.float32),
    "somebody else's face": lambda points: dome((200, 200), 190),  # noqa: ARG005
}


@pytest.mark.parametrize("degrees", [0, 45])
@pytest.mark.parametrize("move", ABSURD.values(), ids=ABSURD)
def test_no_triangle_turns_over_however_absurd_the_move(move: Callable[[Points], Points], degrees: float) -> None:
    points = turned(lips_apart(0.1), degrees)
    assert turned_over(warp_between(points, move(points))) == 0


def test_where_there_is_nothing_to_unfold_landmarks_go_where_they_are_told() -> None:
    points = lips_apart(0.1)
    moved = points + np.array([7, -3, 2], np.float32)
    warp = warp_between(points, moved)
    assert warp.read == pytest.approx(points)
    assert warp.laid == pytest.approx(moved, abs=1e-4)


@pytest.mark.parametrize("degrees", [0, 45])
@pytest.mark.parametrize("gap", [0, 0.02, 0.1])
def test_nothing_moves_where_nothing_is_to_be_moved(gap: float, degrees: float) -> None:
    points = turned(lips_apart(gap), degrees)
    warp = warp_between(points, points)
    assert warp.laid == pytest.approx(warp.read, abs=1e-3)
    assert (warp.read[BESIDE_LIPS] == points[BESIDE_LIPS]).all()


def raised(points: Points) -> Points:
    """What is inside of the outline moved up, by more than fits between forehead and outline."""
    inward = smoothstep(distance_to(canonical_uv(), face_oval()), 0.04, 0.40)
    told = np.zeros_like(points)
    told[:, 1] = -0.24 * eye_distance(points) * inward
    assert (areas(points) * areas(points + told) < 0).any()
    return told


def test_a_fold_near_the_outline_leaves_the_mouth_where_it_was_told_to_be() -> None:
    points = lips_apart(0)
    told = raised(points)
    warp = warp_between(points, points + told)
    assert (warp.laid - warp.read)[OUTER_LIPS] == pytest.approx(told[OUTER_LIPS], abs=0.01 * eye_distance(points))


@pytest.mark.parametrize("degrees", [0, 30])
def test_landmarks_that_tremble_make_the_move_tremble_no_more_than_themselves(degrees: float) -> None:
    still = turned(lips_apart(0), degrees)
    told, px = raised(still), 0.1
    shifts = []
    for seed in range(20):
        points = still + np.random.default_rng(seed).normal(0, px, still.shape).astype(np.float32)
        warp = warp_between(points, points + told)
        shifts.append((warp.laid - warp.read)[:, :2])
    assert np.std(shifts, axis=0).mean() < px


@pytest.mark.parametrize("gap", [0, 0.01])
def test_closed_lips_meet_in_one_line_before_and_after(gap: float) -> None:
    points = lips_apart(gap)
    warp = warp_between(points, shaken(points, 1))
    for placed in (warp.read[:, :2], warp.laid[:, :2]):
        assert placed[UPPER] == pytest.approx(placed[LOWER], abs=1e-3)


def test_open_lips_stay_as_far_apart_as_they_are() -> None:
    points = lips_apart(0.06)
    warp = warp_between(points, points + np.array([5, 5, 0], np.float32))
    for placed in (warp.read, warp.laid):
        assert placed[LOWER, 1] - placed[UPPER, 1] == pytest.approx(points[LOWER, 1] - points[UPPER, 1], abs=1e-3)


def test_the_outline_stays_where_it_is_however_the_rest_is_moved() -> None:
    points = mean_at((320, 240), 100)
    moved = points.copy()
    inner = np.setdiff1d(np.arange(468), face_oval())
    moved[inner, 0] += 60
    assert warp_between(points, moved).laid[face_oval()] == pytest.approx(points[face_oval()], abs=1e-4)
