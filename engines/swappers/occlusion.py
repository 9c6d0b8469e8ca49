"""What lies in front of the wearer's face: hair, a microphone, a cup. It is not painted over.

The frame is read at a few thousand places of the face laid flat. Where the colour is far from that of the skin around,
farther than a brow or a lip explains, and from where the outline can be reached without crossing skin, something has
come from outside. A hand is skin too: see hand_cover.py.

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
from engines.swappers.fields import BLACK, Field
from engines.swappers.light import LUMA
from engines.types import Image, Points

UNIT = 48
"""px between the outer eye corners: 9000 places, 2 mm apart."""
FEATURE_MARGIN = 0.08
BORDER = 0.12
"""How near to the outline something must come to count as reaching it."""
DARKER, BRIGHTER, OTHER_HUE = (0.5, 0.35), (1.3, 1.6), (0.2, 0.35)
"""Brightness beside the skin's, and the largest difference of a channel beside that: where a place begins to count as
no skin, and where it is none."""
SOME_HUE = 0.08, 0.16
"""What is brighter must differ in colour too: the lit side of a face does not."""
DARKER_THAN_LIPS = 0.45, 0.3
NOWHERE, ON_SKIN, ON_MOUTH, ON_BROW = range(4)
"""What may be at a place. Lips and nostrils are dark and red, brows and lashes black; but neither is bright."""
SMALLEST = 12
"""Places; fewer are noise."""
MOST = 0.25
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

    def seen_in(
        self, canvas: Image, points: Points, light: NDArray[np.float32], known: Field | None = None
    ) -> Field | None:
        """(H, W) of `layout`, 0..1: 1 where something is in front of the face; None when nothing is.

        points: (468, 3) px of the wearer. light: (468, 3) BGR, the skin's colour around each. known: (H, W) 0..1 of
        any size, found in front already: what hangs together with the outline through it alone is not in front.
        """
        odd = _oddness(canvas, points, light, self._kind, self._tables)
        if known is not None:
            odd *= 1 - cv2.resize(known, odd.shape[::-1], interpolation=cv2.INTER_AREA)
        return self._from_outside(odd)

    def _from_outside(self, odd: Field) -> Field | None:
        """What of it hangs together with the outline."""
        _, parts, stats, _ = cv2.connectedComponentsWithStats((odd > 0.5).astype(np.uint8), connectivity=8)
        reaching = set(np.unique(parts[self._border & (odd > 0.5)]).tolist()) - {0}
        large = [part for part in reaching if stats[part, cv2.CC_STAT_AREA] >= SMALLEST]
        found = np.isin(parts, large).astype(np.uint8)
        if not 0 < found.sum() <= MOST * np.count_nonzero(self._kind):
            return None
        around = cv2.dilate(found, np.ones((5, 5), np.uint8))
        return np.asarray(cv2.GaussianBlur(np.maximum(found, around * odd), (0, 0), 0.8), np.float32)


@njit(cache=True, nogil=True, error_model="numpy")
def _oddness(
    canvas: Image, points: Points, light: NDArray[np.float32], kind: NDArray[np.uint8], places: Any
) -> NDArray[np.float32]:
    """0 where the picture shows what belongs there, 1 where it surely does not. places: see `Places`."""
    corners, shares = places
    height, width = canvas.shape[:2]
    odd = np.zeros(corners.shape[:2], np.float32)
    skin, shown = np.empty(3, np.float32), np.empty(3, np.float32)
    for row in range(corners.shape[0]):
        for column in range(corners.shape[1]):
            if kind[row, column] == NOWHERE:
                continue
            x, y = np.float32(0), np.float32(0)
            skin[:] = np.float32(BLACK)
            for n in range(3):
                landmark, share = corners[row, column, n], shares[row, column, n]
                x += points[landmark, 0] * share
                y += points[landmark, 1] * share
                for c in range(3):
                    skin[c] += light[landmark, c] * share
            left, top = min(max(int(x), 0), width - 2), min(max(int(y), 0), height - 2)
            for c in range(3):
                total = np.float32(canvas[top, left, c]) + np.float32(canvas[top, left + 1, c])
                total += np.float32(canvas[top + 1, left, c]) + np.float32(canvas[top + 1, left + 1, c])
                shown[c] = total * np.float32(0.25) + np.float32(BLACK)
            odd[row, column] = _unlike(shown, skin, kind[row, column])
    return odd


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _unlike(shown: Any, skin: Any, kind: Any) -> Any:
    bright, own = np.float32(0), np.float32(0)
    for c in range(3):
        bright += shown[c] * LUMA[c]
        own += skin[c] * LUMA[c]
    ratio, hue = bright / own, np.float32(0)
    for c in range(3):
        hue = max(hue, abs(shown[c] / skin[c] / ratio - np.float32(1)))
    odd = min(_between(ratio, BRIGHTER), _between(hue, SOME_HUE))
    if kind == ON_MOUTH:
        odd = max(odd, _between(ratio, DARKER_THAN_LIPS))
    elif kind == ON_SKIN:
        odd = max(odd, _between(ratio, DARKER), _between(hue, OTHER_HUE))
    return odd


@njit(cache=True, nogil=True, inline="always")
def _between(value: Any, range_: Any) -> Any:
    return min(np.float32(1), max(np.float32(0), (value - np.float32(range_[0])) / np.float32(range_[1] - range_[0])))
