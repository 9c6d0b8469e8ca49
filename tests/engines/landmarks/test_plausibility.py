"""What landmarks of failing models look like, and that those of real faces at any pose are none of it."""

import numpy as np
import pytest

from engines.fakes import mesh_at
from engines.image.geometry import box_of, iou
from engines.landmarks.plausibility import (
    continues,
    facing_share,
    followed,
    is_of_detected,
    is_plausible,
    is_still_of_detected,
)
from engines.mesh import mesh_topology
from engines.types import Detection, FaceLandmarks, Image, Points, Roi

FRAME_WH = 640, 480


def turned(degrees: float) -> Points:
    """The mean face, turned about its neck, 200 px high."""
    mean = mesh_topology.mean_face()
    mean = mean - mean.mean(axis=0)
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    points = mean @ np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]], np.float32)
    return np.asarray(points * 106 + np.array([320, 240, 0]), np.float32)


@pytest.mark.parametrize("degrees", [-60, -40, 0, 20, 50])
def test_a_face_is_plausible_however_it_is_turned(degrees: float) -> None:
    assert is_plausible(turned(degrees), FRAME_WH)


@pytest.mark.parametrize(
    "wrong",
    [
        np.full((468, 3), np.nan, np.float32),
        turned(180),
        mesh_at((320, 240), 200) * np.array([-1, 1, 1], np.float32) + np.array([640, 0, 0], np.float32),
        np.random.default_rng(0).permutation(mesh_at((320, 240), 200)),
        mesh_at((320, 240), 5),
        mesh_at((320, 240), 5000),
        mesh_at((-200, 240), 200),
        mesh_at((320, 900), 200),
    ],
    ids=["not finite", "from behind", "mirrored", "random", "tiny", "huge", "left of it", "below"],
)
def test_what_no_face_can_be_is_told(wrong: Points) -> None:
    assert not is_plausible(wrong.astype(np.float32), FRAME_WH)


def detected(middle_xy: tuple[int, int], width_height: tuple[int, int]) -> Detection:
    """A face so placed, its eyes and nose where landmarks would be."""
    points = mesh_at((0, 0), 1)[:, :2] * np.array(width_height, np.float32) + np.array(middle_xy, np.float32)
    eyes = points[[33, 133]].mean(axis=0), points[[362, 263]].mean(axis=0)
    keypoints = np.stack([*eyes, points[1], points[13], points[152]])
    return Detection(np.concatenate([points.min(axis=0), points.max(axis=0)]), keypoints, 0.9)


@pytest.mark.parametrize(
    ("edge", "x", "fits"), [(100, 320, True), (70, 320, True), (130, 320, True), (50, 320, False), (100, 390, False)]
)
def test_landmarks_half_as_large_as_the_face_that_was_detected_or_beside_it_are_not_its(
    edge: int, x: int, fits: bool
) -> None:
    assert is_of_detected(mesh_at((x, 240), edge), detected((320, 240), (100, 100))) is fits


def test_landmarks_that_overlap_little_are_of_the_face_only_if_eyes_and_nose_are_its() -> None:
    narrow = detected((320, 240), (40, 100))  # scene 201901: a face that turned, before another one
    assert not is_of_detected(mesh_at((345, 235), 70), narrow)
    assert iou(narrow.box_xyxy, box_of(mesh_at((320, 240), 80))[np.newaxis])[0] < 0.5
    assert is_of_detected(mesh_at((320, 240), 80), narrow)


def test_a_face_of_which_a_detector_sees_the_half_that_shows_is_still_that_face() -> None:
    """It puts both eyes and the nose into the half that nothing covers."""
    half, whole = detected((348, 240), (52, 76)), mesh_at((320, 240), 110)
    assert iou(half.box_xyxy, box_of(whole)[np.newaxis])[0] < 0.5
    assert is_still_of_detected(whole, half)
    assert not is_of_detected(whole, half), "of one that is only found now"
    assert not is_still_of_detected(whole, detected((378, 240), (52, 76))), "it is not held by the landmarks' box"
    narrow = detected((308, 240), (50, 130))  # scene 902413: a face that is turned, before another one
    assert not is_still_of_detected(whole, narrow)


def test_facing_is_a_share() -> None:
    assert facing_share(turned(0)) == pytest.approx(1, abs=0.02)
    assert facing_share(turned(180)) == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    ("x", "edge", "goes_on"),
    [(320, 200, True), (420, 200, True), (320, 250, True), (520, 200, False), (320, 350, False), (320, 90, False)],
)
def test_a_face_moves_less_than_its_size_and_grows_little_from_frame_to_frame(x: int, edge: int, goes_on: bool) -> None:
    assert continues(mesh_at((320, 240), 200), mesh_at((x, 240), edge)) == goes_on


class HalfWay:
    """Comes half of the way to a face at `target` with each look."""

    def __init__(self, target: float) -> None:
        self.target, self.looks = target, 0

    def locate(self, _image: Image, roi: Roi) -> FaceLandmarks:
        self.looks += 1
        return FaceLandmarks(mesh_at(((roi.centre_xy[0] + self.target) / 2, 240), 200), 1.0)


@pytest.mark.parametrize(("x", "looks"), [(324, 1), (380, 2)], ids=["moves", "jumps"])
def test_a_face_that_jumped_is_looked_at_once_more_from_where_it_was_seen(x: float, looks: int) -> None:
    landmarker, image = HalfWay(x), np.zeros((480, 640, 3), np.uint8)
    found = followed(landmarker, image, mesh_at((320, 240), 200))
    assert found is not None
    assert landmarker.looks == looks
    assert abs(float(found.points[:, 0].mean()) - x) < 20


def test_a_face_that_cannot_have_moved_so_is_not_followed() -> None:
    assert followed(HalfWay(1100), np.zeros((480, 640, 3), np.uint8), mesh_at((320, 240), 200)) is None
