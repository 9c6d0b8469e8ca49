"""Landmarks steadied against the picture's own motion: still on a still face, and no lag on a moving one.

Where the steadied landmarks of the last picture went is read from the pixels; the model's landmarks tremble, and only
correct that slowly. Where the two disagree (a blink, a hand in front, a cut) the model is believed at once.

Knows one face's landmarks over time; knows nothing of tracks.
"""

import numpy as np

from engines.crops.alignment import similarity
from engines.image.geometry import eye_distance, roi_from_landmarks, transform_points
from engines.landmarks.motion import Patch, carried, cut_patch
from engines.types import Image, Points

SETTLE_S, SETTLE_DEPTH_S = 0.6, 0.1
"""Time constants of the correction while picture and model agree. Pixels say nothing of depth: it follows the model."""
AGREE, DISAGREE = 0.018, 0.09
"""Distances from the model's landmark in eye distances: up to the first it is taken for its trembling, from the second
on for the truth."""
LONGEST_GAP_NS = 500_000_000
"""Between two pictures of one motion."""


class SteadyLandmarks:
    """The landmarks of one face, picture after picture. One thread at a time."""

    def __init__(self) -> None:
        self._before: Patch | None = None
        self._points: Points
        self._at_ns = 0

    def update(self, image: Image, raw: Points, at_ns: int) -> Points:
        """The steadied landmarks, (468, 3) px of `image`: never farther from the model's than 3 % of the eye distance.

        image: before anything is painted on it. raw: the model's landmarks. at_ns: monotonic time of the picture; not
        later than the last one, or much later: everything starts anew.
        """
        elapsed_ns = at_ns - self._at_ns
        if self._before is None or not 0 < elapsed_ns <= LONGEST_GAP_NS:
            self._points = raw.copy()
            self._before = cut_patch(image, roi_from_landmarks(raw))
        else:
            after = cut_patch(image, roi_from_landmarks(_brought_to(raw, self._points)))
            self._points = corrected(carried(self._points, self._before, after), raw, elapsed_ns / 1e9)
            self._before = after
        self._at_ns = at_ns
        return self._points


def _brought_to(raw: Points, points: Points) -> Points:
    """`points` shifted, turned and scaled to lie as `raw`: where to cut, without the trembling of single landmarks."""
    return transform_points(points, similarity(points[:, :2], raw[:, :2]))


def corrected(seen: Points, raw: Points, elapsed_s: float) -> Points:
    """Between where the picture carried the landmarks and where the model sees them. Both (N, 3) px."""
    apart = raw - seen
    distance = np.linalg.norm(apart[:, :2], axis=1, keepdims=True) / max(eye_distance(raw), 1.0)  # 0: a profile
    doubt = np.clip((distance - AGREE) / (DISAGREE - AGREE), 0, 1)
    if np.median(doubt) > 0.5:  # a cut, or a flow that went astray: nothing of it is worth keeping
        doubt[:] = 1
    rest = np.exp(np.divide(-elapsed_s, (SETTLE_S, SETTLE_S, SETTLE_DEPTH_S)))
    return np.asarray(raw - (1 - doubt) * rest * apart, np.float32)
