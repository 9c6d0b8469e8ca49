"""What the compositor is shown of a face: each thing in its place of one upright square."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.compositor.layers import Layers
from engines.image.geometry import transform_points
from engines.mesh.mesh_topology import eye_rims
from engines.mesh.square import SQUARE_PX, face_square, in_square, scale_of, shifted, shrunk, surroundings
from engines.types import Image, Points
from tests.engines.made_faces import everybody, layers_on, mean_at
from tests.engines.mesh.test_shape import turned

NOSE, LEFT_CHEEK, RIGHT_CHEEK = 1, 50, 280


def ramp(width: int, height: int) -> Image:
    """Whose colour tells the place: blue x, green y, in 255ths of its size."""
    ys, xs = np.mgrid[:height, :width]
    return np.stack([xs * (255 / width), ys * (255 / height), xs * 0 + 90], axis=-1).round().astype(np.uint8)


def at(field: NDArray[np.float32], layers: Layers, point: Points) -> NDArray[np.float32]:
    x, y = transform_points(point[np.newaxis], layers.affine)[0, :2].round().astype(int)
    return np.asarray(field[y, x])


@pytest.mark.parametrize("tilt_deg", [0, 30, -75])
@pytest.mark.parametrize("eye_px", [30, 90, 400])
def test_a_face_lies_upright_in_its_square_whole_and_with_room(tilt_deg: float, eye_px: float) -> None:
    tilt = np.radians(tilt_deg)
    turn = np.array([[np.cos(tilt), np.sin(tilt), 0], [-np.sin(tilt), np.cos(tilt), 0], [0, 0, 1]])
    points = np.asarray(mean_at((0, 0), eye_px) @ turn + [700, 500, 0], np.float32)
    placed = transform_points(points, face_square(points))
    assert placed[33, 1] == pytest.approx(placed[263, 1], abs=0.1)
    assert 10 < placed[:, :2].min() < placed[:, :2].max() < SQUARE_PX - 10
    assert np.ptp(placed[:, :2], axis=0).max() == pytest.approx(SQUARE_PX / 1.36, abs=0.5)


@pytest.mark.parametrize("eye_px", [30, 90, 200, 410])
def test_a_picture_that_is_shrunk_first_lies_in_the_same_place(eye_px: float) -> None:
    picture, points = ramp(1600, 1200), mean_at((800, 600), eye_px)
    affine = face_square(points)
    small, to_square = shrunk(picture, affine)
    assert scale_of(to_square) > 0.5 or small.shape == picture.shape
    seen = in_square(small, to_square)
    for landmark in (NOSE, LEFT_CHEEK, 10):
        x, y = points[landmark, :2]
        column, row = transform_points(points, affine)[landmark, :2].round().astype(int)
        assert seen[row, column, :2] == pytest.approx([x * 255 / 1600, y * 255 / 1200], abs=2.5)


def rectangle_of(points: Points) -> tuple[slice, slice] | None:
    return surroundings(points, face_square(points), (480, 640, 3))


def test_a_face_beyond_the_picture_has_no_surroundings() -> None:
    assert rectangle_of(mean_at((2000, 240), 60)) is None
    place = rectangle_of(mean_at((10, 470), 60))
    assert place is not None
    rows, columns = place
    assert (rows.stop, columns.start) == (480, 0)


def test_in_a_rectangle_of_the_picture_the_square_is_the_same() -> None:
    points, corner = mean_at((320, 240), 60), np.array([30, 50], np.float32)
    affine = shifted(face_square(points), corner)
    assert affine == pytest.approx(face_square(points - np.array([30, 50, 0], np.float32)), abs=1e-4)


def of_a_ramp(points: Points, size_wh: tuple[int, int] = (400, 330)) -> tuple[Layers, Image]:
    picture = ramp(*size_wh)
    source = everybody(np.full((400, 400, 3), (60, 90, 120), np.uint8))
    return layers_on(picture, points, source), picture


def test_target_texture_and_maps_lie_on_each_other() -> None:
    points = mean_at((200, 150), 100)
    layers, picture = of_a_ramp(points)
    for landmark in (NOSE, LEFT_CHEEK, RIGHT_CHEEK):
        x, y = points[landmark, :2].round().astype(int)
        assert at(layers.target, layers, points[landmark]) * 255 == pytest.approx(picture[y, x].astype(float), abs=3)
        worn = at(layers.texture, layers, points[landmark]) * 255
        assert worn == pytest.approx([60, 90, 120], rel=0.1)  # cheeks and noses are redder than a flat photo
        assert at(layers.valid, layers, points[landmark]) > 0.9
        assert at(layers.mesh, layers, points[landmark]) == 1
    assert at(layers.features, layers, points[13]) > 0.8
    assert at(layers.features, layers, points[LEFT_CHEEK]) < 0.05
    assert layers.target * 255 == pytest.approx(layers.unmoved.astype(float), abs=2)  # nothing is moved


def test_in_eyes_mouth_and_beyond_the_face_there_is_nothing_to_paint() -> None:
    points = mean_at((200, 150), 100)
    layers, _ = of_a_ramp(points)
    # the mean mouth is a little open
    middles = [points[rim].mean(axis=0) for rim in (*eye_rims(), np.array([13, 14]))]
    beyond = [points[10] - np.array([0, 25, 0], np.float32), points[152] + np.array([0, 25, 0], np.float32)]
    for point in (*middles, *beyond):
        assert at(layers.valid, layers, point) == 0
        assert at(layers.mesh, layers, point) == 0


def test_a_side_that_is_turned_away_is_not_valid() -> None:
    points = turned(mean_at((200, 200), 100), 50)
    layers, _ = of_a_ramp(points, (400, 400))
    near, far = sorted((LEFT_CHEEK, RIGHT_CHEEK), key=lambda cheek: float(points[cheek, 2]))
    assert at(layers.valid, layers, points[near]) > 0.9
    assert at(layers.valid, layers, points[far]) < 0.1


def test_what_lies_out_of_the_picture_is_not_valid() -> None:
    points = mean_at((0, 150), 100)
    layers, _ = of_a_ramp(points)
    for cheek, inside in ((LEFT_CHEEK, False), (RIGHT_CHEEK, True)):
        assert (at(layers.valid, layers, points[cheek]) > 0.5) == inside
        assert (at(layers.mesh, layers, points[cheek]) > 0.5) == inside


def test_the_network_gets_eight_planes_from_0_to_1() -> None:
    layers, _ = of_a_ramp(mean_at((200, 150), 100))
    planes = layers.tensor()
    assert planes.shape == (1, 8, SQUARE_PX, SQUARE_PX)
    assert planes.dtype == np.float32
    assert (planes[0, :3].transpose(1, 2, 0) == layers.target).all()
    assert planes[0, 3:6].transpose(1, 2, 0) == pytest.approx(np.minimum(layers.texture * layers.ratio, 1))
    assert (planes[0, 6] == layers.valid).all()
    assert (planes[0, 7] == layers.features).all()
    assert 0 <= planes.min() <= planes.max() <= 1
