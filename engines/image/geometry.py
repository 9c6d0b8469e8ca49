"""Where things are: boxes, rotated squares, and the affine maps between an image and a model's crop. Pure functions.

Knows coordinates; knows no model and reads pixels only to resample them.
"""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Affine, Detection, FaceLandmarks, Image, Points, Roi

# Landmarks of the 468-point mesh that other modules name.
IMAGE_LEFT_EYE_OUTER, IMAGE_RIGHT_EYE_OUTER = 33, 263
NOSE_TIP, CHIN, FOREHEAD_TOP = 1, 152, 10
CORNERS_OF_EYES = np.array([[33, 133], [362, 263]])
"""Of the left one in the image, then of the right one."""

ROI_MARGIN = 1.5
"""Edge of the landmark model's square / longest side of the face's box: the margin the model was trained with."""


def roi_to_crop(roi: Roi, crop_size: int) -> Affine:
    """Map that takes `roi`'s square to a crop of crop_size x crop_size px, x axis along the square's angle."""
    scale = crop_size / roi.size
    cos, sin = math.cos(roi.angle) * scale, math.sin(roi.angle) * scale
    linear = np.array([[cos, sin], [-sin, cos]])
    offset = crop_size / 2 - linear @ np.asarray(roi.centre_xy)
    return np.column_stack([linear, offset])


def invert_affine(affine: Affine) -> Affine:
    """The map back. affine: (2, 3)."""
    linear = np.linalg.inv(affine[:, :2])
    return np.column_stack([linear, -linear @ affine[:, 2]])


def transform_points(points: Points, affine: Affine) -> Points:
    """Apply `affine` to x and y; a third column (z) is scaled by the map's mean scale. Returns a new array."""
    moved = np.empty_like(points)
    moved[:, :2] = points[:, :2] @ affine[:, :2].T + affine[:, 2]
    if points.shape[1] == 3:
        moved[:, 2] = points[:, 2] * math.sqrt(abs(np.linalg.det(affine[:, :2])))
    return moved


def moved(face: FaceLandmarks, affine: Affine) -> FaceLandmarks:
    """The same face, and the hands near it, in the picture that `affine` leads to."""
    hands = tuple(replace(hand, points=transform_points(hand.points, affine)) for hand in face.hands)
    irises = None if face.irises is None else transform_points(face.irises, affine)
    return replace(face, points=transform_points(face.points, affine), irises=irises, hands=hands)


