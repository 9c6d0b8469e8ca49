"""The real detector and landmarks, and a real face: what tests on real pictures share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engines.backends.litert import LiteRtSession
from engines.detectors.blazeface import BlazeFaceDetector
from engines.landmarks.face_mesh import FaceMeshLandmarker
from engines.source_faces.photo import PHOTO_THRESHOLD, PhotoExaminer
from engines.types import Image
from realtime.pictures.reading import read_image


@pytest.fixture(scope="session")
def landmarker(model_file: Callable[[str], Path]) -> FaceMeshLandmarker:
    return FaceMeshLandmarker(LiteRtSession(model_file("face_landmarks_detector")))


@pytest.fixture(scope="session")
def detector(model_file: Callable[[str], Path]) -> BlazeFaceDetector:
    return BlazeFaceDetector(LiteRtSession(model_file("face_detection_back")))


@pytest.fixture(scope="session")
def examiner(model_file: Callable[[str], Path], landmarker: FaceMeshLandmarker) -> PhotoExaminer:
    session = LiteRtSession(model_file("face_detection_back"))
    return PhotoExaminer(BlazeFaceDetector(session, threshold=PHOTO_THRESHOLD), landmarker)


@pytest.fixture(scope="session")
def astronaut(model_file: Callable[[str], Path]) -> Image:
    return read_image(model_file("astronaut"))
