"""Faces too small for a detector in the whole picture: looked for from nearer, square by square.

A detector sees every picture as large as its input, and faces of less than a twentieth of it hardly. What it sees in a
square counts only if it sees it again from nearer still, as it is and mirrored: of patterns, every square shows many.

Knows a detector, pictures and their parts; knows no time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engines.geometry import SAME_FACE_IOU, iou, size_of
from engines.types import Detection, FaceDetector, Image, Points
from realtime.edge_search import moved

LEVELS = 3
"""Squares of a half, a quarter and an eighth of the longer edge: faces down to 0.6 % of it."""
LEAST_EDGE_PX = 256
"""Of a square; smaller ones hold no more than a detector sees."""
OVERLAP = 1 / 4
"""Of a square's edge: larger faces are whole in a square of the level above."""
NEARER = 4.0
"""The second look: so many sizes of the face across."""
SURE = 0.77
"""Least score at the second look. 51 faces of 14 to 160 px had 0.85 and more, patterns that landmarks took for faces
(animals, stars, cloth) up to 0.69 (`../shared/media`, `../shared/field-cases`, scikit-image's pictures)."""
COARSE = 1 / 16
"""Of a picture's longer edge: of smaller faces, boxes are off by a quarter, and landmarks do not find them there."""


@dataclass(frozen=True, slots=True)
class Square:
    """A part of a picture. left, top, edge: px; where the picture is narrower, the part is too."""

    left: int
    top: int
    edge: int

    def of(self, image: Image) -> Image:
        """The pixels, not copied."""
        return image[self.top : self.top + self.edge, self.left : self.left + self.edge]


def squares_of(size_wh: tuple[int, int]) -> list[Square]:
    """What is to be looked at of a picture of this size, large squares first; none of a small one."""
    edges = (round(max(size_wh) / 2**level) for level in range(1, LEVELS + 1))
    width, height = size_wh
    return [
        Square(left, top, edge)
        for edge in edges
        if edge >= LEAST_EDGE_PX
        for top in _begins(height, edge)
        for left in _begins(width, edge)
    ]


def detect_near(detector: FaceDetector, image: Image, square: Square) -> list[Detection]:
    """What may be a face that is whole in a square, in px of `image`."""
    part = square.of(image)
    found = (moved(face, (square.left, square.top)) for face in detector.detect(part))
    low = np.array([square.left, square.top])
    high = low + np.array([part.shape[1], part.shape[0]])
    open_low = np.where(low == 0, -np.inf, low)  # the picture's own edges cut off what they cut off
    open_high = np.where(high == (image.shape[1], image.shape[0]), np.inf, high)
    return [f for f in found if (f.box_xyxy[:2] > open_low).all() and (f.box_xyxy[2:] < open_high).all()]


def from_nearer(detector: FaceDetector, image: Image, found: Detection) -> Detection | None:
    """The same face at a second look, with a better place; None if it is none, as it is or mirrored."""
    size = size_of(found.box_xyxy)
    edge, middle = max(2, round(NEARER * size)), (found.box_xyxy[:2] + found.box_xyxy[2:]) / 2
    part = np.asarray(cv2.getRectSubPix(image, (edge, edge), (float(middle[0]), float(middle[1]))), np.uint8)
    low, high = (edge - size) / 2, (edge + size) / 2
    place = np.array([low, low, high, high], np.float32)
    mirrored = _best_at(place, detector.detect(np.ascontiguousarray(part[:, ::-1])))
    seen = _best_at(place, detector.detect(part))
    if seen is None or mirrored is None or min(seen.score, mirrored.score) < SURE:
        return None
    return moved(seen, [*(middle - (edge - 1) / 2)])


class SureOfSmall:
    """A detector whose small faces were seen from nearer, too: of turned pictures, few show anybody."""

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector

    def detect(self, image: Image) -> list[Detection]:
        """As the detector's own, less what is none from nearer."""
        size_wh = image.shape[1], image.shape[0]
        found = self._detector.detect(image)
        seen = (from_nearer(self._detector, image, f) if is_coarse(f, size_wh) else f for f in found)
        return [face for face in seen if face is not None]


def is_coarse(found: Detection, size_wh: tuple[int, int]) -> bool:
    """Whether a face is so small in a picture of this size that its place is only about known."""
    return size_of(found.box_xyxy) < COARSE * max(size_wh)


def _best_at(place: Points, found: Sequence[Detection]) -> Detection | None:
    """What has the highest score of what lies in a place."""
    here = [face for face in found if iou(face.box_xyxy, place[np.newaxis])[0] > SAME_FACE_IOU]
    return max(here, key=lambda face: face.score, default=None)


def _begins(length: int, edge: int) -> list[int]:
    """Where squares begin along a side of a picture, so that any two that are neighbours overlap by OVERLAP. px."""
    if length <= edge:
        return [0]
    count = math.ceil((length - edge) / (edge * (1 - OVERLAP))) + 1
    return [round(at) for at in np.linspace(0, length - edge, count)]
