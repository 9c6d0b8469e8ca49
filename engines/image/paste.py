"""A crop back into the picture it was cut from: only its own rectangle is read and written.

Knows pixels and one similarity; knows nothing of faces. OpenCV's warp (vectorised, on all cores) and one
compiled blend; insightface's three full-frame warps for the same job cost 38 ms at 1280x720 (shared/peers.md).
"""

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.image.geometry import invert_affine, transform_points
from engines.types import Affine, Image

OpaqueCrop = NDArray[np.float32]
"""(S, S, 4) float32: B, G, R of 0..255 and opacity 0..1."""


def paste(canvas: Image, crop: OpaqueCrop, affine: Affine) -> None:
    """Blend `crop` into `canvas`, in place, where its opacity is above 0.

    canvas: (H, W, 3) uint8. affine: canvas px -> crop px, as it was cut out. The opacity must be 0 on the crop's edge:
    beyond it is nothing to blend with.
    """
    x1, y1, x2, y2 = paste_box(affine, crop.shape[0], (canvas.shape[1], canvas.shape[0]))
    if x1 >= x2 or y1 >= y2:
        return
    back = invert_affine(affine)
    back[:, 2] -= x1, y1
    placed = cv2.warpAffine(crop, back, (x2 - x1, y2 - y1), flags=cv2.INTER_LINEAR)
    _blend(canvas[y1:y2, x1:x2], np.asarray(placed, np.float32))


def paste_box(affine: Affine, size: int, frame_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """Smallest rectangle (x1, y1, x2, y2 px, end exclusive, clipped) that holds what a crop of `size` px covers."""
    last = size - 1.0
    corners = np.array([[0, 0], [last, 0], [0, last], [last, last]], np.float32)
    placed = transform_points(corners, invert_affine(affine))
    (x1, y1), (x2, y2) = np.floor(placed.min(axis=0)), np.ceil(placed.max(axis=0)) + 1
    return max(0, int(x1)), max(0, int(y1)), min(frame_wh[0], int(x2)), min(frame_wh[1], int(y2))


@njit(cache=True, nogil=True)
def _blend(canvas: Image, over: OpaqueCrop) -> None:
    """canvas: (h, w, 3), written in place. over: (h, w, 4)."""
    for y in range(canvas.shape[0]):
        for x in range(canvas.shape[1]):
            opacity = over[y, x, 3]
            for n in range(3):
                under = np.float32(canvas[y, x, n])
                canvas[y, x, n] = np.uint8(under + (over[y, x, n] - under) * opacity + np.float32(0.5))
