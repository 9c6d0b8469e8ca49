"""A photo of any size is searched in a small copy, and its face is told in the photo's own pixels."""

import cv2
import numpy as np
import pytest

from engines.errors import SourcePhotoError
from engines.fakes import FakeDetector, mesh_at, picture_with_faces
from engines.image.geometry import box_of
from engines.source_faces.fitness import KEPT_MARGIN
from engines.source_faces.photo import LOOKED_AT_PX, ZOOM_OUT, PhotoExaminer
from engines.types import Detection, FaceLandmarks, Image, Roi

LARGE_WH = (4000, 3000)


class Exact:
    """Places landmarks on the one bright square, wherever it is told to look; else there is no presence."""

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
        x, y, width, _ = cv2.boundingRect(cv2.extractChannel(image, 0))
        middle, size = (x + width / 2, y + width / 2), width or roi.size
        return FaceLandmarks(mesh_at(middle, size), float(width > 0))


class Measuring(FakeDetector):
    """sides: the longer sides of what it was shown, px."""

    def __init__(self) -> None:
        super().__init__()
        self.sides: list[int] = []

    def detect(self, image: Image) -> list[Detection]:
        self.sides.append(max(image.shape[:2]))
        return super().detect(image)


@pytest.mark.parametrize("turn", [None, cv2.ROTATE_90_CLOCKWISE], ids=["upright", "on its side"])
def test_face_of_a_large_photo_is_found_in_a_small_copy_and_cut_from_the_photo(turn: int | None) -> None:
    detector = Measuring()
    held = picture_with_faces(LARGE_WH, [(2600, 1200, 800)])
    image = held if turn is None else np.asarray(cv2.rotate(held, turn), np.uint8)
    photo = PhotoExaminer(detector, Exact()).examine(image, "large")
    assert max(detector.sides) < 2 * LOOKED_AT_PX
    assert np.ptp(box_of(photo.face.points).reshape(2, 2), axis=0) == pytest.approx(800, rel=0.05)
    assert photo.image.shape[0] == pytest.approx(800 * (1 + 2 * KEPT_MARGIN), rel=0.05)
    x1, y1, x2, y2 = box_of(photo.face.points).astype(int)
    assert photo.image[y1 + 8 : y2 - 8, x1 + 8 : x2 - 8].min() > 0, "the face is where its landmarks are"


def test_every_look_at_a_large_photo_of_nobody_is_at_the_small_copy() -> None:
    detector = Measuring()
    with pytest.raises(SourcePhotoError, match="no human face"):
        PhotoExaminer(detector, Exact()).examine(np.zeros((2100, 2100, 3), np.uint8), "large")
    assert max(detector.sides) < 2 * LOOKED_AT_PX / ZOOM_OUT


def test_small_photo_is_searched_as_it_is() -> None:
    detector = Measuring()
    photo = PhotoExaminer(detector, Exact()).examine(picture_with_faces((600, 500), [(300, 250, 200)]), "small")
    assert detector.sides == [600]
    assert np.ptp(box_of(photo.face.points)[::2]) == pytest.approx(200, rel=0.05)
