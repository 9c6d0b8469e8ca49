"""What a hand covers of the flat face. Its joints say so, as skin in front of skin has no colour of its own.

Fingers are drawn as thick as fingers are, the palm as what its knuckles enclose, and a piece of the arm beyond the
wrist; the outline then follows the edges that the picture has near by. Knows hands and places; knows no light.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.geometry import box_of
from engines.hands import MIDDLE_KNUCKLE, WRIST
from engines.swappers.atlas import Layout, Places
from engines.swappers.fields import FINE_BITS, Field, in_sixteenths, snapped
from engines.types import HandLandmarks, Image, Points

PALM = (0, 1, 2, 5, 9, 13, 17)
FINGERS = ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (17, 18, 19, 20))
HAND_BREADTH = 5, 17
"""Knuckles of index and little finger."""
LENGTH_TO_BREADTH = 1.25
"""Of a palm: seen on edge or from the fingertips, the larger of the two is told."""
# In palm lengths (wrist to middle knuckle, 9 to 10 cm of an adult).
THUMB, FINGER, AROUND_PALM, ARM = 0.24, 0.23, 0.3, 0.7
ARM_LENGTH = 1.5
EDGES_WITHIN = 0.12
"""How far an outline is moved to an edge of the picture, in eye distances."""
FLAT = 8.0
"""Contrast, of 255, below which there is no edge."""
STEEPER = 3.0
"""Where there is no edge the outline comes out soft, as wide as it was looked for."""


class HandCover:
    """Finds what hands cover. layout: of the fields it gives. places: of its pixels."""

    def __init__(self, layout: Layout, places: Places) -> None:
        self._places, self._unit, self._size_hw = places, layout.unit, layout.size_hw

    def seen_on(self, image: Image, points: Points, hands: tuple[HandLandmarks, ...]) -> Field | None:
        """(H, W) 0..1: 1 where a hand is in front; None where none is. points: (468, 3) px of the face."""
        if not hands:
            return None
        low, high = np.split(box_of(points), 2)
        origin = np.floor(low) - 1
        width, height = (int(edge) for edge in np.ceil(high - origin) + 2)
        drawn = np.zeros((height, width), np.uint8)
        for hand in hands:
            draw_hand(drawn, hand.points[:, :2] - origin)
        if not drawn.any():
            return None
        hidden = np.asarray(self.read(drawn, points[:, :2] - origin) / np.float32(255), np.float32)
        shown = cv2.cvtColor(self.read(image, points), cv2.COLOR_BGR2GRAY).astype(np.float32)
        followed = snapped(hidden, shown, round(EDGES_WITHIN * self._unit), FLAT)
        return np.asarray(np.clip((followed - 0.5) * STEEPER + 0.5, 0, 1), np.float32)

    def read(self, image: NDArray[np.uint8], points: Points) -> NDArray[np.uint8]:
        """(H, W[, C]): an image where each place is on a face. points: (468, 2 or 3) px of the face in it."""
        return self._places.read(image, points).reshape(*self._size_hw, *image.shape[2:])


def palm_length(points: Points) -> float:
    """px, whichever way the palm is turned. points: (21, 2 or 3) px."""
    along = points[MIDDLE_KNUCKLE, :2] - points[WRIST, :2]
    across = points[HAND_BREADTH[0], :2] - points[HAND_BREADTH[1], :2]
    return max(float(np.linalg.norm(along)), LENGTH_TO_BREADTH * float(np.linalg.norm(across)))


def draw_hand(canvas: NDArray[np.uint8], points: Points) -> None:
    """Fill what a hand covers with 255. points: (21, 2) px of the canvas, may lie beyond it."""
    length = palm_length(points)
    fixed = in_sixteenths(points)

    def line(corners: NDArray[np.int32], thickness: float, closed: bool = False) -> None:
        cv2.polylines(canvas, [corners], closed, (255.0,), max(1, round(thickness * length)), cv2.LINE_AA, FINE_BITS)

    for number, finger in enumerate(FINGERS):
        line(fixed[list(finger)], FINGER if number else THUMB)
    palm = np.asarray(cv2.convexHull(fixed[list(PALM)]), np.int32)
    cv2.fillConvexPoly(canvas, palm, (255.0,), cv2.LINE_AA, FINE_BITS)
    line(palm, AROUND_PALM, closed=True)
    back = fixed[WRIST] - fixed[MIDDLE_KNUCKLE]
    reach = ARM_LENGTH * length * 16 / max(1.0, float(np.linalg.norm(back)))
    line(np.stack([fixed[WRIST], np.round(fixed[WRIST] + back * reach).astype(np.int32)]), ARM)
