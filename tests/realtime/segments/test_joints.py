"""Joints: where two segments follow different faces, the later one learns whom to begin with."""

import numpy as np
import pytest

from engines.fakes import FakeDetector, FakeLandmarker, picture_with_faces
from engines.types import Points
from realtime.fakes import FakeTrack, landmarks_in
from realtime.segments.joints import Followed, JointWatch, preferred
from realtime.tracking.result import TrackingResult
from realtime.tracking.tracker import FaceTracker
from realtime.types import Frame
from tests.realtime.scene import FRAME_NS

LEFT, RIGHT = (0, 0, 20, 20), (40, 0, 60, 20)


def boxes(*found: tuple[int, int, int, int]) -> Points:
    return np.array(found, np.float32).reshape(-1, 4)


@pytest.mark.parametrize(
    ("before", "after", "prefers"),
    [
        (boxes(LEFT), boxes(LEFT), False),
        (boxes(LEFT, RIGHT), boxes(RIGHT, LEFT), False),
        (boxes(), boxes(), False),
        (boxes(LEFT), boxes(RIGHT), True),
        (boxes(LEFT), boxes(), True),
        (boxes(LEFT), boxes(LEFT, RIGHT), True),
    ],
)
def test_who_is_followed_before_a_joint_is_followed_after_it(before: Points, after: Points, prefers: bool) -> None:
    where = boxes((1, 1, 21, 21))
    found = preferred(Followed(next_begins=before, next_looks=where), Followed(begins=after))
    assert [box.tolist() for box in found] == (where.tolist() if prefers else [])


def test_a_segment_that_was_cut_short_says_nothing_of_the_next() -> None:
    assert preferred(Followed(), Followed(begins=boxes(LEFT))) == ()


def test_what_is_followed_is_noted_at_the_first_pictures_from_three_times_on() -> None:
    watch = JointWatch(starts=10, ends=20, next_looks=15)
    for pts in (8, 11, 14, 16, 19, 22, 23):
        face = FakeTrack(face=landmarks_in((pts, 0, pts + 10, 10)))
        frame = Frame(np.zeros((4, 4, 3), np.uint8), pts, 0, pts)
        watch.note(frame, TrackingResult(pts, [face]))
    seen = watch.seen
    noted = [
        None if found is None else float(found[0, 0]) for found in (seen.begins, seen.next_looks, seen.next_begins)
    ]
    assert noted == [11, 16, 22]


@pytest.mark.parametrize(("prefers", "followed_x"), [(True, 150), (False, 450)])
def test_who_is_preferred_is_followed_though_another_is_larger(prefers: bool, followed_x: int) -> None:
    """As a video's segment must go on with those whom the one before it followed."""
    tracker = FaceTracker(FakeDetector(), FakeLandmarker(), max_faces=1, video=True)
    if prefers:
        tracker.prefer([np.array([100, 110, 200, 210], np.float32)])
    for step in range(40):
        picture = picture_with_faces((640, 360), [(150 + step // 10, 160, 90), (450, 180, 160)], range(2))
        [track] = tracker.update(picture, (step + 1) * FRAME_NS)
        tracker.protected = {track.id}
        assert abs(track.face.points[:, 0].mean() - followed_x) < 10


def test_a_preference_for_nobody_who_is_there_changes_nothing() -> None:
    tracker = FaceTracker(FakeDetector(), FakeLandmarker(), max_faces=1, video=True)
    tracker.prefer([np.array([0, 0, 50, 50], np.float32)])
    [track] = tracker.update(picture_with_faces((640, 360), [(450, 180, 160)]), FRAME_NS)
    assert abs(track.face.points[:, 0].mean() - 450) < 10
