"""Geometry: maps that undo themselves, squares that land where they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.fakes import mesh_at
from engines.image.geometry import (
    box_of,
    distance_to,
    eye_distance,
    invert_affine,
    iou,
    letterbox,
    matched,
    nearness,
    roi_from_landmarks,
    roi_to_crop,
    transform_points,
    warp_crop,
)
from engines.mesh import mesh_topology
from engines.types import Points, Roi

rois = st.builds(
    Roi,
    centre_xy=st.tuples(st.floats(-2000, 4000), st.floats(-2000, 4000)),
    size=st.floats(8, 4000),
    angle=st.floats(-3.14, 3.14),
)


@pytest.mark.smoke
@given(roi=rois, crop_size=st.integers(16, 512))
def test_map_into_a_crop_and_back_is_the_identity(roi: Roi, crop_size: int) -> None:
    points = mesh_at(roi.centre_xy, roi.size)
    affine = roi_to_crop(roi, crop_size)
    back = transform_points(transform_points(points, affine), invert_affine(affine))
    assert np.allclose(back, points, atol=1e-3 * max(1.0, roi.size))


@given(roi=rois, crop_size=st.integers(16, 512))
def test_square_fills_its_crop(roi: Roi, crop_size: int) -> None:
    half = roi.size / 2
    x_axis = np.array([np.cos(roi.angle), np.sin(roi.angle)])
    y_axis = np.array([-x_axis[1], x_axis[0]])
    corners = np.array([np.asarray(roi.centre_xy) + half * (i * x_axis + j * y_axis) for i in (-1, 1) for j in (-1, 1)])
    in_crop = transform_points(corners.astype(np.float32), roi_to_crop(roi, crop_size))
    expected = crop_size / 2 * (1 + np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]))
    assert np.allclose(in_crop, expected, atol=0.02 * crop_size)  # float32 corners of a square far away


@given(angle=st.floats(-3.1, 3.1), scale=st.floats(0.2, 5), x=st.floats(-500, 500), y=st.floats(-500, 500))
def test_square_from_landmarks_turns_scales_and_moves_with_the_face(
    angle: float, scale: float, x: float, y: float
) -> None:
    face = mesh_at((0, 0), 100)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    moved = transform_points(face, np.column_stack([turn, [x, y]]))
    before, after = roi_from_landmarks(face), roi_from_landmarks(moved)
    assert after.size == pytest.approx(before.size * scale, rel=1e-3)
    assert np.angle(np.exp(1j * (after.angle - before.angle - angle))) == pytest.approx(0, abs=1e-3)
    assert after.centre_xy == pytest.approx(turn @ np.asarray(before.centre_xy) + [x, y], abs=0.1 * scale)


@pytest.mark.parametrize(
    ("width", "height", "offset_xy"),
    [(1280, 720, (0, 56)), (720, 1280, (56, 0)), (256, 256, (0, 0)), (3, 1000, (127, 0))],
)
def test_letterbox_keeps_the_picture_whole_and_says_where_it_is(
    width: int, height: int, offset_xy: tuple[int, int]
) -> None:
    square, scale, found_xy = letterbox(np.full((height, width, 3), 255, np.uint8), 256)
    ys, xs = np.nonzero(square[:, :, 0])
    assert square.shape == (256, 256, 3)
    assert found_xy == offset_xy == (xs.min(), ys.min())
    assert (np.ptp(xs) + 1, np.ptp(ys) + 1) == pytest.approx((width * scale, height * scale), abs=1)


def test_crop_beyond_the_edge_continues_the_border_instead_of_going_black() -> None:
    image = np.full((50, 50, 3), 90, np.uint8)
    crop = warp_crop(image, roi_to_crop(Roi((0, 0), 100, 0.3), 64), 64)
    assert (crop == 90).all()


@pytest.mark.parametrize(
    ("other", "expected"),
    [((0, 0, 10, 10), 1.0), ((5, 0, 15, 10), 1 / 3), ((10, 0, 20, 10), 0.0), ((2, 2, 4, 4), 0.04), ((0, 0, 0, 0), 0.0)],
)
def test_overlap_of_boxes(other: tuple[int, ...], expected: float) -> None:
    box = np.array([0, 0, 10, 10], np.float32)
    assert iou(box, np.array([other], np.float32))[0] == pytest.approx(expected, abs=1e-6)


def test_what_is_far_is_not_near_at_all() -> None:
    """Numbers like 1e-40 would cost a hundred times as much in each frame."""
    near = nearness(np.array([[0, 0], [1, 0], [13, 0], [40, 0]], np.float32), 1)
    assert near[0].tolist() == pytest.approx([1, np.exp(-0.5), 0, 0])
    assert near[0, 2:].tolist() == [0, 0]


def test_overlap_with_nobody_is_empty() -> None:
    assert iou(np.array([0, 0, 1, 1], np.float32), np.empty((0, 4), np.float32)).shape == (0,)


@pytest.mark.smoke
def test_box_eyes_and_distances_of_a_known_mesh() -> None:
    points: Points = mesh_at((100, 200), 80)
    assert box_of(points) == pytest.approx([60, 160, 140, 240], abs=2)
    mean = mesh_topology.mean_face()
    assert eye_distance(points) == pytest.approx(80 / np.ptp(mean[:, 0]), rel=0.01)  # a unit of the mean face
    to_chin = distance_to(points, np.array([152], np.int32))
    assert to_chin[152] == 0
    assert to_chin[10] == pytest.approx(80, rel=1e-4)


def test_boxes_are_matched_one_to_one_and_the_best_fits_first() -> None:
    boxes = np.array([[0, 0, 10, 10], [4, 0, 14, 10]], np.float32)
    others = np.array([[3, 0, 13, 10], [50, 50, 60, 60], [0, 0, 9, 10]], np.float32)
    assert matched(boxes, others, least_iou=0.3) == {0: 2, 1: 0}
    assert matched(boxes, others[:1], least_iou=0.3) == {1: 0}, "the other one fits less, and is another face"
    assert matched(boxes, others[:0], least_iou=0.3) == {}
