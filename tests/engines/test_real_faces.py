"""The real models on real pictures: what is accepted as a source, what is refused, and that the swap moves the face."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from engines.backends.litert import LiteRtSession
from engines.detectors.blazeface import BlazeFaceDetector
from engines.errors import ModelContractError, SourcePhotoError
from engines.image.geometry import box_of, eye_distance, roi_from_detection
from engines.landmarks.face_mesh import FaceMeshLandmarker
from engines.source_faces.fitness import head_angles
from engines.source_faces.photo import PhotoExaminer
from engines.swappers.mesh.swapper import MeshSwapper
from engines.types import Image
from realtime.pictures.reading import read_image

pytestmark = pytest.mark.network

PAINTINGS = ["girl", "monalisa", "sargent", "woman-black"]


@pytest.mark.parametrize("turn", [None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE])
def test_photo_is_accepted_whichever_way_it_is_held(
    examiner: PhotoExaminer, astronaut: Image, turn: int | None
) -> None:
    held = astronaut if turn is None else np.ascontiguousarray(cv2.rotate(astronaut, turn), np.uint8)
    photo = examiner.examine(held, "astronaut")
    assert photo.face.presence > 0.98
    assert eye_distance(photo.face.points) == pytest.approx(60.3, abs=2)
    yaw, pitch = head_angles(photo.face.points)
    assert abs(yaw) < 8
    assert abs(pitch) < 20


@pytest.mark.media
@pytest.mark.parametrize("name", PAINTINGS)
@pytest.mark.parametrize("upside_down", [False, True])
def test_painting_is_accepted(examiner: PhotoExaminer, media: Path, name: str, upside_down: bool) -> None:
    image = read_image(media / f"face-painting-{name}.jpg")
    held = np.ascontiguousarray(cv2.rotate(image, cv2.ROTATE_180), np.uint8) if upside_down else image
    assert examiner.examine(held, name).face.presence > 0.98


@pytest.mark.media
@pytest.mark.parametrize("name", ["animal-cat", "animal-llama"])
def test_animal_is_refused_with_a_reason(examiner: PhotoExaminer, media: Path, name: str) -> None:
    with pytest.raises(SourcePhotoError, match=f"no human face found in {name}") as raised:
        examiner.examine(read_image(media / f"{name}.jpg"), name)
    assert "animals" in raised.value.remedy


def test_face_in_a_large_picture_and_face_that_fills_it_are_found(examiner: PhotoExaminer, astronaut: Image) -> None:
    far = np.full((2000, 3000, 3), 127, np.uint8)
    far[1400:1912, 2300:2812] = astronaut
    assert examiner.examine(far, "far").face.presence > 0.9
    near = astronaut[60:190, 160:290]
    assert examiner.examine(np.ascontiguousarray(near), "near").face.presence > 0.9


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda image: cv2.resize(image, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA), "px large"),
        (lambda image: np.ascontiguousarray(image[:, 225:]), "outside the picture|no human face"),
        (lambda image: np.full_like(image, 127), "no human face"),
    ],
    ids=["small", "cut off", "nobody"],
)
def test_unfit_photo_is_refused_with_a_reason(
    examiner: PhotoExaminer, astronaut: Image, spoil: Callable[[Image], Image], reason: str
) -> None:
    with pytest.raises(SourcePhotoError, match=reason) as raised:
        examiner.examine(spoil(astronaut), "photo")
    assert raised.value.remedy


def test_of_several_faces_the_largest_is_taken(examiner: PhotoExaminer, astronaut: Image) -> None:
    both = np.full((512, 1024, 3), 127, np.uint8)
    both[:, :512] = astronaut
    both[100:356, 600:856] = cv2.resize(astronaut, (256, 256))
    assert eye_distance(examiner.examine(both, "two").face.points) == pytest.approx(60.3, abs=2)


@pytest.mark.smoke
def test_swap_keeps_the_pose_and_touches_only_the_face(
    detector: BlazeFaceDetector,
    landmarker: FaceMeshLandmarker,
    examiner: PhotoExaminer,
    astronaut: Image,
    model_file: Callable[[str], Path],
) -> None:
    source = examiner.examine(read_image(model_file("hopper")), "hopper")
    canvas = np.asarray(cv2.resize(astronaut, (1024, 1024)), np.uint8)
    before = canvas.copy()
    [found] = detector.detect(canvas)
    target = landmarker.locate(canvas, roi_from_detection(found))
    MeshSwapper().prepare(source).paint(canvas, target)
    changed = (canvas != before).any(axis=2)
    x1, y1, x2, y2 = box_of(target.points)
    ys, xs = np.nonzero(changed)
    assert changed.sum() > 0.5 * (x2 - x1) * (y2 - y1)
    assert (xs.min() >= x1, xs.max() <= x2, ys.min() >= y1, ys.max() <= y2) == (True,) * 4
    after = landmarker.locate(canvas, roi_from_detection(found))
    assert after.presence > 0.9
    moved = np.linalg.norm(after.points[:, :2] - target.points[:, :2], axis=1).mean()
    assert moved < 0.08 * eye_distance(target.points)


def test_a_model_that_is_something_else_is_refused(model_file: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(ModelContractError):
        FaceMeshLandmarker(LiteRtSession(model_file("face_detection_back")))
    with pytest.raises(ModelContractError):
        BlazeFaceDetector(LiteRtSession(model_file("face_landmarks_detector")))
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(ModelContractError, match=r"broken\.tflite"):
        LiteRtSession(broken)
