"""Landmarks that tremble are steadied, whatever is painted over them and whatever size the pictures have."""

import numpy as np
import pytest

from engines.fakes import FakeLandmarker, mesh_at
from engines.types import FaceLandmarks, Image, Roi
from realtime.tracking.tracker import FaceTracker
from tests.realtime.scene import FRAME_NS, Scene

TREMBLE_PX = 0.6


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
    larger = scene.look(60, factor=2)
    assert larger[0] == pytest.approx(2 * middle + 0.5, abs=TREMBLE_PX)
    assert np.ptp(larger[30:]) < TREMBLE_PX
    assert scene.detector.runs <= 120 * 0.2, "the face was lost"
