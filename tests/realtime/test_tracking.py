"""Tracking with fakes: who is who, and how seldom the detector looks. Real clips are in test_real_tracking.py."""

from itertools import pairwise

import numpy as np
import pytest

from engines.fakes import FakeDetector, FakeLandmarker, mesh_at, picture_with_faces
from engines.geometry import box_of
from engines.types import FaceLandmarks, Image, Roi
from realtime.tracking import FaceTracker, Track

FRAME_NS = 33_333_333
TREMBLE_PX = 0.6
Faces = list[tuple[int, int, int]]


class Scene:
    """Runs a tracker over pictures made of squares."""

    def __init__(self, max_faces: int = 8) -> None:
        self.detector, self.landmarker = FakeDetector(), FakeLandmarker()
        self.tracker = FaceTracker(self.detector, self.landmarker, max_faces=max_faces)
        self.now_ns = 0

    def show(self, faces: Faces, frames: int = 1) -> list[Track]:
        tracks: list[Track] = []
        for _ in range(frames):
            self.now_ns += FRAME_NS
            tracks = self.tracker.update(picture_with_faces((640, 360), faces), self.now_ns)
        return tracks


def test_face_is_found_in_the_first_frame_and_followed_without_the_detector() -> None:
    scene = Scene()
    [track] = scene.show([(200, 180, 80)])
    assert (track.id, track.age) == (1, 1)
    for step in range(1, 40):
        [track] = scene.show([(200 + 5 * step, 180, 80)])
    assert (track.id, track.age) == (1, 40)
    assert scene.detector.runs == 1
    centre = (box_of(track.face.points)[:2] + box_of(track.face.points)[2:]) / 2
    assert centre == pytest.approx([395, 180], abs=4)


def test_detector_looks_for_newcomers_now_and_then_but_seldom() -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=300)
    assert 2 <= scene.detector.runs <= 300 * 0.05


def test_newcomer_gets_the_next_number_and_the_first_keeps_its_own() -> None:
    scene = Scene()
    scene.show([(150, 180, 80)], frames=5)
    tracks = scene.show([(150, 180, 80), (450, 180, 100)], frames=60)
    assert [(track.id, round(float(track.face.points[1, 0]), -1)) for track in tracks] == [(2, 450), (1, 150)]


def test_nobody_is_an_empty_list_and_everybody_who_returns_soon_keeps_the_number() -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=10)
    assert scene.show([], frames=15) == []
    [track] = scene.show([(210, 185, 80)])
    assert track.id == 1


def test_a_jump_of_less_than_a_face_keeps_the_number_and_nobody_is_missing() -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=5)
    [track] = scene.show([(272, 180, 80)])
    assert (track.id, len(scene.tracker.missing)) == (1, 0)


def test_somebody_who_was_lost_is_missing_for_a_second_or_until_the_return() -> None:
    scene = Scene()
    scene.show([(150, 180, 80), (450, 180, 80)], frames=5)
    assert len(scene.tracker.missing) == 0
    scene.show([(150, 180, 80)], frames=10)
    assert len(scene.tracker.missing) == 1
    scene.show([(150, 180, 80), (450, 180, 80)], frames=50)
    assert len(scene.tracker.missing) == 0
    scene.show([(150, 180, 80)], frames=35)
    assert len(scene.tracker.missing) == 0


@pytest.mark.parametrize("returns", [(200, 180, 80), (500, 180, 80)], ids=["same place, late", "another place, soon"])
def test_number_is_never_given_to_somebody_else(returns: tuple[int, int, int]) -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=10)
    scene.show([], frames=60 if returns[0] == 200 else 3)
    [track] = scene.show([returns])
    assert track.id == 2


def test_what_was_learnt_about_somebody_stays_theirs_as_long_as_their_number() -> None:
    scene = Scene()
    [first] = scene.show([(150, 180, 80)])
    both = {track.id: track for track in scene.show([(150, 180, 80), (450, 180, 100)], frames=60)}
    assert both[1].face.wearer is first.face.wearer is not None
    assert both[2].face.wearer is not first.face.wearer
    scene.show([], frames=10)
    back = {track.id: track for track in scene.show([(155, 180, 80), (450, 180, 100)])}
    assert back[1].face.wearer is first.face.wearer
    scene.show([], frames=60)
    stranger, _ = scene.show([(155, 180, 80), (450, 180, 100)])
    assert stranger.face.wearer not in {both[1].face.wearer, both[2].face.wearer}


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


