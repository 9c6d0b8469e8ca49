"""The target's light on the source's skin, coarsely: on a grid of 24 x 24, a ratio of two blurred pictures.

Features have no say, since brows and lips are no light. It is what the compositor starts from, and alone it is already
a swap. Knows two pictures of one square; knows no face. `models/training` has the same in torch.
"""

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.image.image_ops import Field, soft

GRID = 24
SIGMA = 1.6
"""Cells of the grid."""
LIMITS = 0.2, 5.0
DARK, LITTLE = 0.004, 0.02
"""Brightness (0..1) that keeps ratios of two near-blacks quiet, and the weight that the mean ratio has everywhere."""


def light_ratio(target: Field, texture: Field, skin: Field) -> Field:
    """(S, S, 3): what each place of `texture` is multiplied with.

    target, texture: (S, S, 3) 0..1. skin: (S, S) 0..1, where both are seen and neither shows a feature.
    """
    cells = np.empty((GRID, GRID, 7), np.float32)
    _into_cells(target, texture, skin, cells)
    blurred = soft(cells, SIGMA)
    here, there, amount = blurred[..., :3], blurred[..., 3:6], float(blurred[..., 6].mean())
    mean = (here.sum(axis=(0, 1)) + np.float32(0.02)) / (there.sum(axis=(0, 1)) + np.float32(0.02))
    ratio = (here + LITTLE * mean * amount + DARK * mean) / (there + LITTLE * amount + DARK)
    ratio = np.clip(ratio, *LIMITS).astype(np.float32)
    return np.asarray(cv2.resize(ratio, skin.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def _into_cells(target: Field, texture: Field, skin: Field, cells: NDArray[np.float32]) -> None:
    """Means within each cell, of both pictures where they are skin, and of how much of it is. Cells overlap by a px."""
    edge, count = skin.shape[0], cells.shape[0]
    total = np.empty(7, np.float32)
    for i in range(count):
        top, bottom = i * edge // count, -(-(i + 1) * edge // count)
        for j in range(count):
            left, right = j * edge // count, -(-(j + 1) * edge // count)
            total[:] = 0
            for row in range(top, bottom):
                for column in range(left, right):
                    weight = skin[row, column]
                    for c in range(3):
                        total[c] += weight * target[row, column, c]
                        total[3 + c] += weight * texture[row, column, c]
                    total[6] += weight
            for c in range(7):
                cells[i, j, c] = total[c] / np.float32((bottom - top) * (right - left))
