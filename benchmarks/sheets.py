"""Pictures for contact sheets.

Knows faces in pictures; knows nothing of what is compared.
"""

import cv2
import numpy as np

from engines.types import FaceLandmarks, Image

TILE_PX = 220


def tile(image: Image, face: FaceLandmarks) -> Image:
    """The face with some surroundings, TILE_PX square."""
    low, high = face.points[:, :2].min(axis=0), face.points[:, :2].max(axis=0)
    centre, reach = (low + high) / 2, 0.75 * float((high - low).max())
    scale = TILE_PX / (2 * reach)
    affine = np.array([[scale, 0, TILE_PX / 2 - centre[0] * scale], [0, scale, TILE_PX / 2 - centre[1] * scale]])
    return np.asarray(cv2.warpAffine(image, affine, (TILE_PX, TILE_PX), flags=cv2.INTER_AREA), np.uint8)