def test_one_face_never_becomes_two() -> None:
    scene = Scene()
    scene.show([(150, 180, 80), (260, 180, 80)], frames=5)
    for gap in range(110, -1, -10):  # they meet and stay merged
        tracks = scene.show([(150, 180, 80), (150 + gap, 180, 80)])
    tracks = scene.show([(150, 180, 80)], frames=5)
    assert (len(tracks), len(scene.tracker.missing)) == (1, 0)


def test_smoothing_does_not_feed_back_into_where_to_look() -> None:
    scene = Scene()
    positions = []
    for step in range(30):
        [track] = scene.show([(100 + 15 * step, 180, 80)])  # 450 px a second: the filter lags, the region must not
        positions.append(float(track.face.points[1, 0]))
    assert all(b > a for a, b in pairwise(positions))
    assert np.abs(np.array(positions[10:]) - (100 + 15 * np.arange(10, 30))).max() < 8
    assert scene.detector.runs == 1


class TremblingLandmarker(FakeLandmarker):
    """Sure of the only face in a picture, but for TREMBLE_PX to the left and to the right by turns, as models are."""

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:  # noqa: ARG002  it sees the whole picture
        self.calls += 1
        ys, xs = np.nonzero(image[:, :, 0])
        off = TREMBLE_PX / 2 * (-1) ** self.calls
        return FaceLandmarks(mesh_at((float(xs.mean()) + off, float(ys.mean())), float(np.ptp(xs)) + 1), 1.0)


class TremblingScene(Scene):
    """A textured face, painted over after each look, as the pipeline does."""

    def __init__(self) -> None:
        super().__init__()
        self.landmarker = TremblingLandmarker()
        self.tracker = FaceTracker(self.detector, self.landmarker)
        self._skin = np.random.default_rng(0).integers(150, 250, (20, 20, 3)).astype(np.uint8)

    def look(self, frames: int, factor: int = 1) -> list[float]:
        """x of the nose, frame after frame."""
        noses = []
        for _ in range(frames):
            self.now_ns += FRAME_NS
            image = np.zeros((240 * factor, 320 * factor, 3), np.uint8)
            skin = self._skin.repeat(4 * factor, axis=0).repeat(4 * factor, axis=1)
            image[80 * factor : 160 * factor, 120 * factor : 200 * factor] = skin
            [track] = self.tracker.update(image, self.now_ns)
            image[:] = 0
            noses.append(float(track.face.points[1, 0]))
        return noses


def test_landmarks_are_steadied_though_pictures_are_painted_over() -> None:
    assert np.ptp(TremblingScene().look(60)[30:]) < TREMBLE_PX / 3


def test_steadying_that_was_left_out_starts_from_the_model_when_it_is_taken_up_again() -> None:
    scene = TremblingScene()
    scene.look(30)
    scene.tracker.leave_unsteady(True)
    assert np.ptp(scene.look(6)) == pytest.approx(TREMBLE_PX, abs=0.01)
    scene.tracker.leave_unsteady(False)
    first = scene.look(1)[0]
    assert first == scene.tracker._followed[0].raw.points[1, 0]
    assert np.ptp(scene.look(60)[30:]) < TREMBLE_PX / 3


def test_pictures_of_another_size_start_from_the_model_and_are_steady_again() -> None:
    scene = TremblingScene()
    middle = np.mean(scene.look(60)[30:])
    scene.tracker.rescale(2)
    larger = scene.look(60, factor=2)
    assert larger[0] == pytest.approx(2 * middle + 0.5, abs=TREMBLE_PX)
    assert np.ptp(larger[30:]) < TREMBLE_PX / 3
    assert scene.detector.runs <= 3, "the face was lost"
