"""What a picture was before it became 8-bit sRGB on a plain ground: for outputs that can hold more.

Knows arrays of one size; colours.py knows profiles, and how a picture is made whole again.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Image

Number = TypeVar("Number", np.uint8, np.float32)

WHITE, BLACK, OPAQUE = 255, 0, 255
MARK_OPACITY = 4
"""A mark on what is transparent is as opaque as it changes the ground behind it, so many times over."""


@dataclass(frozen=True, slots=True)
class Original:
    """ground: on what it was laid where it is transparent, as players show it: photos on WHITE, videos on BLACK."""

    seen: Image  # (H, W, 3) uint8 BGR, what became `Frame.image`, before anything was painted
    pixels: Image  # (H, W, 3) uint8 BGR in the colours of `profile`, straight (not multiplied by alpha)
    profile: bytes | None  # an ICC profile, None for sRGB, or for the colours of the video that it is of
    alpha: NDArray[np.uint8] | None  # (H, W) uint8, None where all is opaque
    ground: int = WHITE

    def with_mark(self, before: Image, after: Image) -> "Original":
        """The same, no longer transparent where a mark was drawn on the picture: or nobody would see it."""
        if self.alpha is None:
            return self
        change = cv2.absdiff(before, after).max(axis=2)
        return replace(self, alpha=np.maximum(self.alpha, cv2.convertScaleAbs(change, alpha=MARK_OPACITY)))

    def resized(self, size_wh: tuple[int, int]) -> "Original":
        """Of a picture that is made larger or smaller by `resized`; colours that hide do not bleed into others."""
        if self.seen.shape[1::-1] == size_wh:
            return self
        seen = resized(self.seen, size_wh)
        if self.alpha is None:
            return replace(self, seen=seen, pixels=resized(self.pixels, size_wh))
        alpha = resized(self.alpha, size_wh)
        weights = self.alpha[:, :, np.newaxis].astype(np.float32) / OPAQUE
        weighted = resized(np.asarray(self.pixels * weights, np.float32), size_wh)
        straight = weighted * (OPAQUE / np.maximum(alpha, 1).astype(np.float32))[:, :, np.newaxis]
        pixels = np.clip(np.rint(straight), 0, OPAQUE).astype(np.uint8)
        return replace(self, seen=seen, pixels=pixels, alpha=alpha)


def on_ground(straight: Image, alpha: NDArray[np.uint8], ground: int) -> Image:
    """A picture as it is seen on plain grey. straight: (H, W, 3). alpha: (H, W)."""
    share = alpha[:, :, np.newaxis].astype(np.uint16)
    return np.asarray((straight * share + ground * (OPAQUE - share) + OPAQUE // 2) // OPAQUE, np.uint8)


def resized(image: NDArray[Number], size_wh: tuple[int, int]) -> NDArray[Number]:
    """(H, W) or (H, W, 3) in another size, px; the same object where it has it."""
    height, width = image.shape[:2]
    if (width, height) == size_wh:
        return image
    shrinks = size_wh[0] * size_wh[1] < width * height
    made = cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    return np.asarray(made, image.dtype)
