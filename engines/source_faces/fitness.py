"""Whether a face in a photo can be worn, and what about it makes the swap worse than it need be.

Knows one face and its photo; knows nothing of how faces are found.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import numpy as np

from engines.errors import SourcePhotoError
from engines.image.geometry import (
    CHIN,
    FOREHEAD_TOP,
    IMAGE_LEFT_EYE_OUTER,
    IMAGE_RIGHT_EYE_OUTER,
    box_of,
    moved,
)
from engines.source_faces.smile import mouth_of
from engines.types import FaceLandmarks, Image, Points, SourcePhoto

MIN_FACE_PX = 80
MAX_YAW_DEG, MAX_PITCH_DEG = 50.0, 40.0
MAX_CUT_OFF = 0.03
"""Part of the landmarks that may lie outside the picture."""
FINE_FACE_PX = 100
"""Longer side below which a face lacks detail: the portrait of the demo has 109, and looks fine."""
FINE_TURN_DEG = 30.0
"""Beyond it, one side of the face is hardly seen, and is made up from the other."""
LIT, LIT_SHARE = 70.0, 0.05
"""Brightness (0..255) that the lightest part of a well lit face has, whatever its skin, and how much of its box it is:
141 to 246 on four people and six pictures, 71 to 123 at half the light, 28 to 49 at a fifth."""
WIDE_OPEN = 0.5
"""Gap between the lips, of the mouth's width, from which on lips are drawn thin and a chin is long: 2 % of the
compositor's data set have more, people who laugh a quarter."""
KEPT_MARGIN = 0.5
"""Photo kept around the face, as a fraction of its longer side: a 60-megapixel photo need not stay in memory."""

DoubtKind: TypeAlias = Literal["small", "cut", "turned", "dark", "open"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is weak. value: px for small, degrees for turned, a part (0..1) for cut, brightness (0..255) for dark, and
    the gap beside the mouth's width for open."""

    kind: DoubtKind
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class FoundFace:
    """One face of a photo, cut out of it, upright. problem: why it cannot be worn; None when it can."""

    photo: SourcePhoto
    doubts: tuple[Doubt, ...]
    problem: SourcePhotoError | None


def looked_at(image: Image, face: FaceLandmarks, name: str) -> FoundFace:
    """image: in which the face is upright. name: of the photo."""
    return FoundFace(_cut_out(image, face, name), tuple(_doubts(face, image)), _problem(face, image, name))


def face_size(face: FaceLandmarks) -> float:
    """Longer side of the face's box, px."""
    x1, y1, x2, y2 = box_of(face.points)
    return float(max(x2 - x1, y2 - y1))


def head_angles(points: Points) -> tuple[float, float]:
    """(yaw, pitch) in degrees, 0 = straight into the camera, from the mesh's own depth. points: (468, 3) px."""
    across = points[IMAGE_RIGHT_EYE_OUTER] - points[IMAGE_LEFT_EYE_OUTER]
    down = points[CHIN] - points[FOREHEAD_TOP]
    yaw = math.degrees(math.atan2(float(across[2]), float(np.linalg.norm(across[:2]))))
    pitch = math.degrees(math.atan2(float(down[2]), float(np.linalg.norm(down[:2]))))
    return yaw, pitch


def _doubts(face: FaceLandmarks, image: Image) -> list[Doubt]:
    size, cut, turned, light = face_size(face), _cut_off(face, image), _turn(face), _light(face, image)
    width, _, gap = mouth_of(face.points)
    weak: list[tuple[bool, DoubtKind, float]] = [
        (size < FINE_FACE_PX, "small", size),
        (cut > MAX_CUT_OFF, "cut", cut),
        (turned > FINE_TURN_DEG, "turned", turned),
        (light < LIT, "dark", light),
        (gap > WIDE_OPEN * width, "open", float(gap / width)),
    ]
    return [Doubt(kind, value) for is_weak, kind, value in weak if is_weak]


def _problem(face: FaceLandmarks, image: Image, name: str) -> SourcePhotoError | None:
    size, cut_off = face_size(face), _cut_off(face, image)
    if size < MIN_FACE_PX:
        return SourcePhotoError(
            f"the face in {name} is {size:.0f} px large; at least {MIN_FACE_PX} px are needed",
            remedy="use the photo in its full resolution, or one taken from nearer",
        )
    if cut_off > MAX_CUT_OFF:
        return SourcePhotoError(
            f"{cut_off:.0%} of the face in {name} lies outside the picture",
            remedy="use a photo that shows the whole face, from the hairline to the chin",
        )
    yaw, pitch = head_angles(face.points)
    if abs(yaw) > MAX_YAW_DEG or abs(pitch) > MAX_PITCH_DEG:
        return SourcePhotoError(
            f"the face in {name} is turned too far: {abs(yaw):.0f} degrees sideways, {abs(pitch):.0f} up or down",
            remedy=f"use one from the front: within {MAX_YAW_DEG:.0f} degrees sideways, {MAX_PITCH_DEG:.0f} up or down",
        )
    return None


def _cut_off(face: FaceLandmarks, image: Image) -> float:
    """Part of the landmarks outside the picture, 0..1."""
    height, width = image.shape[:2]
    x, y = face.points[:, 0], face.points[:, 1]
    return float(((x < 0) | (y < 0) | (x >= width) | (y >= height)).mean())


def _turn(face: FaceLandmarks) -> float:
    """Degrees, sideways or up or down, whichever is more."""
    return max(abs(angle) for angle in head_angles(face.points))


def _light(face: FaceLandmarks, image: Image) -> float:
    """Brightness of the lightest LIT_SHARE of the face, 0..255."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = np.clip(box_of(face.points), 0, [width, height, width, height]).astype(int)
    seen = image[y1:y2, x1:x2]
    return float(np.quantile(cv2.cvtColor(seen, cv2.COLOR_BGR2GRAY), 1 - LIT_SHARE)) if seen.size else 0.0


def _cut_out(image: Image, face: FaceLandmarks, name: str) -> SourcePhoto:
    x1, y1, x2, y2 = box_of(face.points)
    margin = KEPT_MARGIN * max(x2 - x1, y2 - y1)
    left, top = max(0, int(x1 - margin)), max(0, int(y1 - margin))
    cut = image[top : int(y2 + margin) + 1, left : int(x2 + margin) + 1].copy()
    return SourcePhoto(name, cut, moved(face, np.array([[1.0, 0.0, -left], [0.0, 1.0, -top]])))
