"""The square of a face in which the compositor sees and decides: 128 px, upright by the eyes, the whole face with room.

Knows where it lies and how a picture is brought into it; knows nothing of what the network makes of it.
"""

import math

import cv2
import numpy as np

from engines.image.geometry import invert_affine, roi_from_landmarks, roi_to_crop, transform_points
from engines.types import Affine, Image, Points

SQUARE_PX = 128
ROOM = 1.36
"""Edge of the square / longest side of the face: the network was trained with it (models/training)."""


def face_square(points: Points) -> Affine:
    """The map from px of a picture to px of a face's square. points: (468, 2 or 3) px."""
    return roi_to_crop(roi_from_landmarks(points, ROOM), SQUARE_PX)


def scale_of(affine: Affine) -> float:
    """Square px for one px of the picture."""
    return math.sqrt(abs(float(np.linalg.det(affine[:, :2]))))


def shifted(affine: Affine, corner: Points) -> Affine:
    """The map from px of a rectangle of the picture. corner: (2,) px, its left and top."""
    return np.column_stack([affine[:, :2], affine[:, :2] @ corner + affine[:, 2]])


def surroundings(points: Points, affine: Affine, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """Rows and columns of a picture that hold a face and its square; None for a face beyond its edge.

    affine: see `face_square`.
    """
    last = SQUARE_PX - 1.0
    square = np.array([[0, 0], [last, 0], [last, last], [0, last]], np.float32)
    corners = transform_points(square, invert_affine(affine))
    return rectangle(np.concatenate([corners, points[:, :2]]), shape, 0)


def rectangle(points: Points, shape: tuple[int, ...], margin: int) -> tuple[slice, slice] | None:
    """Rows and columns of a picture that hold points, px; None when there are none. shape: of the picture."""
    (left, top), (right, bottom) = points[:, :2].min(axis=0) - margin, points[:, :2].max(axis=0) + margin + 1
    rows = slice(max(0, int(top)), min(shape[0], math.ceil(bottom)))
    columns = slice(max(0, int(left)), min(shape[1], math.ceil(right)))
    return (rows, columns) if rows.stop - rows.start > 1 and columns.stop - columns.start > 1 else None


def shrunk(image: Image, affine: Affine) -> tuple[Image, Affine]:
    """A picture hardly larger than its square needs, its pixels averaged; and the map from its px to the square's.

    Averaged by a whole number of pixels, which is what OpenCV does quickly. A small picture comes back as it is.
    """
    factor = int(1 / scale_of(affine))
    height, width = (edge // factor for edge in image.shape[:2]) if factor > 1 else (0, 0)
    if min(height, width) < 2:
        return image, affine
    whole = image[: height * factor, : width * factor]
    small = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    # Pixel centres are at whole numbers, so scaling about the picture's corner moves them by half a pixel.
    offset = affine[:, 2] + affine[:, :2].sum(axis=1) * (factor - 1) / 2
    return small, np.column_stack([affine[:, :2] * factor, offset])


def in_square(picture: Image, affine: Affine) -> Image:
    """(S, S, 3): a face in its square, bilinear. picture: see `shrunk`. affine: its px -> square px."""
    size = (SQUARE_PX, SQUARE_PX)
    seen = cv2.warpAffine(picture, affine, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8)
