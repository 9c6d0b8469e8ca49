"""When a picture is searched for faces, and how: a detector costs two landmark passes, and most pictures hold nothing
new.

Knows the detector, time and what changes in a picture; knows nobody in it.
"""

from collections.abc import Callable

from engines.detectors.quarter_turns import detect_turned
from engines.types import Detection, FaceDetector, Image, Points
from realtime.change import ChangeDetector

PERIOD_NS, LOST_PERIOD_NS = 500_000_000, 200_000_000
"""Between searches of a picture in which nothing seems to change: usually, and, to save work, while somebody is
missing. Unless work is to be saved every picture is searched for them: a face that turns back beside another one
changes nothing but that one's surroundings."""
SELDOM = 3
AGAIN = 2
"""Frames that are searched after one that had changed: a detector may overlook a face at the first look."""
FIRST_LOOKS = 2
"""Searches until it is known who is in a picture that has nothing to do with the one before."""
LONGEST_GAP_NS = 400_000_000
"""Between two pictures: after more time, anybody may have come."""


class FaceSearch:
    """Decides frame by frame. One thread at a time. on_run: called at each run of the detector, for the metrics."""

    def __init__(self, detector: FaceDetector, on_run: Callable[[], None] = lambda: None) -> None:
        self._detector, self._on_run = detector, on_run
        self._change = ChangeDetector()
        self._is_seldom = False
        self._now_ns: int | None = None
        self._searched_ns: int | None = None
        self._turns = self._again = 0
        self._first_looks = FIRST_LOOKS

    def seldom(self, seldom: bool) -> None:
        """Look at pictures that do not change a third as often, and seldom for who is lost, to save work."""
        self._is_seldom = seldom

    @property
    def is_complete(self) -> bool:
        """Whether the picture was searched often enough, since it last was another one, to say who is in it."""
        return self._first_looks == 0

    def is_due(self, image: Image, followed: list[Points], at_ns: int, *, somebody_is_lost: bool) -> bool:
        """Whether to search this picture. followed: boxes of faces that need no search, px. Called once a frame."""
        changed = self._change.has_changed(image, followed)
        self._again = AGAIN if changed else max(0, self._again - 1)
        if self._change.is_new or self._now_ns is None or at_ns - self._now_ns > LONGEST_GAP_NS:
            self._first_looks = FIRST_LOOKS
        self._now_ns = at_ns
        if self._again or self._first_looks or not followed or self._searched_ns is None:
            return True
        return at_ns - self._searched_ns >= self._period_ns(somebody_is_lost)

    def _period_ns(self, somebody_is_lost: bool) -> int:
        if somebody_is_lost:
            return LOST_PERIOD_NS if self._is_seldom else 0
        return PERIOD_NS * (SELDOM if self._is_seldom else 1)

    def run(self, image: Image, at_ns: int, *, nobody_is_followed: bool) -> list[Detection]:
        """The faces in a picture; while there is nobody, by turns also those that lie or stand on their heads."""
        self._searched_ns = at_ns
        self._change.searched()
        self._first_looks = max(0, self._first_looks - 1)
        self._on_run()
        found = self._detector.detect(image)
        if found or not nobody_is_followed:
            self._turns = 0
            return found
        self._turns = self._turns % 3 + 1
        return detect_turned(self._detector, image, self._turns)
