"""The visible mark on a swapped picture: a small "AI" tag in the bottom right corner.

Knows how the tag looks; `realtime.stream.privacy` knows which pictures carry it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Image

TEXT = "AI"
HEIGHT_SHARE = 0.05
"""Of the frame's shorter edge: 36 px at 720p."""
MIN_HEIGHT_PX = 22
"""Below this the letters cannot be read."""
PLATE_OPACITY, TEXT_OPACITY = 0.5, 0.95
FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag ready to be blended: picture * keep + ink, in 8-bit fixed point."""

    keep: NDArray[np.uint16]  # (h, w, 1), 0..256
    ink: NDArray[np.uint16]  # (h, w, 1), white letters times their opacity times 256
    margin: int  # px from the frame's edges


class Badge:
    """Stamps the tag. It is drawn once per frame size, and touches no pixel outside its rectangle."""

    def __init__(self) -> None:
        self._tag_size_wh = (0, 0)
        self._tag: _Tag | None = None

    def stamp(self, canvas: Image) -> None:
        """Blend the tag into `canvas`, in place; a frame smaller than the tag gets as much of it as fits."""
        height, width = canvas.shape[:2]
        if self._tag is None or self._tag_size_wh != (width, height):
            self._tag, self._tag_size_wh = _draw_tag(min(width, height)), (width, height)
        tag_height, tag_width = self._tag.keep.shape[:2]
        bottom, right = max(0, height - self._tag.margin), max(0, width - self._tag.margin)
        corner = canvas[max(0, bottom - tag_height) : bottom, max(0, right - tag_width) : right]
        rows, columns = corner.shape[:2]
        corner[:] = (corner * self._tag.keep[:rows, :columns] + self._tag.ink[:rows, :columns]) >> 8


def _draw_tag(shorter_edge: int) -> _Tag:
    height = max(MIN_HEIGHT_PX, round(shorter_edge * HEIGHT_SHARE))
    thickness = max(1, round(height / 14))
    scale = cv2.getFontScaleFromHeight(FONT, round(height * 0.55), thickness)
    (text_width, text_height), _ = cv2.getTextSize(TEXT, FONT, scale, thickness)
    width = text_width + height // 2
    letters = np.zeros((height, width), np.uint8)
    origin = ((width - text_width) // 2, (height + text_height) // 2)
    cv2.putText(letters, TEXT, origin, FONT, scale, 255, thickness, cv2.LINE_AA)
    text_share = letters[..., np.newaxis] / 255 * TEXT_OPACITY
    keep = (1 - PLATE_OPACITY) * (1 - text_share)
    return _Tag(
        keep=np.round(keep * 256).astype(np.uint16),
        ink=np.round(text_share * 255 * 256).astype(np.uint16),
        margin=height // 3,
    )
