"""The fused kernel: exact cover, exact sampling, nothing outside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.swappers.raster import (
    ALPHA,
    ATTRIBUTES,
    CONTRAST_B,
    CONTRAST_R,
    LIFT_B,
    LIFT_R,
    Texels,
    less_opaque,
    paint_triangles,
    texels_of,
    vertex_facing,
)
from engines.types import Image, Points


def corners(
    points: Points, *, alpha: float = 1.0, contrast: float = 1.0, lift: float = 0.0, shift: float = 0.0
) -> Points:
    """Attributes that map each canvas point to the same texture point, moved by `shift`."""
    table = np.empty((len(points), ATTRIBUTES), np.float32)
    table[:, :2] = points[:, :2] + shift
    table[:, CONTRAST_B : CONTRAST_R + 1], table[:, LIFT_B : LIFT_R + 1], table[:, ALPHA] = contrast, lift, alpha
    return table


def fan(points: Points) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Triangles of a convex polygon around its first point."""
    return np.array([(0, i, i + 1) for i in range(1, len(points) - 1)], np.int32)


def gradient(height: int = 64, width: int = 64) -> Image:
    ys, xs = np.mgrid[:height, :width]
    return np.stack([xs * 2, ys * 2, xs + ys], axis=-1).astype(np.uint8)


def plain(size: int, level: int) -> Texels:
    return texels_of(np.full((size, size, 3), level, np.uint8))


coordinate = st.integers(-10 * 256, 74 * 256).map(lambda steps: steps / 256)  # no pixel lies at 1e-45


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(coordinate, coordinate), min_size=4, max_size=12), st.floats(0.1, 0.9))
def test_triangles_around_a_point_cover_each_pixel_once(spokes: list[tuple[float, float]], alpha: float) -> None:
    hub = np.mean(spokes, axis=0)
    around = sorted(set(spokes), key=lambda p: np.arctan2(p[1] - hub[1], p[0] - hub[0]))
    points = np.array([hub, *around, around[0]], np.float32)
    canvas, texture = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 100, np.uint8)
    star_shaped = np.array([(0, i, i + 1) for i in range(1, len(points) - 1)], np.int32)
    paint_triangles(canvas, texels_of(texture), points, corners(points, alpha=alpha), star_shaped)
    once = round(100 * alpha)
    assert set(np.unique(canvas)) <= {0, once - 1, once, once + 1}  # twice would be 100 * (1 - (1 - alpha)^2)


def test_square_of_two_triangles_is_painted_whole() -> None:
    points = np.array([[10, 10], [30, 10], [30, 30], [10, 30]], np.float32)
    canvas = np.zeros((64, 64, 3), np.uint8)
    paint_triangles(canvas, plain(64, 9), points, corners(points), fan(points))
    expected = np.zeros_like(canvas)
    expected[10:30, 10:30] = 9
    assert (canvas == expected).all()


def test_identity_map_reproduces_the_texture() -> None:
    points = np.array([[0, 0], [63, 0], [63, 63], [0, 63]], np.float32)
    canvas = np.zeros((64, 64, 3), np.uint8)
    paint_triangles(canvas, texels_of(gradient()), points, corners(points), fan(points))
    assert np.abs(canvas[:62, :62].astype(int) - gradient()[:62, :62]).max() <= 1


def test_half_a_pixel_is_interpolated() -> None:
    points = np.array([[0, 0], [63, 0], [63, 63], [0, 63]], np.float32)
    canvas = np.zeros((64, 64, 3), np.uint8)
    paint_triangles(canvas, texels_of(gradient()), points, corners(points, shift=0.5), fan(points))
    assert np.abs(canvas[:60, :60].astype(int) - (gradient()[:60, :60] + [1, 1, 1])).max() <= 1


@pytest.mark.parametrize(
    ("contrast", "lift", "expected"),
    [(0.5, 0, 50), (1, 0, 100), (2, 0, 200), (4, 0, 255), (1, 30, 130), (0.5, -80, 0), (0, 77, 77)],
)
def test_contrast_and_lift_are_applied_and_saturate(contrast: float, lift: float, expected: int) -> None:
    points = np.array([[0, 0], [20, 0], [0, 20]], np.float32)
    canvas = np.zeros((32, 32, 3), np.uint8)
    paint_triangles(canvas, plain(8, 100), points, corners(points, contrast=contrast, lift=lift), fan(points))
    assert canvas[2, 2, 0] == expected


@pytest.mark.parametrize("offset", [(-500, -500), (500, 500), (-20, 5), (50, -20)])
def test_face_beyond_the_edge_is_clipped(offset: tuple[int, int]) -> None:
    points = np.array([[0, 0], [40, 0], [40, 40], [0, 40]], np.float32) + np.array(offset, np.float32)
    canvas = np.zeros((64, 64, 3), np.uint8)
    paint_triangles(canvas, plain(8, 100), points, corners(points), fan(points))
    x, y = offset
    inside = np.zeros((64, 64), bool)
    inside[max(0, y) : max(0, min(64, y + 40)), max(0, x) : max(0, min(64, x + 40))] = True
    assert ((canvas[:, :, 0] == 100) == inside).all()


def test_slivers_and_empty_lists_paint_nothing() -> None:
    points = np.array([[5, 5], [25, 5], [15, 5]], np.float32)
    canvas = np.zeros((32, 32, 3), np.uint8)
    for triangles in (fan(points), np.empty((0, 3), np.int32)):
        paint_triangles(canvas, plain(8, 100), points, corners(points), triangles)
    assert not canvas.any()


@pytest.mark.parametrize(("tilt_deg", "expected"), [(0, 1.0), (60, 0.5), (90, 0.0), (180, -1.0)])
def test_facing_is_the_cosine_of_the_angle_to_the_camera(tilt_deg: float, expected: float) -> None:
    tilt = np.radians(tilt_deg)
    flat = np.array([[0, 0, 0], [0, 10, 0], [10, 0, 0]], np.float32)  # counter-clockwise seen from the camera, y down
    turn = np.array([[np.cos(tilt), 0, -np.sin(tilt)], [0, 1, 0], [np.sin(tilt), 0, np.cos(tilt)]], np.float32)
    facing = vertex_facing((flat @ turn).astype(np.float32), np.array([[0, 1, 2]], np.int32))
    assert facing == pytest.approx([expected] * 3, abs=1e-5)


def test_a_texture_is_opaque_only_where_it_is_covered_and_not_hidden() -> None:
    cover = np.tile(np.array([0, 128, 255, 255], np.uint8), (4, 1))
    hidden = np.zeros((4, 4), np.uint8)
    hidden[:, 3] = 255
    texels = less_opaque(texels_of(np.full((4, 4, 3), 200, np.uint8), cover), hidden)
    assert [int(texel) >> 48 for texel in texels[0]] == [0, 128, 255, 0]
    assert {int(texel) & 0xFFFF for texel in texels.ravel()} == {200}
