"""Triangles as they are painted: exact cover, exact values, nothing outside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engines.mesh.mesh_topology import triangles
from engines.mesh.raster import paint_attributes, vertex_facing, visible_triangles
from engines.types import Points
from tests.engines.made_faces import dome

EMPTY = -1.0


def fan(points: Points) -> NDArray[np.int32]:
    """Triangles of a convex polygon around its first point."""
    return np.array([(0, i, i + 1) for i in range(1, len(points) - 1)], np.int32)


def painted(points: Points, values: NDArray[np.float32], triangles: NDArray[np.int32]) -> NDArray[np.float32]:
    """(64, 64, K), EMPTY where there is no triangle. values: (N, K)."""
    canvas = np.full((64, 64, values.shape[1]), EMPTY, np.float32)
    paint_attributes(canvas, points, values, triangles)
    return canvas


def times_covered(points: Points, triangles: NDArray[np.int32]) -> NDArray[np.int64]:
    """(64, 64): how many of the triangles have each pixel."""
    ones = np.ones((len(points), 1), np.float32)
    cover = [painted(points, ones, triangle[np.newaxis])[..., 0] != EMPTY for triangle in triangles]
    return np.asarray(np.sum(cover, axis=0, dtype=np.int64))


def square(left: float, top: float, edge: float) -> Points:
    corners = [[left, top], [left + edge, top], [left + edge, top + edge], [left, top + edge]]
    return np.array(corners, np.float32)


coordinate = st.integers(-10 * 256, 74 * 256).map(lambda steps: steps / 256)  # no pixel lies at 1e-45
nudge = st.integers(-3 * 256, 3 * 256).map(lambda steps: steps / 256)


@settings(max_examples=40)
@given(st.lists(st.tuples(coordinate, coordinate), min_size=4, max_size=12))
def test_no_pixel_belongs_to_two_of_the_triangles_around_a_point(spokes: list[tuple[float, float]]) -> None:
    hub = np.mean(spokes, axis=0)
    around = sorted(set(spokes), key=lambda p: np.arctan2(p[1] - hub[1], p[0] - hub[0]))
    points = np.array([hub, *around, around[0]], np.float32)
    assert times_covered(points, fan(points)).max() <= 1


@settings(max_examples=40)
@given(st.lists(st.tuples(nudge, nudge), min_size=9, max_size=9))
def test_each_pixel_of_a_mesh_belongs_to_exactly_one_triangle(nudges: list[tuple[float, float]]) -> None:
    ys, xs = np.mgrid[:5, :5]
    points = np.stack([xs, ys], axis=-1).astype(np.float32) * 10 + 10
    points[1:-1, 1:-1] += np.array(nudges, np.float32).reshape(3, 3, 2)
    corners = [row * 5 + column for row in range(4) for column in range(4)]
    halves = [half for at in corners for half in ((at, at + 1, at + 5), (at + 1, at + 6, at + 5))]
    expected = np.zeros((64, 64))
    expected[10:50, 10:50] = 1
    assert (times_covered(points.reshape(-1, 2), np.array(halves, np.int32)) == expected).all()


def test_values_are_linear_within_a_triangle_and_go_on_in_the_next() -> None:
    points = square(2.25, 3.5, 57)
    plane = np.column_stack([points[:, 0], points[:, 1], 7 + 0.5 * points[:, 0] - 2 * points[:, 1]])
    found = painted(points, plane.astype(np.float32), fan(points))[4:60, 3:59]
    ys, xs = np.mgrid[4:60, 3:59]
    expected = np.stack([xs, ys, 7 + 0.5 * xs - 2 * ys], axis=-1)
    assert found == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(("order", "seen"), [([0, 1], 2), ([1, 0], 1)])
def test_of_triangles_that_cover_each_other_the_last_one_wins(order: list[int], seen: float) -> None:
    points = np.concatenate([square(10, 10, 30)[:3], square(12, 8, 30)[:3]])
    values = np.array([1, 1, 1, 2, 2, 2], np.float32)[:, np.newaxis]
    both = np.array([[0, 1, 2], [3, 4, 5]], np.int32)
    assert painted(points, values, both[order])[12, 30, 0] == seen


@pytest.mark.parametrize("offset", [(-500, -500), (500, 500), (-20, 5), (50, -20)])
def test_what_lies_beyond_the_edge_is_clipped(offset: tuple[int, int]) -> None:
    x, y = offset
    points = square(x, y, 40)
    inside = np.zeros((64, 64), bool)
    inside[max(0, y) : max(0, min(64, y + 40)), max(0, x) : max(0, min(64, x + 40))] = True
    assert ((painted(points, np.ones((4, 1), np.float32), fan(points))[..., 0] == 1) == inside).all()


def test_slivers_and_empty_lists_paint_nothing() -> None:
    points = np.array([[5, 5], [25, 5], [15, 5]], np.float32)
    for nothing in (fan(points), np.empty((0, 3), np.int32)):
        assert (painted(points, np.ones((3, 1), np.float32), nothing) == EMPTY).all()


@pytest.mark.parametrize(("tilt_deg", "expected"), [(0, 1.0), (60, 0.5), (90, 0.0), (180, -1.0)])
def test_facing_is_the_cosine_of_the_angle_to_the_camera(tilt_deg: float, expected: float) -> None:
    tilt = np.radians(tilt_deg)
    flat = np.array([[0, 0, 0], [0, 10, 0], [10, 0, 0]], np.float32)  # counter-clockwise seen from the camera, y down
    turn = np.array([[np.cos(tilt), 0, -np.sin(tilt)], [0, 1, 0], [np.sin(tilt), 0, np.cos(tilt)]], np.float32)
    facing = vertex_facing((flat @ turn).astype(np.float32), np.array([[0, 1, 2]], np.int32))
    assert facing == pytest.approx([expected] * 3, abs=1e-5)


def test_triangles_turned_away_are_left_out_and_near_ones_come_last() -> None:
    points = dome((100, 100), 160)
    shown = visible_triangles(points, triangles())
    depth = points[shown, 2].mean(axis=1)
    assert len(shown) == 852
    assert (np.diff(depth) <= 1e-4).all()
    mirrored = points * np.array([-1, 1, 1], np.float32)
    assert len(visible_triangles(mirrored, triangles())) == 0
