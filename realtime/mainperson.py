"""Whose face is swapped when only one is: the main person, who keeps the part though others come near.

Knows tracks, places and sizes; recognises nobody. While the main person is out of sight nobody else takes the part,
unless a face turns up where that person was and about as large, or, after FORGET_NS, one that is at least nearly as
large: a poster or a passer-by in the background is not.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from engines.geometry import box_of
from engines.types import FaceLandmarks, Points

FORGET_NS = 10_000_000_000
LIKE_SIZE = 1.7
"""A face that returns where the main person was is at most this much larger or smaller."""
NEAR = 1.5
"""And at most this many of its own sizes away."""
AS_LARGE = 0.7
"""Of the main person's size: what a newcomer must have to take the part of one who is long gone."""


class Seen(Protocol):
    """A face in view, with a number that stays its own."""

    @property
    def id(self) -> int: ...
    @property
    def face(self) -> FaceLandmarks: ...


class MainPerson:
    """Remembers the main person of one stream. One thread at a time."""

    def __init__(self) -> None:
        self.id: int | None = None
        self._box: Points = np.zeros(4, np.float32)
        self._seen_ns = 0
        self._lock = 0

    def choose(self, in_view: Sequence[Seen], at_ns: int, lock: int = 0) -> Seen | None:
        """The main person's face, or None while that person is out of sight.

        in_view: largest first. at_ns: stream time. lock: when it changes, the largest face is the main person anew.
        """
        if lock != self._lock:
            self._lock, self.id = lock, None
        found = next((face for face in in_view if face.id == self.id), None)
        if found is None:
            found = next((face for face in in_view if self._may_take_over(box_of(face.face.points), at_ns)), None)
        if found is not None:
            self.id, self._box, self._seen_ns = found.id, box_of(found.face.points), at_ns
        return found

    def _may_take_over(self, box: Points, at_ns: int) -> bool:
        if self.id is None:
            return True
        ratio = _size(box) / max(_size(self._box), 1e-6)
        moved = float(np.linalg.norm((box[:2] + box[2:]) - (self._box[:2] + self._box[2:]))) / 2
        if moved < NEAR * _size(self._box) and 1 / LIKE_SIZE < ratio < LIKE_SIZE:
            return True
        return at_ns - self._seen_ns > FORGET_NS and ratio > AS_LARGE


def _size(box_xyxy: Points) -> float:
    """Longer side, px."""
    return float((box_xyxy[2:] - box_xyxy[:2]).max())
