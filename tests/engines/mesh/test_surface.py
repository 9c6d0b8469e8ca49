"""What lies where on a target's face: every pixel knows its place in the texture, in the picture and in the maps."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.geometry import invert_affine, transform_points
from engines.mesh.mesh_topology import eye_rims, face_oval
from engines.mesh.square import SQUARE_PX, face_square
from engines.mesh.surface import EMPTY, FRONT, MAP_U, Surface, U, V, X, Y
from engines.mesh.warp import Warp
from engines.types import Points
from tests.engines.made_faces import mean_at
from tests.engines.mesh.test_shape import turned

SIZE_HW = (260, 320)


def face() -> Points:
    return mean_at((160, 120), 90)


def at(places: NDArray[np.float32], point: Points) -> NDArray[np.float32]:
    """(K,) of a place, (2 or 3,) px."""
    column, row = point[:2].round().astype(int)
    return np.asarray(places[row, column])


def test_a_landmark_is_read_where_it_was_and_laid_where_it_goes() -> None:
    points, texture_points = face(), face()[:, :2] * np.float32(2) + np.float32(7)
    laid = points + np.array([12, -5, 0], np.float32)
    places = Surface.of(Warp(points, laid)).places(SIZE_HW, texture_points)
    for landmark in (1, 50, 280, 199):
        found = at(places, laid[landmark])
        assert found[[X, Y]] == pytest.approx(points[landmark, :2], abs=1)
        assert found[[U, V]] == pytest.approx(texture_points[landmark], abs=2)


def test_a_move_is_the_same_for_all_pixels_between_landmarks_that_move_alike() -> None:
    points = face()
    places = Surface.of(Warp(points, points + np.array([12, -5, 0], np.float32))).places(SIZE_HW, points[:, :2])
    ys, xs = np.nonzero(places[..., FRONT] >= 0)
    assert places[ys, xs, X] == pytest.approx(xs - 12, abs=1e-2)
    assert places[ys, xs, Y] == pytest.approx(ys + 5, abs=1e-2)


def test_beyond_the_face_there_is_no_place_and_in_its_holes_the_front_is_below_0() -> None:
    points = face()
    places = Surface.of(Warp(points, points)).places(SIZE_HW, points[:, :2])
    outline = cv2.convexHull(points[face_oval(), :2])
    for row, column in ((0, 0), (120, 20), (259, 160)):
        assert cv2.pointPolygonTest(outline, (float(column), float(row)), False) < 0
        assert places[row, column, X] <= EMPTY
    for rim in eye_rims():
        middle = points[rim].mean(axis=0)
        assert at(places, middle)[FRONT] == -1
        assert at(places, middle)[[X, Y]] == pytest.approx(middle[:2], abs=1)


def test_it_faces_the_camera_with_the_near_cheek_and_not_with_the_far_one() -> None:
    points = turned(mean_at((200, 200), 90), 50)
    surface = Surface.of(Warp(points, points))
    left_is_near = points[1, 0] - points[234, 0] > points[454, 0] - points[1, 0]
    near, far = (50, 454) if left_is_near else (280, 234)
    assert surface.front[near] == 1
    assert surface.front[far] < 0.2
    assert len(surface.shown) < 852


def test_in_a_rectangle_of_the_picture_it_is_the_same_surface() -> None:
    points, corner = face(), np.array([40, 30], np.float32)
    surface = Surface.of(Warp(points, points + np.array([3, 4, 0], np.float32)))
    whole = surface.places(SIZE_HW, points[:, :2])
    part = surface.shifted(-corner).places((150, 200), points[:, :2])
    inside = part[..., FRONT] >= 0
    expected = whole[30:180, 40:240].copy()
    expected[..., X : Y + 1] -= corner
    assert inside.mean() > 0.2
    assert part[inside] == pytest.approx(expected[inside], abs=1e-2)


def test_in_a_square_beyond_the_face_the_picture_is_read_as_it_is() -> None:
    points = face()
    affine = face_square(points)
    back = invert_affine(affine)
    map_points = points[:, :2] + np.float32(5)
    surface = Surface.of(Warp(points, points))
    places = surface.places_in(affine, back, SQUARE_PX, points[:, :2], map_points)
    assert places.shape == (SQUARE_PX, SQUARE_PX, 7)
    corners = np.array([[0, 0], [SQUARE_PX - 1, 0], [0, SQUARE_PX - 1]], np.float32)
    for corner, expected in zip(corners, transform_points(corners, back), strict=True):
        assert at(places, corner)[[X, Y]] == pytest.approx(expected, abs=1e-2)
        assert at(places, corner)[U] <= EMPTY
        assert at(places, corner)[MAP_U] <= EMPTY
    nose = at(places, transform_points(points, affine)[1])
    assert nose[[X, Y]] == pytest.approx(points[1, :2], abs=2)
    assert nose[MAP_U] == pytest.approx(map_points[1, 0], abs=2)