def warp_crop(image: Image, affine: Affine, size: int) -> Image:
    """The size x size crop that `affine` selects, bilinear; beyond the image's edge its border is continued."""
    return cv2.warpAffine(  # type: ignore[return-value]
        image, affine, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def letterbox(image: Image, size: int) -> tuple[Image, float, tuple[int, int]]:
    """Fit `image` into a black square of `size` px.

    Returns the square, the scale (square px per image px) and the picture's offset (x, y) in the square.
    """
    height, width = image.shape[:2]
    scale = size / max(height, width)
    fitted_wh = max(1, round(width * scale)), max(1, round(height * scale))
    shrinking = scale < 0.5  # bilinear skips pixels there
    fitted = cv2.resize(image, fitted_wh, interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
    x, y = (size - fitted_wh[0]) // 2, (size - fitted_wh[1]) // 2
    square = np.zeros((size, size, 3), np.uint8)
    square[y : y + fitted_wh[1], x : x + fitted_wh[0]] = fitted
    return square, scale, (x, y)


def fit_into(image: Image, size_wh: tuple[int, int], *, stretch: float = 1.0) -> Image:
    """`image` in a frame of this size: itself if it has its shape, else scaled, with black bars where it does not fill.

    stretch: how much wider the pixels of `image` are than those of the frame, with their heights the same.
    """
    height, width = image.shape[:2]
    if (width, height) == size_wh and stretch == 1:
        return image
    inner_wh = fitted_size((width * stretch, height), size_wh)
    scale = min(inner_wh[0] / width, inner_wh[1] / height)
    inner = cv2.resize(image, inner_wh, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if inner_wh == size_wh:
        return np.asarray(inner, np.uint8)
    frame = np.zeros((size_wh[1], size_wh[0], *image.shape[2:]), np.uint8)
    x, y = (size_wh[0] - inner_wh[0]) // 2, (size_wh[1] - inner_wh[1]) // 2
    frame[y : y + inner_wh[1], x : x + inner_wh[0]] = inner
    return frame


def fitted_size(shape_wh: tuple[float, float], box_wh: tuple[int, int]) -> tuple[int, int]:
    """Width and height, px, of the largest picture of this shape that fits into the box."""
    scale = min(box_wh[0] / shape_wh[0], box_wh[1] / shape_wh[1])
    return max(1, round(shape_wh[0] * scale)), max(1, round(shape_wh[1] * scale))


def shrunk_to(image: Image, most_pixels: int) -> Image:
    """`image`, made smaller in its own proportions where it has more than `most_pixels`."""
    height, width = image.shape[:2]
    scale = (most_pixels / (width * height)) ** 0.5
    if scale >= 1:
        return image
    size_wh = max(1, int(width * scale)), max(1, int(height * scale))
    return np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def roi_from_detection(face: Detection) -> Roi:
    """The landmark model's square for a detected face: levelled by the eyes, centred on the box."""
    eyes = face.keypoints[1] - face.keypoints[0]
    centre = (face.box_xyxy[:2] + face.box_xyxy[2:]) / 2
    edge = size_of(face.box_xyxy)
    return Roi((float(centre[0]), float(centre[1])), edge * ROI_MARGIN, math.atan2(float(eyes[1]), float(eyes[0])))


def roi_from_landmarks(points: Points, margin: float = ROI_MARGIN) -> Roi:
    """The square around a face whose landmarks are known, upright by the eyes. points: (468, 2 or 3) px.

    margin: its edge / longest side of the face; unless told, what the next look at the face takes.
    """
    eyes = points[IMAGE_RIGHT_EYE_OUTER, :2] - points[IMAGE_LEFT_EYE_OUTER, :2]
    angle = math.atan2(float(eyes[1]), float(eyes[0]))
    centre, edge = turned_box(points, angle)
    return Roi((float(centre[0]), float(centre[1])), edge * margin, angle)


def turned_box(points: Points, angle: float) -> tuple[NDArray[np.float64], float]:
    """Middle, (2,) px, and longer side of the box around points whose sides are turned by `angle`, radians."""
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])
    level = points[:, :2] @ turn.astype(np.float32)
    low, high = level.min(axis=0), level.max(axis=0)
    return turn @ ((low + high) / 2), float((high - low).max())


def box_of(points: Points) -> Points:
    """(4,) float32: the upright box x1, y1, x2, y2 around points, px."""
    across, down = points[:, 0], points[:, 1]  # a column at a time: four times as fast as both at once
    return np.array([across.min(), down.min(), across.max(), down.max()], points.dtype)


def eye_distance(points: Points) -> float:
    """Distance of the outer eye corners, px: the unit in which landmark errors are given."""
    return float(np.linalg.norm(points[IMAGE_RIGHT_EYE_OUTER, :2] - points[IMAGE_LEFT_EYE_OUTER, :2]))


def top_left_letterbox(image: Image, size: int) -> tuple[Image, float]:
    """Fit `image` into the top left corner of a black square of `size` px, as insightface does.

    Returns the square and the scale (square px per image px).
    """
    height, width = image.shape[:2]
    if height > width:
        fitted_wh = max(1, int(size / (height / width))), size
    else:
        fitted_wh = size, max(1, int(size * (height / width)))
    square = np.zeros((size, size, 3), np.uint8)
    square[: fitted_wh[1], : fitted_wh[0]] = cv2.resize(image, fitted_wh)
    return square, fitted_wh[1] / height


def suppress_overlapping(boxes: Points, scores: NDArray[np.float32], threshold: float) -> NDArray[np.intp]:
    """Indices of the boxes to keep, best first: each one that no better one overlaps by more than `threshold` (IoU).

    boxes: (N, 4) px. scores: (N,).
    """
    kept: list[int] = []
    left = np.argsort(-scores, kind="stable")
    while left.size:
        best, others = left[0], left[1:]
        kept.append(int(best))
        left = others[iou(boxes[best], boxes[others]) <= threshold]
    return np.array(kept, np.intp)


SAME_FACE_IOU = 0.3
"""Of two boxes that were found in one picture: they are one face."""


def size_of(box_xyxy: Points) -> float:
    """Longer side of a box, px."""
    return float((box_xyxy[2:] - box_xyxy[:2]).max())


def shared_area(box: Points, boxes: Points) -> NDArray[np.float32]:
    """What one box (4,) has in common with each of boxes (N, 4). Returns (N,)."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=1))


def iou(box: Points, boxes: Points) -> NDArray[np.float32]:
    """Intersection over union of one box (4,) with each of boxes (N, 4). Returns (N,)."""
    shared = shared_area(box, boxes)
    area = float(np.prod(box[2:] - box[:2]))
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return np.asarray(shared / np.maximum(area + areas - shared, 1e-9), np.float32)


def matched(boxes: Points, others: Points, *, least_iou: float) -> dict[int, int]:
    """Which of `others` each of `boxes` is, number by number; one each, the best fits first. Both (N, 4) px."""
    pairs = [(float(fit), n, m) for n, box in enumerate(boxes) for m, fit in enumerate(iou(box, others))]
    found: dict[int, int] = {}
    for fit, one, other in sorted(pairs, key=lambda pair: -pair[0]):
        if fit > least_iou and one not in found and other not in found.values():
            found[one] = other
    return found


def overlap(box: Points, other: Points) -> bool:
    """Whether two boxes, (4,), have anything in common."""
    return bool((np.maximum(box[:2], other[:2]) < np.minimum(box[2:], other[2:])).all())


def distance_to(points: Points, landmarks: NDArray[np.int32]) -> NDArray[np.float32]:
    """(N,) distance of each point to the nearest of the points that `landmarks` names. points: (N, D)."""
    apart = points[:, np.newaxis] - points[landmarks]
    return np.asarray(np.sqrt((apart * apart).sum(axis=2).min(axis=1)), np.float32)


def nearness(points: Points, sigma: float) -> NDArray[np.float32]:
    """(N, N): Gaussian of the distance of each point to each other. points: (N, D); sigma in their unit.

    0 where it is less than 1e-12, which changes no sum in single precision: processors take a hundred times as long for
    numbers below 1e-38, and for products that are.
    """
    apart = points[:, np.newaxis] - points[np.newaxis]
    near = np.exp(-(apart * apart).sum(axis=2) / (2 * sigma**2))
    return np.asarray(np.where(near < 1e-12, 0, near), np.float32)


def smoothstep(value: NDArray[np.float32] | np.float32, low: float, high: float) -> NDArray[np.float32]:
    """0 below `low`, 1 above `high`, smooth between (Hermite)."""
    t = np.clip((value - low) / (high - low), 0, 1).astype(np.float32)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
