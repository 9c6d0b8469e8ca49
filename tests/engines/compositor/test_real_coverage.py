"""How much of real faces is painted, by those who swap and by those who only seem to: four paintings on four clips."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from engines.detectors.blazeface import BlazeFaceDetector
from engines.errors import SourcePhotoError
from engines.image.geometry import roi_from_detection, roi_from_landmarks
from engines.landmarks.face_mesh import FaceMeshLandmarker
from engines.source_faces.photo import PhotoExaminer
from engines.swappers.mesh.swapper import MeshFace, MeshSwapper
from engines.types import FaceLandmarks, Image
from realtime.pictures.reading import read_image
from realtime.sources.media import open_file
from tests.engines.compositor.test_coverage import given_back
from tests.engines.fake_compositor import compositor_of

pytestmark = [pytest.mark.network, pytest.mark.media]

PAINTINGS = ["girl", "monalisa", "sargent", "woman-black"]
CLIPS = ["man-frontal-480p", "man-glasses-hand-512p", "woman-desk-720p", "woman-halfprofile-720p"]
SURE = 0.95
IDLE_AT_MOST, SWAP_AT_LEAST = 0.1, 0.65
"""A fifth to a third of the cells of a painting in the target's light are within the noise of the target's: not 0.8."""

Target = tuple[Image, FaceLandmarks]
Wearing = Callable[[str, float | None], MeshFace]


@pytest.fixture(scope="module")
def wearing(examiner: PhotoExaminer, media: Path) -> Wearing:
    """A painting's face at a strength; without one by a network that paints nothing. Each is prepared once."""

    @cache
    def prepared(name: str, strength: float | None) -> MeshFace:
        photo = examiner.examine(read_image(media / f"face-painting-{name}.jpg"), name)
        idle = MeshSwapper(compositor=compositor_of(alpha=0.0))
        return (idle if strength is None else MeshSwapper(strength=strength)).prepare(photo)

    return prepared


@pytest.fixture(scope="module")
def targets(detector: BlazeFaceDetector, landmarker: FaceMeshLandmarker, media: Path) -> dict[str, Target]:
    return {clip: first_good_frame(media / f"{clip}.mp4", detector, landmarker) for clip in CLIPS}


def first_good_frame(clip: Path, detector: BlazeFaceDetector, landmarker: FaceMeshLandmarker) -> Target:
    video = open_file(clip)
    try:
        for frame in video.frames():
            for found in detector.detect(frame.image):
                face = landmarker.locate(frame.image, roi_from_detection(found))
                face = landmarker.locate(frame.image, roi_from_landmarks(face.points))
                if face.presence > SURE:
                    return frame.image.copy(), face
    finally:
        video.close()
    raise SourcePhotoError(f"no face in {clip.name}", remedy="another clip")


def noisy(image: Image, deviation: float) -> Image:
    """As a camera sees it at night."""
    noise = np.random.default_rng(0).normal(0, deviation, image.shape)
    return np.asarray(np.clip(image + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("deviation", [0, 8])
def test_the_target_moved_to_anybodys_proportions_is_not_covered(
    wearing: Wearing, targets: dict[str, Target], clip: str, deviation: float
) -> None:
    image, face = targets[clip]
    seen = noisy(image, deviation)
    told = {name: wearing(name, None).paint(seen.copy(), face) for name in PAINTINGS}
    assert max(coverage.painted for coverage in told.values()) < IDLE_AT_MOST, told
    assert min(coverage.occluded for coverage in told.values()) > 0.99, told


@pytest.mark.parametrize("clip", CLIPS)
def test_a_network_that_gives_the_target_back_covers_nothing(targets: dict[str, Target], clip: str) -> None:
    image, face = targets[clip]
    assert given_back(image.copy(), face).painted < IDLE_AT_MOST


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_a_swap_covers_the_face_whoever_wears_whom(
    wearing: Wearing, targets: dict[str, Target], clip: str, strength: float
) -> None:
    image, face = targets[clip]
    told = {name: wearing(name, strength).paint(image.copy(), face) for name in PAINTINGS}
    assert min(coverage.painted for coverage in told.values()) > SWAP_AT_LEAST, told
    assert max(coverage.occluded for coverage in told.values()) < 0.3, told


@pytest.mark.parametrize("side", ["left", "right"])
def test_of_a_face_that_leaves_the_picture_only_what_is_inside_counts(
    wearing: Wearing, targets: dict[str, Target], side: str
) -> None:
    image, face = targets["man-frontal-480p"]
    middle = int(face.points[1, 0])
    part = image[:, middle:] if side == "left" else image[:, :middle]
    points = face.points - np.array([middle if side == "left" else 0, 0, 0], np.float32)
    cut = FaceLandmarks(points, face.presence)
    assert wearing("monalisa", 0.5).paint(np.ascontiguousarray(part), cut).painted > SWAP_AT_LEAST
    assert wearing("monalisa", None).paint(np.ascontiguousarray(part), cut).painted < IDLE_AT_MOST
