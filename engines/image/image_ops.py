"""Values over a picture: blurred, averaged over what is near, and filled outlines.

Knows arrays; knows no face.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Points

LUMA = np.array([0.114, 0.587, 0.299], np.float32)
"""BT.601 luma of BGR."""
FINE_BITS = 4
"""Outlines are drawn to a sixteenth of a pixel."""

Field = NDArray[np.float32]
"""(H, W) or (H, W, 3) float32."""


def soft(field: NDArray[Any], sigma: float) -> Field:
    """Blurred. sigma: px."""
    return np.asarray(cv2.GaussianBlur(np.asarray(field, np.float32), (0, 0), sigma), np.float32)


def resized(field: Field, size_wh: tuple[int, int]) -> Field:
    """Averaged where it becomes smaller, bicubic where it becomes larger. size_wh: px."""
    how = cv2.INTER_AREA if size_wh[0] < field.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.asarray(field, np.float32), size_wh, interpolation=how), np.float32)


def mean_nearby(values: Field, counts: Field, sigma: float) -> tuple[Field, Field]:
    """At each place the mean of what counts near it (normalised convolution), and how much counts there, (H, W).

    counts: (H, W) 0..1. sigma: px.
    """
    near = soft(counts, sigma)
    count, total = (counts, near) if values.ndim == 2 else (counts[..., np.newaxis], near[..., np.newaxis])
    return np.asarray(soft(values * count, sigma) / (total + 1e-6), np.float32), near


def fill_outlines(mask: NDArray[np.uint8], outlines: Sequence[Points]) -> None:
    """Set what lies within to 255, with soft edges; within two of them it stays (even-odd).

    mask: (H, W), written in place. outlines: (N, 2) px each.
    """
    cv2.fillPoly(mask, [in_sixteenths(line) for line in outlines], (255.0,), cv2.LINE_AA, FINE_BITS)


def in_sixteenths(points: Points) -> NDArray[np.int32]:
    """Points as OpenCV draws them with FINE_BITS bits behind the point."""
    return np.round(points * (1 << FINE_BITS)).astype(np.int32)
