"""Tracking with fakes: who is who, and how seldom the detector looks. Real clips are in test_real_tracking.py."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from engines.fakes import FakeDetector, FakeLandmarker, picture_with_faces
from engines.image.geometry import box_of
from engines.types import Detection, FaceLandmarks, Image, Roi
from realtime.tracking.tracker import FaceTracker
from tests.realtime.scene import FRAME_NS, Scene


@pytest.mark.smoke
def test_face_is_found_in_the_first_frame_and_followed_without_the_detector() -> None:
    scene = Scene()
    [track] = scene.show([(200, 180, 80)])
    assert (track.id, track.age) == (1, 1)
    for step in range(1, 40):
        [track] = scene.show([(200 + 5 * step, 180, 80)])
    assert (track.id, track.age) == (1, 40)
    assert scene.detector.runs <= 40 * 0.6, "the places it left are searched, and all, whenever it has moved a seventh"
    runs = scene.detector.runs
    scene.show([(395, 180, 80)], frames=5)
    scene.show([(395, 180, 80)], frames=10)
    assert scene.detector.runs <= runs + 5
    centre = (box_of(track.face.points)[:2] + box_of(track.face.points)[2:]) / 2
    assert centre == pytest.approx([395, 180], abs=4)


def test_detector_looks_for_newcomers_now_and_then_but_seldom() -> None:
    scene = Scene()
    searched = []
    for number in range(300):
        runs = scene.detector.runs
        scene.show([(200, 180, 80)])
        searched += [number] if scene.detector.runs > runs else []
    assert np.diff(searched).max() <= 8, "a quarter of a second"
    assert scene.detector.runs <= 300 * 0.15


def test_a_face_without_landmarks_is_told_and_looked_for_in_every_frame() -> None:
    class Half(FakeLandmarker):
        """Places landmarks on the left half of the picture alone."""

        def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
            found = super().locate(image, roi)
            return found if roi.centre_xy[0] < 320 else FaceLandmarks(found.points, 0.1)

    scene = Scene()
    scene.landmarker = Half()
    scene.tracker = FaceTracker(scene.detector, scene.landmarker, max_faces=8)
    for _ in range(8):  # the edges of the first picture are searched, too
        scene.show([(150, 180, 80), (450, 180, 100)])
    runs = scene.detector.runs
    for x in range(450, 480, 3):
        scene.show([(150, 180, 80), (x, 180, 100)])
        [box] = scene.tracker.unplaced
        assert box == pytest.approx([x - 50, 130, x + 50, 230], abs=4)
    assert scene.detector.runs == runs + 10


def test_pictures_may_change_their_size_and_everybody_stays_who_they_are() -> None:
    scene = Scene()
    scene.show([(200, 180, 80), (450, 180, 100)], frames=5)
    for size_wh, scale in (((320, 180), 0.5), ((640, 360), 1), ((480, 270), 0.75)):
        both = np.array([(200, 180, 80), (450, 180, 100)])
        faces = [(x, y, edge) for x, y, edge in np.round(both * scale).astype(int).tolist()]
        scene.now_ns += FRAME_NS
        tracks = scene.tracker.update(picture_with_faces(size_wh, faces, range(2)), scene.now_ns)
        assert {track.id for track in tracks} == {1, 2}
        assert {track.frame_wh for track in tracks} == {size_wh}


@pytest.mark.parametrize("fault", ["not finite", "mirrored", "random", "shrunken", "far off"])
def test_landmarks_that_cannot_be_a_face_s_lose_it_rather_than_paint_beside_it(fault: str) -> None:
    class Failing(FakeLandmarker):
        fails = False

        def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
            points = super().locate(image, roi).points
            middle = points.mean(axis=0)
            wrong = {
                "not finite": points * np.float32(np.nan),
                "mirrored": middle + (points - middle) * np.array([-1, 1, 1], np.float32),
                "random": np.random.default_rng(0).permutation(points),
                "shrunken": middle + (points - middle) * np.float32(0.4),
                "far off": points + np.float32(150),
            }
            return FaceLandmarks(wrong[fault].astype(np.float32) if self.fails else points, 0.99)

    scene = Scene()
    landmarker = scene.landmarker = Failing()
    scene.tracker = FaceTracker(scene.detector, landmarker, max_faces=8)
    scene.show([(200, 180, 80)], frames=5)
    landmarker.fails = True
    assert scene.show([(200, 180, 80)], frames=5) == []
    landmarker.fails = False
    assert [track.id for track in scene.show([(200, 180, 80)])] == [1]


def test_a_picture_of_somebody_on_their_head_is_found() -> None:
    class Upright(FakeDetector):
        """Sees faces whose upper part is bright only."""

        def detect(self, image: Image) -> list[Detection]:
            found = super().detect(image)
            return [face for face in found if image[int(face.box_xyxy[1]) + 3, int(face.keypoints[2][0]), 1] > 0]

    tracker = FaceTracker(Upright(), FakeLandmarker(), max_faces=2)
    picture = picture_with_faces((640, 360), [(200, 180, 80)])
    picture[:200, :, 1] = 0  # green in its lower part alone
    seen = [tracker.update(picture, frame * FRAME_NS) for frame in range(1, 5)]
    assert any(seen)
    assert seen[-1][0].face.points[1, :2] == pytest.approx([200, 180], abs=6)


@pytest.mark.parametrize(("video", "frames"), [(True, 1), (False, 4)])
def test_a_search_that_finds_something_that_cannot_be_placed_looks_at_turned_heads_too(
    video: bool, frames: int
) -> None:
    """Of a face on its head a detector sees something upright, with the eyes where the mouth is."""

    class Misled(FakeDetector):
        def detect(self, image: Image) -> list[Detection]:
            found = super().detect(image)
            upright = image[0, 0, 2] == 1
            nothing = np.array([9, 9, 60, 60], np.float32)
            return [replace(face, box_xyxy=nothing) for face in found] if upright else found

    tracker = FaceTracker(Misled(), FakeLandmarker(), max_faces=2, video=video)
    picture = picture_with_faces((640, 360), [(400, 180, 80)])
    picture[0, 0, 2] = 1
    seen = [tracker.update(picture, frame * FRAME_NS) for frame in range(1, frames + 1)]
    assert seen[-1][0].face.points[1, :2] == pytest.approx([400, 180], abs=6)


def test_a_new_picture_is_looked_at_twice_in_two_sizes() -> None:
    class Overlooks(FakeDetector):
        """Sees nobody in pictures of the stream's own size."""

        def detect(self, image: Image) -> list[Detection]:
            found = super().detect(image)
            return found if image.shape[1] != 640 else []

    scene = Scene()
    scene.detector = Overlooks()
    scene.tracker = FaceTracker(scene.detector, scene.landmarker, max_faces=8)
    tracks = scene.show([(200, 180, 80), (450, 180, 100)])
    assert [track.id for track in tracks] == [1, 2]
    assert box_of(tracks[0].face.points) == pytest.approx([400, 130, 500, 230], abs=4)


