"""What lies in front of the wearer's face: hair, a microphone, a cup. It is not painted over.

The frame is read at a few thousand places of the face laid flat. Where the colour is far from that of the skin around,
farther than a brow or a lip explains, and from where the outline can be reached without crossing skin, something has
come from outside; and so has all that hangs together with it and is of its colour (growth.py). A hand is skin too: see
hand_cover.py.

Knows one frame, nothing of the frames before; knows no source.
"""

from typing import Any

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import distance_to
from engines.swappers.atlas import Layout
from engines.swappers.fields import BLACK, Field, parts_at
from engines.swappers.growth import grown
from engines.swappers.reddening import evened
from engines.swappers.tones import brightness_of, hue_of
from engines.types import Image, Points

UNIT = 48
"""px between the outer eye corners: 9000 places, 2 mm apart."""
FEATURE_MARGIN = 0.08
BORDER = 0.12
"""How near to the outline something must come to count as reaching it."""

# Natural logarithms of a place's colour beside the skin's: where it begins to count as no skin, and where it is none.
DARKER, OTHER_HUE = (0.69, 1.05), (0.16, 0.28)
"""Hue: of the channel that differs most, beside its brightness."""
BRIGHTER, SHADED, SOME_HUE = (0.18, 0.36), (0.3, 0.5), (0.08, 0.16)
"""What is a little brighter, or a little darker, must be of some other hue too: lit and shaded skin is not."""
DARKER_THAN_LIPS, BLUER_THAN_LIPS = (0.8, 1.2), (0.35, 0.55)
"""Lips are darker than skin, and as red as one likes."""
NOWHERE, ON_SKIN, ON_MOUTH, ON_BROW = range(4)
"""What may be at a place. Lips and nostrils are dark and red, brows and lashes black; but none of them is bright."""
SMALLEST = 12
"""Places; fewer are noise."""
MOST = 0.35
"""Of the face. More is light that is not understood, and the face is painted whole: nobody is unmasked by a shadow."""


class Occlusion:
    """Finds what covers a face. Holds only tables, so one serves all."""

    def __init__(self) -> None:
        self.layout = Layout.of(UNIT)
        self.places = self.layout.places()
        tables = self.places.corners, self.places.shares
        self._tables = tuple(table.reshape(*self.layout.size_hw, 3) for table in tables)
        flat = mesh_topology.laid_flat()
        *brows_and_eyes, lips = mesh_topology.features()
        inside = self.layout.inside()
        self._kind = np.where(inside, ON_SKIN, NOWHERE).astype(np.uint8)
        self._kind[inside & self.layout.mask_of([lips, mesh_topology.NOSTRILS], FEATURE_MARGIN)] = ON_MOUTH
        self._kind[inside & self.layout.mask_of(brows_and_eyes, FEATURE_MARGIN)] = ON_BROW
        near = (distance_to(flat, mesh_topology.face_oval()) < BORDER).astype(np.float32)
        self._border = inside & (self.layout.spread(near) > 0)
        self._is_face = inside.astype(np.uint8)
        self._is_plain = (self._kind == ON_SKIN) & ~self._border
        self._features = self.layout.mask_of([mesh_topology.face_oval()]) & (self._kind != ON_SKIN)

    def seen_in(
        self, canvas: Image, points: Points, light: NDArray[np.float32], known: Field | None = None
    ) -> Field | None:
        """(H, W) of `layout`, 0..1: 1 where something is in front of the face; None when nothing is.

        points: (468, 3) px of the wearer. light: (468, 3) BGR, the skin's colour around each. known: (H, W) 0..1 of
        any size, found in front already: what hangs together with the outline through it alone is not in front.
        """
        shown, skin = _shown_and_expected(canvas, points, light, self._tables)
        tone = evened(np.asarray(np.log(shown) - np.log(skin), np.float32), self._is_plain)
        odd = _oddness(tone, self._kind)
        if known is not None:
            odd *= 1 - cv2.resize(known, odd.shape[::-1], interpolation=cv2.INTER_AREA)
        found = self._from_outside(odd > 0.5)
        if not found.any():
            return None
        found = grown(found, tone, self._features) * self._is_face
        if not 0 < found.sum() <= MOST * np.count_nonzero(self._is_face):
            return None
        around = cv2.dilate(found, np.ones((5, 5), np.uint8))
        return np.asarray(cv2.GaussianBlur(np.maximum(found, around * odd), (0, 0), 0.8), np.float32)

    def _from_outside(self, odd: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """What of it hangs together with the outline."""
        count, parts, stats, _ = cv2.connectedComponentsWithStats(odd.astype(np.uint8), connectivity=8)
        reaching = parts_at(parts, self._border & odd, count) & (stats[:, cv2.CC_STAT_AREA] >= SMALLEST)
        return np.asarray(reaching[parts], np.uint8)


@njit(cache=True, nogil=True)
def _oddness(tone: Field, kind: NDArray[np.uint8]) -> Field:
    """(H, W): 0 where the picture shows what belongs there, 1 where it surely does not. tone: see `grown`."""
    odd = np.zeros(kind.shape, np.float32)
    for row in range(kind.shape[0]):
        for column in range(kind.shape[1]):
            if kind[row, column] == NOWHERE:
                continue
            blue, green, red = tone[row, column]
            bright = brightness_of(blue, green, red)
            hue = hue_of(blue, green, red, bright)
            coloured = _between(hue, SOME_HUE)
            strange = min(_between(bright, BRIGHTER), coloured)
            if kind[row, column] == ON_SKIN:
                shaded = min(_between(-bright, SHADED), coloured)
                strange = max(strange, shaded, _between(-bright, DARKER), _between(hue, OTHER_HUE))
            elif kind[row, column] == ON_MOUTH:
                bluer = _between(max(blue, green) - bright, BLUER_THAN_LIPS)
                strange = max(strange, _between(-bright, DARKER_THAN_LIPS), bluer)
            odd[row, column] = strange
    return odd


@njit(cache=True, nogil=True, inline="always")
def _between(value: Any, range_: Any) -> Any:
    return min(np.float32(1), max(np.float32(0), (value - np.float32(range_[0])) / np.float32(range_[1] - range_[0])))


@njit(cache=True, nogil=True, error_model="numpy")
def _shown_and_expected(canvas: Image, points: Points, light: NDArray[np.float32], places: Any) -> Any:
    """(H, W, 3) BGR each, BLACK added: what the picture shows at each place, and skin in that light."""
    corners, shares = places
    height, width = canvas.shape[:2]
    shown = np.empty((*corners.shape[:2], 3), np.float32)
    skin = np.full(shown.shape, np.float32(BLACK))
    for row in range(corners.shape[0]):
        for column in range(corners.shape[1]):
            x, y = np.float32(0), np.float32(0)
            for n in range(3):
                landmark, share = corners[row, column, n], shares[row, column, n]
                x += points[landmark, 0] * share
                y += points[landmark, 1] * share
                for c in range(3):
                    skin[row, column, c] += light[landmark, c] * share
            left, top = min(max(int(x), 0), width - 2), min(max(int(y), 0), height - 2)
            for c in range(3):
                total = np.float32(canvas[top, left, c]) + np.float32(canvas[top, left + 1, c])
                total += np.float32(canvas[top + 1, left, c]) + np.float32(canvas[top + 1, left + 1, c])
                shown[row, column, c] = total * np.float32(0.25) + np.float32(BLACK)
    return shown, skin
