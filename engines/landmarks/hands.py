"""Hands: palms found in a picture, and the 21 landmarks of each hand, with MediaPipe's two models.

Knows the models, and the squares they are shown: from a palm, and from the landmarks of the frame before. Knows no
face and no time; what a hand covers is engines/compositor/hand_mask.py.
Shares and shifts of the squares: MediaPipe's palm_detection_detection_to_roi and hand_landmark_landmarks_to_roi.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engines.backends import Session
from engines.detectors.anchors import AnchorDetector, AnchorFamily
from engines.image.geometry import box_of, iou, turned_box
from engines.landmarks.roi_model import RoiLandmarkModel
from engines.types import HAND_POINTS, HandLandmarks, Image, Points, Roi

WRIST, INDEX_KNUCKLE, MIDDLE_KNUCKLE, RING_KNUCKLE = 0, 5, 9, 13
VALUES = HAND_POINTS * 3, 1, 1, HAND_POINTS * 3
"""Of the landmark model's outputs: the second pair is left or right, and points in metres."""
PALM = AnchorFamily("palm detector", {192: ((24, 2), (12, 6))}, points=7, low=0, high=1)
"""Its points: wrist, the knuckles of index, middle, ring and little finger, two of the thumb."""
PALM_THRESHOLD = 0.6
AROUND_PALM, TOWARDS_FINGERS = 2.6, 0.5
"""Edge of the square / of the palm's box, and how far it is shifted, in edges of that box."""
AROUND_HAND, BEYOND_KNUCKLES = 2.0, 0.1
INNER = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)
"""Without the outer finger joints, whose bending must not resize the square."""
SURE = 0.8
"""Presence of a hand that is new, at the second look: faces and sleeves stay below."""
STILL_THERE = 0.5
SAME_HAND_IOU = 0.3


class HandLandmarker:
    """Places 21 landmarks on a hand whose whereabouts are known.

    session: the loaded model, square RGB input 0..1. Raises ModelContractError when the model is another one.
    """

    def __init__(self, session: Session) -> None:
        self._model = RoiLandmarkModel(session, VALUES, "hand model")

    def locate(self, image: Image, roi: Roi) -> HandLandmarks:
        """Landmarks of the hand inside `roi`, in pixels of `image`."""
        return HandLandmarks(*self._model.look(image, roi))


class HandDetector:
    """Finds hands by their palms, and follows them by their landmarks. A `HandFinder`.

    palms, landmarks: the loaded models. Raises ModelContractError when they are others.
    """

    def __init__(self, palms: Session, landmarks: Session) -> None:
        self._palms = AnchorDetector(PALM, palms, PALM_THRESHOLD)
        self._landmarker = HandLandmarker(landmarks)

    def search(self, image: Image, known: Sequence[HandLandmarks]) -> list[HandLandmarks]:
        """Hands in `image`, other than the known ones."""
        found: list[HandLandmarks] = []
        for palm in self._palms.spot(image):
            hand = None if _is_of_any(palm.points, [*known, *found]) else self._first_seen(image, palm.points)
            if hand is not None and not any(same_hand(hand, other) for other in found):
                found.append(hand)
        return found

    def _first_seen(self, image: Image, palm: Points) -> HandLandmarks | None:
        """The hand of a palm, if it is one: looked at twice, the second time from a better place."""
        roughly = self._landmarker.locate(image, roi_from_palm(palm))
        if roughly.presence < STILL_THERE:
            return None
        hand = self._landmarker.locate(image, roi_from_hand(roughly.points))
        return hand if hand.presence >= SURE else None

    def follow(self, image: Image, hand: HandLandmarks) -> HandLandmarks | None:
        """A hand of the last picture in this one; None when it is not there any more."""
        found = self._landmarker.locate(image, roi_from_hand(hand.points))
        return found if found.presence >= STILL_THERE else None


def _is_of_any(palm: Points, hands: Sequence[HandLandmarks]) -> bool:
    """Whether a palm's middle lies within one of these hands. palm: as `roi_from_palm` takes it."""
    boxes = [box_of(hand.points) for hand in hands]
    middle = (palm[0] + palm[1]) / 2
    return any(bool((box[:2] < middle).all() and (middle < box[2:]).all()) for box in boxes)


def same_hand(one: HandLandmarks, other: HandLandmarks) -> bool:
    """Whether two are one, found twice."""
    return bool(iou(box_of(one.points), box_of(other.points)[np.newaxis])[0] > SAME_HAND_IOU)


def roi_from_palm(points: Points) -> Roi:
    """The square for a palm that was spotted. points: (9, 2) px, the box's corners, then the palm's points."""
    wrist, middle = points[2], points[4]
    angle = math.atan2(float(middle[1] - wrist[1]), float(middle[0] - wrist[0])) + math.pi / 2
    edge = float((points[1] - points[0]).max())
    return _shifted((points[0] + points[1]) / 2, edge, angle, TOWARDS_FINGERS, AROUND_PALM)


def roi_from_hand(points: Points) -> Roi:
    """The square for the next look at a hand whose landmarks are known. points: (21, 2 or 3) px."""
    flat = points[:, :2]
    ahead = (flat[INDEX_KNUCKLE] + flat[RING_KNUCKLE] + 2 * flat[MIDDLE_KNUCKLE]) / 4 - flat[WRIST]
    angle = math.atan2(float(ahead[1]), float(ahead[0])) + math.pi / 2
    return _shifted(*turned_box(flat[list(INNER)], angle), angle, BEYOND_KNUCKLES, AROUND_HAND)


def _shifted(centre: NDArray[np.floating], edge: float, angle: float, ahead: float, around: float) -> Roi:
    """A square `around` times `edge`, shifted by `ahead` edges to where the fingers point."""
    x = float(centre[0]) + math.sin(angle) * ahead * edge
    y = float(centre[1]) - math.cos(angle) * ahead * edge
    return Roi((x, y), edge * around, angle)