def test_largest_face_comes_first_and_no_more_than_asked_are_followed() -> None:
    scene = Scene(max_faces=2)
    tracks = scene.show([(100, 180, 50), (300, 180, 90), (500, 180, 70)], frames=60)
    assert [round(float(track.face.points[1, 0]), -2) for track in tracks] == [300, 500]
    scene.landmarker.calls = 0
    scene.show([(100, 180, 50), (300, 180, 90), (500, 180, 70)], frames=10)
    assert scene.landmarker.calls == 20


@pytest.mark.parametrize(("newcomer_px", "taken_over"), [(84, False), (140, True)])
def test_only_a_much_larger_newcomer_takes_the_place_of_the_face_that_is_followed(
    newcomer_px: int, taken_over: bool
) -> None:
    scene = Scene(max_faces=1)
    scene.show([(150, 180, 80)], frames=5)
    [track] = scene.show([(150, 180, 80), (450, 180, newcomer_px)], frames=60)
    assert (track.id == 2) == taken_over


def test_whose_place_was_taken_is_known_to_be_there_in_the_very_same_picture() -> None:
    scene = Scene(max_faces=1)
    scene.show([(150, 180, 80)], frames=5)
    for _ in range(10):
        [track] = scene.show([(150, 180, 80), (450, 180, 140)])
        if track.id == 2:
            break
    assert track.id == 2
    [unplaced] = scene.tracker.unplaced
    assert unplaced[0] < 150 < unplaced[2]


def test_smoothing_does_not_feed_back_into_where_to_look() -> None:
    scene = Scene()
    positions = []
    for step in range(30):
        [track] = scene.show([(100 + 15 * step, 180, 80)])  # 450 px a second: the filter lags, the region must not
        positions.append(float(track.face.points[1, 0]))
    assert all(b > a for a, b in pairwise(positions))
    assert np.abs(np.array(positions[10:]) - (100 + 15 * np.arange(10, 30))).max() < 8


@pytest.mark.parametrize("video", [True, False])
def test_a_cut_of_a_video_leaves_nobody_behind_and_a_live_picture_s_lost_face_may_be_there(video: bool) -> None:
    scene = Scene()
    scene.tracker = FaceTracker(scene.detector, scene.landmarker, max_faces=2, video=video)
    scene.show([(150, 180, 80)])
    scene.tracker.update(np.full((360, 640, 3), 200, np.uint8), 2_000_000_000)
    assert scene.tracker.is_new
    assert bool(scene.tracker.lost) is not video
