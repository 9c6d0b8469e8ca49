"""The tracker over real clips against the slow truth: the detector, and the landmarks from its box."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engines.backends.litert import LiteRtSession
from engines.detectors.blazeface import BlazeFaceDetector
from engines.image.geometry import eye_distance, roi_from_detection, roi_from_landmarks
from engines.landmarks.face_mesh import FaceMeshLandmarker
from engines.types import Image, Points
from realtime.sources.media import open_file
from realtime.tracking.tracker import FaceTracker
from tests.engines.moving import Sensor

pytestmark = [pytest.mark.network, pytest.mark.media]

SEARCHED = {
    "man-frontal-480p": 0.21,
    "man-glasses-hand-512p": 1.15,  # hands that move beside the face and at the edges all the time
    "woman-desk-720p": 0.4,
    "woman-halfprofile-720p": 0.25,
}
"""Of the frames of each clip, at most: every change beside a face is searched, or somebody is seen bare."""
CLIPS = list(SEARCHED)
COMPARED = 3
"""Every so many frames the truth is looked for: it takes four times as long as the tracker."""


def pictures(path: Path) -> Iterator[tuple[Image, int]]:
    source = open_file(path)
    for frame in source.frames():
        yield frame.image, int(frame.pts * source.info.time_base * 1_000_000_000)


@pytest.mark.parametrize("clip", CLIPS)
def test_tracking_agrees_with_detecting_at_a_fraction_of_the_runs(
    media: Path, model_file: Callable[[str], Path], clip: str
) -> None:
    detector = BlazeFaceDetector(LiteRtSession(model_file("face_detection_back")))
    landmarker = FaceMeshLandmarker(LiteRtSession(model_file("face_landmarks_detector")))
    runs: list[int] = []
    tracker = FaceTracker(detector, landmarker, max_faces=4, on_detector_run=lambda: runs.append(1))
    errors, ids, seen, frames = [], set(), 0, 0
    for image, at_ns in pictures(media / f"{clip}.mp4"):
        tracks = tracker.update(image, at_ns)
        ids |= {track.id for track in tracks}
        seen += bool(tracks)
        frames += 1
        if frames % COMPARED == 0 and tracks and (detections := detector.detect(image)):
            errors.append(_distance(_located(landmarker, image, detections[0]), tracks[0].face.points))
    assert ids == {1}
    assert seen >= 0.99 * frames
    assert len(runs) <= SEARCHED[clip] * frames
    assert len(errors) >= 0.95 * (frames // COMPARED)
    assert np.mean(errors) <= 0.03
    assert np.percentile(errors, 95) <= 0.03


@pytest.mark.parametrize("clip", CLIPS)
def test_on_a_still_face_a_camera_s_noise_moves_landmarks_by_less_than_a_sixth_of_a_pixel(
    media: Path, model_file: Callable[[str], Path], clip: str
) -> None:
    detector = BlazeFaceDetector(LiteRtSession(model_file("face_detection_back")))
    tracker = FaceTracker(detector, FaceMeshLandmarker(LiteRtSession(model_file("face_landmarks_detector"))))
    still, sensor, seen = next(pictures(media / f"{clip}.mp4"))[0].copy(), Sensor(2), []
    for frame in range(60):
        [track] = tracker.update(sensor.noisy(still), frame * 33_333_333)
        seen.append(track.face.points[:, :2])
    assert np.std(seen[30:], axis=0).mean() <= 0.15


def _located(landmarker: FaceMeshLandmarker, image: Image, detection: object) -> Points:
    first = landmarker.locate(image, roi_from_detection(detection))  # type: ignore[arg-type]
    return landmarker.locate(image, roi_from_landmarks(first.points)).points


def _distance(expected: Points, found: Points) -> float:
    """Mean over the landmarks, in eye distances."""
    return float(np.linalg.norm(expected[:, :2] - found[:, :2], axis=1).mean()) / eye_distance(expected)
