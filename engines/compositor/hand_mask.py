"""What hands cover of a face's square. Their joints say so: skin before skin is what the compositor is least sure of.

Fingers are drawn as thick as fingers are, the palm as what its knuckles enclose, and a piece of the arm beyond the
wrist; the outline then follows the edges that the picture has near by. A face that is seen is not behind a hand as a
whole: a hand that is found over all of it is not believed, or it would leave the face bare. Knows hands and a square;
knows no light.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.compositor.layers import Layers
from engines.image.geometry import transform_points
from engines.image.image_ops import FINE_BITS, LUMA, Field, in_sixteenths
from engines.landmarks.hands import MIDDLE_KNUCKLE, WRIST
from engines.mesh.square import SQUARE_PX
from engines.types import Affine, HandLandmarks, Points

PALM = (0, 1, 2, 5, 9, 13, 17)
FINGERS = ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (17, 18, 19, 20))
HAND_BREADTH = 5, 17
"""Knuckles of index and little finger."""
LENGTH_TO_BREADTH = 1.25
"""Of a palm: seen on edge or from the fingertips, the larger of the two is told."""
# In palm lengths (wrist to middle knuckle, 9 to 10 cm of an adult).
THUMB, FINGER, AROUND_PALM, ARM = 0.24, 0.23, 0.3, 0.7
ARM_LENGTH = 1.5
EDGES_WITHIN_PX = 7
"""How far an outline is moved to an edge of the picture, px of the square: about a ninth of the eyes' distance."""
FLAT = 8.0
"""Contrast, of 255, below which there is no edge."""
MOST_HIDDEN = 0.85
"""Of the mesh. An open hand flat on the middle of a face, drawn as above, hides 0.84 of it; no landmark model sees a
face then."""
STEEPER = 3.0
"""Where there is no edge the outline comes out soft, as wide as it was looked for."""


def without_hands(alpha: Field, hands: Sequence[HandLandmarks], to_square: Affine, layers: Layers) -> Field:
    """(S, S) 0..1: `alpha`, an opacity of the square, lowered where a hand is in front.

    to_square: px of the hands -> px of the square. layers: of the face in it.
    """
    hidden = hidden_by_hands([transform_points(hand.points[:, :2], to_square) for hand in hands], layers.target)
    if hidden is None or float((hidden * layers.mesh).sum()) > MOST_HIDDEN * float(layers.mesh.sum()):
        return alpha
    return np.minimum(alpha, 1 - hidden)


def hidden_by_hands(hands: Sequence[Points], target: Field) -> Field | None:
    """(S, S) 0..1: 1 where a hand is in front; None where none is.

    hands: (21, 2) px of the square, each. target: (S, S, 3) 0..1, what is seen there.
    """
    drawn = np.zeros((SQUARE_PX, SQUARE_PX), np.uint8)
    for points in hands:
        draw_hand(drawn, points)
    if not drawn.any():
        return None
    grey = np.asarray(target @ LUMA * np.float32(255), np.float32)
    followed = _snapped(np.asarray(drawn / np.float32(255), np.float32), grey, EDGES_WITHIN_PX, FLAT)
    return np.asarray(np.clip((followed - 0.5) * STEEPER + 0.5, 0, 1), np.float32)


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


def _snapped(mask: Field, guide: Field, reach: int, flat: float) -> Field:
    """(H, W) 0..1: a mask whose outline moves to where the guide has edges near by.

    A guided filter (He, Sun and Tang 2010). mask, guide: (H, W). reach: px. flat: contrast of the guide, in its unit,
    below which there is no edge.
    """

    def mean(values: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, (2 * reach + 1, 2 * reach + 1)), np.float32)

    guides, masks = mean(guide), mean(mask)
    slope = (mean(guide * mask) - guides * masks) / (mean(guide * guide) - guides * guides + np.float32(flat * flat))
    return np.asarray(np.clip(mean(slope) * guide + mean(masks - slope * guides), 0, 1), np.float32)
