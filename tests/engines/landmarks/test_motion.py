"""Points carried from one picture to the next: where the pixels went, whatever happens to the pictures afterwards."""

import numpy as np
import pytest

from engines.fakes import mesh_at
from engines.image.geometry import roi_from_landmarks, transform_points
from engines.landmarks.motion import carried, cut_patch
from engines.types import Affine, Image, Points
from tests.engines.moving import MIDDLE, STILL, motion, moved, textured


def followed(points: Points, before: Image, after: Image, how: Affine = STILL) -> Points:
    """Carried from picture to picture, between patches that are cut around the face in both, the second one roughly."""
    about = points + np.float32(0.005 * np.ptp(points[:, 0]))
    first = cut_patch(before, roi_from_landmarks(points))
    return carried(points, first, cut_patch(after, roi_from_landmarks(transform_points(about, how))))


def off(found: Points, truth: Points) -> float:
    """Mean distance, px."""
    return float(np.linalg.norm(found[:, :2] - truth[:, :2], axis=1).mean())


@pytest.mark.parametrize("face_px", [60, 140, 260])
@pytest.mark.parametrize(
    "how",
    [STILL, motion(0.3, -0.2), motion(-9, 6), motion(turn_deg=3), motion(1, 1, 2, 1.03), motion(40, 40, 30, 0.8)],
    ids=["still", "a fraction", "fast", "turning", "all of it", "wildly"],
)
def test_points_are_carried_where_the_picture_went(how: Affine, face_px: int) -> None:
    before, face = textured(grain_px=face_px / 40), mesh_at(MIDDLE, face_px)
    found = followed(face, before, moved(before, how), how)
    assert off(found, transform_points(face, how)) < 0.001 * face_px


def test_patches_cut_in_one_place_show_the_motion_between_them() -> None:
    before, face, how = textured(), mesh_at(MIDDLE, 140), motion(3, -2)
    assert off(followed(face, before, moved(before, how)), transform_points(face, how)) < 0.2


def test_half_outside_the_picture_what_is_inside_is_carried() -> None:
    before, face, how = textured(), mesh_at((30, 240), 160), motion(3, 2)
    inside = face[:, 0] > 8
    found = followed(face, before, moved(before, how), how)
    assert off(found[inside], transform_points(face, how)[inside]) < 0.4
    assert np.isfinite(found).all()


def test_a_face_outside_the_picture_has_no_motion_to_tell() -> None:
    face = mesh_at((-900, -900), 100)
    assert followed(face, textured(), moved(textured(), motion(5, 5))) == pytest.approx(face, abs=1)


def test_where_there_is_nothing_to_see_points_keep_their_place_in_the_patch() -> None:
    face, grey, how = mesh_at(MIDDLE, 140), np.full((480, 640, 3), 90, np.uint8), motion(40, 10)
    assert off(followed(face, grey, grey, how), transform_points(face, how)) < 1


def test_only_what_moves_carries() -> None:
    before, face = textured(), mesh_at(MIDDLE, 200)
    after = before.copy()
    after[:, 320:] = moved(before, motion(0, 4))[:, 320:]
    gone = followed(face, before, after) - face
    assert np.abs(gone[face[:, 0] < 280]).max() < 0.5
    assert gone[face[:, 0] > 360, 1].mean() == pytest.approx(4, abs=0.5)


def test_picture_may_be_painted_over_once_the_patch_is_cut_and_nothing_given_is_written_to() -> None:
    before, face, how = textured(), mesh_at(MIDDLE, 140), motion(4, 2)
    after, kept, roi = moved(before, how), face.copy(), roi_from_landmarks(face)
    before.setflags(write=False)
    first = cut_patch(before, roi)
    before.setflags(write=True)
    before[:] = 0
    second = cut_patch(after, roi)
    once = carried(face, first, second)
    assert off(once, transform_points(face, how)) < 0.3
    assert (carried(face, first, second) == once).all()
    assert (face == kept).all()


def test_depth_stays_as_it_was() -> None:
    face = mesh_at(MIDDLE, 140)
    face[:, 2] = np.linspace(-9, 9, len(face))
    picture = textured()
    assert (followed(face, picture, moved(picture, motion(3, 3)))[:, 2] == face[:, 2]).all()
