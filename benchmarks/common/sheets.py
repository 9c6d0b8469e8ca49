"""Pictures for contact sheets.

Knows faces in pictures; knows nothing of what is compared.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from engines.types import FaceLandmarks, Image

TILE_PX = 220


def tile(image: Image, face: FaceLandmarks, edge: int = TILE_PX, around: float = 0.75) -> Image:
    """The face with some surroundings, `edge` px square. around: half of what is shown, in heights of the face."""
    low, high = face.points[:, :2].min(axis=0), face.points[:, :2].max(axis=0)
    centre, reach = (low + high) / 2, around * float((high - low).max())
    scale = edge / (2 * reach)
    affine = np.array([[scale, 0, edge / 2 - centre[0] * scale], [0, scale, edge / 2 - centre[1] * scale]])
    return np.asarray(cv2.warpAffine(image, affine, (edge, edge), flags=cv2.INTER_AREA), np.uint8)


def in_rows(tiles: Sequence[Image], across: int) -> Image:
    """Tiles of one size beside and below each other; black where the last row has none."""
    short = -len(tiles) % across
    filled = [*tiles, *[np.zeros_like(tiles[0])] * short]
    return np.vstack([np.hstack(filled[at : at + across]) for at in range(0, len(filled), across)])
