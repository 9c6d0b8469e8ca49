"""A source's textures: where they are valid, how large they are, and that nothing black shows at their edges."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.mesh.mesh_topology import BROWS, eye_rims, face_oval, inner_lips
from engines.mesh.uv_map import UVLayout, feature_map
from engines.source_faces.texture import (
    FEATURES,
    PLAIN,
    VALID,
    Texture,
    face_maps,
    textures_of,
)
from engines.swappers.mesh.mouth import beyond_mouth
from engines.types import FaceLandmarks, Points, SourcePhoto
from tests.engines.made_faces import mean_at
from tests.engines.mesh.test_shape import turned

LAYOUT = UVLayout.of(100)
ALL = np.ones(468, np.float32)
NOSE, LEFT_CHEEK, RIGHT_CHEEK, CHIN = 1, 50, 280, 199


def at(picture: NDArray[np.float32], points: Points, landmark: int) -> NDArray[np.float32]:
    x, y = points[landmark].round().astype(int)
    return np.asarray(picture[y, x])


def test_a_face_goes_on_beyond_its_edge_and_over_its_holes() -> None:
    image = np.zeros((400, 400, 3), np.uint8)
    cv2.circle(image, (200, 200), 190, (90, 120, 160), -1)  # a little more than the face, on black
    for texture in textures_of([SourcePhoto("made", image, mean_face())], ALL):
        oval = np.zeros(texture.image.shape[:2], np.uint8)
        cv2.fillPoly(oval, [texture.points[face_oval()].round().astype(np.int32)], (1.0,))
        around = cv2.dilate(oval, np.ones((5, 5), np.uint8)) > oval
        assert texture.image[around][:, :3].mean(axis=0) == pytest.approx((90, 120, 160), abs=60)  # cheeks fall off
        assert texture.image[around][:, :3].min() > 15
        assert texture.image[oval > 0][:, :3].min() > 2  # lids and lips where the photo has holes


def test_a_texture_is_valid_where_the_photo_shows_the_face_and_nowhere_else() -> None:
    [front, *_] = textures_of([SourcePhoto("front", np.full((400, 400, 3), 120, np.uint8), mean_face())], ALL)
    valid = front.image[..., VALID]
    assert min(at(valid, front.points, landmark) for landmark in (NOSE, LEFT_CHEEK, RIGHT_CHEEK, CHIN)) > 250
    assert valid[0, 0] == valid[-1, -1] == 0
    assert max(float(at(valid, front.points[rim].mean(axis=0)[np.newaxis], 0)) for rim in eye_rims()) == 0


def test_the_targets_own_mouth_is_no_part_of_the_texture() -> None:
    views = [SourcePhoto("front", np.full((400, 400, 3), 120, np.uint8), mean_face())]
    [texture, *_] = textures_of(views, beyond_mouth())
    assert at(texture.image, texture.points, 0)[VALID] < 5  # the upper lip
    assert at(texture.image, texture.points, LEFT_CHEEK)[VALID] > 250


def mean_face(degrees: float = 0) -> FaceLandmarks:
    return FaceLandmarks(turned(mean_at((200, 200), 100), degrees), 1.0)


def test_a_photo_turned_aside_is_worn_with_both_cheeks() -> None:
    image = np.full((400, 400, 3), (60, 200, 60), np.uint8)  # a wall behind the cheek that is turned away
    aside = mean_face(50)
    outline = cv2.convexHull(aside.points[:, :2].round().astype(np.int32))
    cv2.fillConvexPoly(image, outline, (100, 130, 180))
    [texture, *_] = textures_of([SourcePhoto("aside", image, aside)], ALL)
    for cheek in (LEFT_CHEEK, RIGHT_CHEEK):
        assert at(texture.image, texture.points, cheek)[:3] == pytest.approx([100, 130, 180], abs=8)
        assert at(texture.image, texture.points, cheek)[VALID] > 250


def test_textures_halve_and_their_points_keep_their_place() -> None:
    image = np.full((400, 400, 3), (100, 130, 180), np.uint8)
    for landmark in (LEFT_CHEEK, RIGHT_CHEEK):
        x, y = mean_face().points[landmark, :2].round().astype(int)
        cv2.circle(image, (int(x), int(y)), 4, (60, 60, 90), -1)  # a mole: a larger place is a stain
    levels = textures_of([SourcePhoto("spots", image, mean_face())], ALL)
    assert [round(levels[0].eye_px / level.eye_px) for level in levels] == [1, 2, 4, 8]
    for level in levels[:-1]:
        height, width = level.image.shape[:2]
        assert level.points.min() >= 0
        assert (level.points.max(axis=0) < (width, height)).all()
        for landmark in (LEFT_CHEEK, RIGHT_CHEEK):
            beside = level.points + np.array([0.16 * level.eye_px, 0], np.float32)
            assert at(level.image, level.points, landmark)[2] < 0.92 * at(level.image, beside, landmark)[2]


def test_teeth_between_a_sources_lips_are_not_worn() -> None:
    face = FaceLandmarks(mean_at((400, 400), 200), 1.0)
    [texture, *_] = textures_of([SourcePhoto("large", np.full((800, 800, 3), 120, np.uint8), face)], ALL)
    layout = UVLayout.of(texture.eye_px)
    teeth = np.zeros(layout.size_hw, np.uint8)
    cv2.fillPoly(teeth, [layout.points[inner_lips()].round().astype(np.int32)], (255.0,))

    def shown(points: Points) -> float:
        columns, rows = points[inner_lips()].round().astype(int).T
        return float((teeth[rows, columns] > 0).mean())

    assert shown(layout.points) == 1
    assert shown(texture.points) < 0.15  # in the corners of the mouth


def test_features_are_brows_eyes_and_lips_and_the_maps_are_nobodys_to_change() -> None:
    features, (maps, points) = feature_map(LAYOUT), face_maps()
    for landmark in (BROWS[4], 13, eye_rims()[0][3]):
        assert at(features, LAYOUT.points, landmark) > 0.9
        assert at(maps, points, landmark)[FEATURES] > 0.9 * 255
        assert at(maps, points, landmark)[PLAIN] < 1
    for landmark in (LEFT_CHEEK, RIGHT_CHEEK, 151):
        assert at(features, LAYOUT.points, landmark) < 0.01
        assert at(maps, points, landmark)[PLAIN] > 220
    with pytest.raises(ValueError, match="read-only"):
        maps[0, 0] = 1


@pytest.mark.parametrize(("eye_px", "texture_px"), [(20, 64), (100, 140), (400, 224)])
def test_a_texture_is_no_smaller_and_no_larger_than_pays(eye_px: float, texture_px: float) -> None:
    edge = round(eye_px * 4)
    face = FaceLandmarks(mean_at((edge / 2, edge / 2), eye_px), 1.0)
    [largest, *_] = textures_of([SourcePhoto("front", np.full((edge, edge, 3), 120, np.uint8), face)], ALL)
    assert isinstance(largest, Texture)
    assert largest.eye_px == pytest.approx(texture_px, abs=2)
