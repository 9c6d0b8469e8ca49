"""Values over a picture: brightness in logarithms, where light is a sum, means of what is near, and filled outlines.

Knows arrays; knows no face.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Image, Points

LUMA = np.array([0.114, 0.587, 0.299], np.float32)
"""BT.601 luma of BGR."""
BLACK = 8.0
"""Added before logarithms (0..255): near black there is noise, not colour."""

FINE_BITS = 4
"""Outlines are drawn to a sixteenth of a pixel."""

Field = NDArray[np.float32]
"""(H, W) or (H, W, 3) float32."""


def in_logarithms(image: Image) -> Field:
    """(H, W, 3): differences are ratios, 0.1 about a tenth."""
    return np.asarray(np.log(image.astype(np.float32) + BLACK), np.float32)


def brightness_and_hue(colours: Field) -> tuple[Field, Field]:
    """(H, W) each, of differences in logarithms: in brightness, and beside that in the channel that differs most."""
    brightness = np.asarray(colours @ LUMA, np.float32)
    return brightness, np.asarray(np.abs(colours - brightness[..., np.newaxis]).max(axis=2), np.float32)


def soft(field: NDArray[Any], sigma: float) -> Field:
    """Blurred. sigma: px."""
    return np.asarray(cv2.GaussianBlur(np.asarray(field, np.float32), (0, 0), sigma), np.float32)


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


def snapped(mask: Field, guide: Field, reach: int, flat: float) -> Field:
    """(H, W) 0..1: a mask whose outline moves to where the guide has edges near by.

    A guided filter (He, Sun and Tang 2010). mask, guide: (H, W). reach: px. flat: contrast of the guide, in its unit,
    below which there is no edge.
    """

    def mean(values: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, (2 * reach + 1, 2 * reach + 1)), np.float32)

    guides, masks = mean(guide), mean(mask)
    slope = (mean(guide * mask) - guides * masks) / (mean(guide * guide) - guides * guides + np.float32(flat * flat))
    return np.asarray(np.clip(mean(slope) * guide + mean(masks - slope * guides), 0, 1), np.float32)


def parts_at(parts: NDArray[Any], where: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """(count,): which of the connected parts, as OpenCV numbers them, are anywhere in `where`; 0 is no part."""
    found = np.zeros(count, np.bool_)
    found[parts[where]] = True
    found[0] = False
    return found
