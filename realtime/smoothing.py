"""Steady points without lag: the One-Euro filter over a whole set of landmarks.

Knows points and time; knows nothing of faces.
Casiez, Roussel, Vogel: 1-Euro Filter, CHI 2012: a low-pass whose cutoff rises with speed, so a still head does not
shimmer and a moving one is not dragged behind.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engines.types import Points


@dataclass(frozen=True, slots=True)
class OneEuroSettings:
    """How steady at rest, how quick in motion. Speeds are in `scale` units (see OneEuro.update) per second."""

    rest_cutoff_hz: float = 1.5
    cutoff_hz_per_speed: float = 40.0
    speed_cutoff_hz: float = 4.0


class OneEuro:
    """Filters (N, D) points of one thing over time."""

    def __init__(self, settings: OneEuroSettings = OneEuroSettings()) -> None:
        self._settings = settings
        self._points: Points | None = None
        self._velocity: NDArray[np.float32] | None = None
        self._at_ns = 0

    def update(self, points: Points, at_ns: int, scale: float) -> Points:
        """The steadied points, (N, D) in the unit of `points`.

        at_ns: monotonic time of the points; not later than the last one: the filter starts anew. scale: the length that
        counts as 1 for speeds, e.g. the eye distance in px, so that near and far faces are treated alike.
        """
        if self._points is None or self._velocity is None or at_ns <= self._at_ns:
            self._points, self._velocity = points.copy(), np.zeros_like(points)
        else:
            elapsed_s = (at_ns - self._at_ns) / 1e9
            keep = np.float32(_blend(self._settings.speed_cutoff_hz, elapsed_s))
            # Against the steadied points, not the last raw ones: whatever lags behind speeds the filter up.
            raw_velocity = (points - self._points) / np.float32(elapsed_s * scale)
            self._velocity += keep * (raw_velocity - self._velocity)
            speed = np.linalg.norm(self._velocity, axis=1, keepdims=True)
            cutoff = self._settings.rest_cutoff_hz + self._settings.cutoff_hz_per_speed * speed
            self._points = self._points + _blend(cutoff, elapsed_s) * (points - self._points)
        self._at_ns = at_ns
        return self._points


def _blend(cutoff_hz: NDArray[np.float32] | float, elapsed_s: float) -> NDArray[np.float32]:
    """Weight of the new value in a first-order low-pass."""
    radians = 2 * math.pi * np.asarray(cutoff_hz, np.float32) * np.float32(elapsed_s)
    return radians / (radians + 1)
