"""The faces of a photo that others shall wear: every one is found, however small, painted or sideways.

Whether one is fit for it is the business of fitness.py. Knows nothing of files (it is given pixels, EXIF rotation
already applied).
Detectors are trained on upright photographs, so a painting, a drawing or a sideways scan gets several chances: zoomed
out (a face that fills the picture), zoomed in (a small one), and turned by quarters. They look at a small copy, since
they see no more of a large one; landmarks are placed in the photo itself. The landmark model has the last word: what it
calls no face is none, however sure the detector was of a cat.
"""

import logging
from collections.abc import Iterator

import cv2
import numpy as np

from engines.errors import SourcePhotoError
from engines.image.geometry import box_of, eye_distance, iou, roi_from_detection, roi_from_landmarks
from engines.source_faces.fitness import FoundFace, face_size, looked_at
from engines.types import Detection, FaceDetector, FaceLandmarker, FaceLandmarks, Image, Points, SourcePhoto

logger = logging.getLogger(__name__)

PHOTO_THRESHOLD = 0.4
"""Detector score for photos: lower than for live pictures, since the landmarks confirm each finding."""
MIN_PRESENCE, SURE_PRESENCE = 0.5, 0.98
LOOKS = 3
SETTLED = 0.02
"""Movement between the last two looks, in eye distances: below 0.02 on photos and paintings, over 0.027 on animals."""
SAME_FACE_IOU = 0.4
LOOKED_AT_PX = 1024
"""Longer side, at least, of the copy in which faces are searched, below twice this: its closest look still has two
pixels for each that the detector's 256 px input takes."""
QUARTER_TURNS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180)
ZOOM_OUT = 0.5
TILE = 0.6
"""Edge of the overlapping tiles of the closest look, as a fraction of the picture's."""


class PhotoExaminer:
    """Finds the face in a photo that others shall wear.

    detector: made with PHOTO_THRESHOLD.
    """

    def __init__(self, detector: FaceDetector, landmarker: FaceLandmarker) -> None:
        self._detector = detector
        self._landmarker = landmarker

    def examine(self, image: Image, name: str) -> SourcePhoto:
        """The photo cut to its best face, upright.

        image: BGR of any size. name: for messages. Raises SourcePhotoError, with the reason, when that is not usable.
        """
        found = self.faces(image, name)
        logger.info("%s: %d face(s) found, took the largest", name, len(found))
        if found[0].problem is not None:
            raise found[0].problem
        return found[0].photo

    def faces(self, image: Image, name: str) -> list[FoundFace]:
        """All faces of a photo, the largest first; what is perhaps none only if nothing is surely one.

        Raises SourcePhotoError when there is none at all.
        """
        found: list[tuple[FaceLandmarks, Image]] = []
        times = max(1, max(image.shape[:2]) // LOOKED_AT_PX)
        small = _shrunk(image, times)
        for turn in QUARTER_TURNS:
            found += self._faces(image, small, times, turn)
            if any(face.presence >= SURE_PRESENCE for face, _ in found):
                break  # a face read upside down is found too, but never with certainty
        if not found:
            raise SourcePhotoError(
                f"no human face found in {name} (looked from near and far, upright and turned by quarters)",
                remedy="use a photo of a human face, from the front and evenly lit; animals and doodles do not work",
            )
        sure = [(face, upright) for face, upright in found if face.presence >= SURE_PRESENCE]
        largest_first = sorted(sure or found, key=lambda each: -face_size(each[0]))
        return [looked_at(upright, face, name) for face, upright in largest_first]

    def _faces(self, image: Image, small: Image, times: int, turn: int | None) -> list[tuple[FaceLandmarks, Image]]:
        """Every face of an image held this way up, and the image so; the first of the looks that finds any is enough.

        small: its copy. times: how many times as large the image is.
        """
        for detections in self._looks(_turned(small, turn)):
            if not detections:
                continue
            upright, found = _turned(image, turn), list[FaceLandmarks]()
            for face in filter(None, (self._settle(upright, _grown(one, times)) for one in detections)):
                boxes = np.array([box_of(other.points) for other in found], np.float32).reshape(-1, 4)
                if iou(box_of(face.points), boxes).max(initial=0) < SAME_FACE_IOU:
                    found.append(face)
            if found:
                return [(face, upright) for face in found]
        return []

    def _looks(self, image: Image) -> Iterator[list[Detection]]:
        """Detections from the whole picture, then from farther away, then from close up, in pixels of `image`."""
        yield self._detector.detect(image)
        height, width = image.shape[:2]
        pad_x, pad_y = round(width * (1 / ZOOM_OUT - 1) / 2), round(height * (1 / ZOOM_OUT - 1) / 2)
        padded = cv2.copyMakeBorder(image, pad_y, pad_y, pad_x, pad_x, cv2.BORDER_REPLICATE)
        yield [shifted(face, (-pad_x, -pad_y)) for face in self._detector.detect(padded)]  # type: ignore[arg-type]
        near: list[Detection] = []
        for x, y in ((x, y) for y in (0.0, (1 - TILE) / 2, 1 - TILE) for x in (0.0, (1 - TILE) / 2, 1 - TILE)):
            left, top = round(width * x), round(height * y)
            tile = image[top : top + round(height * TILE), left : left + round(width * TILE)]
            near += [shifted(face, (left, top)) for face in self._detector.detect(tile)]
        yield near

    def _settle(self, image: Image, detection: Detection) -> FaceLandmarks | None:
        """The landmarks after several looks, each better placed than the one before; None where there is no face.

        On a face they come to rest; on fur, foliage or a face held upside down they wander, however sure the model is.
        """
        face = self._landmarker.locate(image, roi_from_detection(detection))
        for _ in range(LOOKS):
            before, face = face, self._landmarker.locate(image, roi_from_landmarks(face.points))
        moved = float(np.linalg.norm(face.points - before.points, axis=1).mean()) / max(eye_distance(face.points), 1e-6)
        return face if face.presence >= MIN_PRESENCE and moved <= SETTLED else None


def shifted(face: Detection, by_xy: tuple[int, int]) -> Detection:
    """The same face in an image whose origin lies elsewhere. by_xy: px to add to x and y."""
    offset = np.array(by_xy, np.float32)
    return Detection(face.box_xyxy + np.tile(offset, 2), face.keypoints + offset, face.score)


def _grown(face: Detection, times: int) -> Detection:
    """The same face in an image that is `times` as large; pixel centres are at whole numbers."""

    def grown(points: Points) -> Points:
        return ((points + np.float32(0.5)) * np.float32(times) - np.float32(0.5)).astype(np.float32)

    return Detection(grown(face.box_xyxy), grown(face.keypoints), face.score)


def _shrunk(image: Image, times: int) -> Image:
    """By a whole number, so that every pixel is the mean of as many; the image itself for 1."""
    if times == 1:
        return image
    height, width = image.shape[:2]
    small_wh = max(1, width // times), max(1, height // times)
    whole = image[: small_wh[1] * times, : small_wh[0] * times]  # a last row or column that makes no pixel is no loss
    return np.asarray(cv2.resize(whole, small_wh, interpolation=cv2.INTER_AREA), np.uint8)


def _turned(image: Image, turn: int | None) -> Image:
    return image if turn is None else np.ascontiguousarray(cv2.rotate(image, turn), np.uint8)
