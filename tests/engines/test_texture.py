"""A source's textures: what one photo does not show comes from another or from the other half, in one tone."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.mesh_topology import BROWS, eye_rims, inner_lips
from engines.swappers.atlas import Atlas, Layout
from engines.swappers.mouth import beyond_mouth
from engines.swappers.texture import (
    FEATURES,
    PLAIN,
    VALID,
    Texture,
    face_maps,
    feature_map,
    laid_together,
    textures_of,
)
from engines.types import FaceLandmarks, Points, SourcePhoto
from tests.engines.made_faces import mean_at, photo
from tests.engines.test_shape import turned

LAYOUT = Layout.of(100)
ALL = np.ones(468, np.float32)
NOSE, LEFT_CHEEK, RIGHT_CHEEK, CHIN = 1, 50, 280, 199
GREEN = (0, 255, 0)


def at(picture: NDArray[np.float32], points: Points, landmark: int) -> NDArray[np.float32]:
    x, y = points[landmark].round().astype(int)
    return np.asarray(picture[y, x])


def atlas(level: float, seen: NDArray[np.float32], unseen: tuple[int, int, int] = GREEN) -> Atlas:
    """An even face, green where it is not seen."""
    image = np.full((*LAYOUT.size_hw, 3), level, np.float32)
    image[seen == 0] = unseen
    return Atlas(image, seen)


def left_of(share: float) -> NDArray[np.float32]:
    seen = np.zeros(LAYOUT.size_hw, np.float32)
    seen[:, : round(LAYOUT.size_hw[1] * share)] = 1
    return seen


def mole(image: NDArray[np.float32], landmark: int) -> None:
    x, y = LAYOUT.points[landmark].round().astype(int)
    cv2.circle(image, (int(x), int(y)), 4, (20, 20, 20), -1)


def test_a_half_that_the_photo_does_not_show_is_the_other_half_mirrored() -> None:
    shown = atlas(150, left_of(0.6))
    mole(shown.image, LEFT_CHEEK)
    face = laid_together([shown], LAYOUT).image
    assert at(face, LAYOUT.points, LEFT_CHEEK).max() < 60
    assert at(face, LAYOUT.points, RIGHT_CHEEK).max() < 60  # the mole's reflection
    assert np.abs(face - 150)[..., 1].mean() < 4  # no green


def test_no_step_in_tone_shows_where_the_mirrored_half_begins() -> None:
    lit_from_left = np.linspace(1.3, 0.7, LAYOUT.size_hw[1], dtype=np.float32)[np.newaxis, :, np.newaxis]
    seen = left_of(0.6)
    image = atlas(150, np.ones_like(seen)).image * lit_from_left
    face = laid_together([Atlas(image, seen)], LAYOUT).image
    across = face[60, 20:-20].mean(axis=1)
    assert np.abs(np.diff(across)).max() < 2.5  # mirrored as it is, it would be 18 brighter than what it meets
    assert across[:60] == pytest.approx(image[60, 20:80].mean(axis=1), abs=0.5)  # what is seen is left alone


def test_what_one_photo_does_not_show_comes_from_another_in_the_tone_of_the_first() -> None:
    first, second = atlas(150, left_of(0.6)), atlas(200, np.ones(LAYOUT.size_hw, np.float32) - left_of(0.4))
    mole(second.image, RIGHT_CHEEK)
    face = laid_together([first, second], LAYOUT).image
    assert at(face, LAYOUT.points, RIGHT_CHEEK).max() < 60
    assert at(face, LAYOUT.points, LEFT_CHEEK) == pytest.approx(150, abs=3)  # the mole stays where it is
    assert np.median(np.abs(face - 150)) < 3


def test_what_no_photo_shows_has_the_colours_of_the_skin_around_it_and_not_those_of_what_hides_it() -> None:
    shown = np.ones(LAYOUT.size_hw, np.float32)
    hidden = LAYOUT.points[151].round().astype(int)
    cv2.circle(shown, (int(hidden[0]), int(hidden[1])), 12, (0.0,), -1)
    face = laid_together([atlas(150, shown)], LAYOUT)
    assert at(face.image, LAYOUT.points, 151) == pytest.approx(150, abs=1)
    assert at(face.seen, LAYOUT.points, 151) == 0  # so it is not worn


def test_a_second_photo_that_shows_nothing_better_changes_nothing() -> None:
    first, second = atlas(150, np.ones(LAYOUT.size_hw, np.float32)), atlas(90, left_of(0.7) * np.float32(0.8))
    assert (laid_together([first, second], LAYOUT).image == laid_together([first], LAYOUT).image).all()


def test_a_face_goes_on_beyond_its_edge_and_over_its_holes() -> None:
    image = np.zeros((200, 200, 3), np.uint8)
    cv2.circle(image, (100, 100), 84, (90, 120, 160), -1)  # a little more than the dome, on black
    for texture in textures_of([SourcePhoto("made", image, photo(0).face)], ALL):
        assert texture.image[..., :3] == pytest.approx(
            np.broadcast_to((90, 120, 160), texture.image[..., :3].shape), abs=8
        )


def test_a_texture_is_valid_where_the_photo_shows_the_face_and_nowhere_else() -> None:
    [front, *_] = textures_of([SourcePhoto("front", np.full((400, 400, 3), 120, np.uint8), mean_face())], ALL)
    valid = front.image[..., VALID]
    assert min(at(valid, front.points, landmark) for landmark in (NOSE, LEFT_CHEEK, RIGHT_CHEEK, CHIN)) > 250
    assert valid[0, 0] == valid[-1, -1] == 0
    assert max(float(at(valid, front.points[rim].mean(axis=0)[np.newaxis], 0)) for rim in eye_rims()) == 0


def test_the_wearers_own_mouth_is_no_part_of_the_texture() -> None:
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
    ys, xs = np.mgrid[:400, :400]
    image = np.stack([xs / 2, ys / 2, xs * 0], axis=-1).astype(np.uint8)
    levels = textures_of([SourcePhoto("gradient", image, mean_face())], ALL)
    assert [round(levels[0].eye_px / level.eye_px) for level in levels] == [1, 2, 4, 8]
    for level in levels:
        height, width = level.image.shape[:2]
        assert level.points.min() >= 0
        assert (level.points.max(axis=0) < (width, height)).all()
        for landmark in (NOSE, LEFT_CHEEK, CHIN):
            expected = [*mean_face().points[landmark, :2] / 2, 0]
            assert at(level.image, level.points, landmark)[:3] == pytest.approx(expected, abs=4)


def test_teeth_between_a_sources_lips_are_not_worn() -> None:
    face = FaceLandmarks(mean_at((400, 400), 200), 1.0)
    [texture, *_] = textures_of([SourcePhoto("large", np.full((800, 800, 3), 120, np.uint8), face)], ALL)
    layout = Layout.of(texture.eye_px)
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
