"""When a picture is searched for faces, and how: a detector costs two landmark passes, and most pictures hold nothing
new.

Knows the detector, time and what changes in a picture; knows nobody in it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from engines.detectors.quarter_turns import detect_turned
from engines.geometry import matched
from engines.types import Detection, FaceDetector, Image, Points
from realtime.change import ChangeDetector
from realtime.edge_search import Edge, detect_at_edge, detect_mirrored, edges_stirred, edges_that_cut

PERIOD_NS, LOST_PERIOD_NS = 500_000_000, 200_000_000
"""Between searches of a picture in which nothing seems to change: usually, and, to save work, while somebody is
missing. Unless work is to be saved every picture is searched for them: a face that turns back beside another one
changes nothing but that one's surroundings."""
SAME_FACE_IOU = 0.3
"""Of two boxes that were found: they are one face."""
FILM_PERIOD = 10
"""Pictures, at most, between searches of a film that may have somebody new."""
SELDOM = 3
AGAIN = 2
"""Frames that are searched after one that had changed: a detector may overlook a face at the first look."""
MOST_EDGES = 2
"""Edges that are searched from nearer in one picture; the others have their turn in the next."""
LONGEST_GAP_NS = 400_000_000
"""Between two pictures: after more time, anybody may have come."""


class FaceSearch:
    """Decides frame by frame. One thread at a time.

    on_run: called at each run of the detector, for the metrics. film: nobody waits for its pictures, so they are
    searched more often, and a new one at once for faces that lie.
    """

    def __init__(
        self, detector: FaceDetector, on_run: Callable[[], None] = lambda: None, *, film: bool = False
    ) -> None:
        self._detector, self._on_run, self._film = detector, on_run, film
        self._change = ChangeDetector()
        self._is_seldom = False
        self._now_ns: int | None = None
        self._searched_ns: int | None = None
        self._turns = self._again = self._unsearched = 0
        self._is_first = True
        self._edges: dict[Edge, int] = {}  # to be searched in so many more pictures, who has waited longest first

    def seldom(self, seldom: bool) -> None:
        """Look at pictures that do not change a third as often, and seldom for who is lost, to save work."""
        self._is_seldom = seldom

    @property
    def is_new(self) -> bool:
        """Whether the last picture has nothing to do with the one that was searched before: the first, or a cut."""
        return self._change.is_new

    def is_due(
        self, image: Image, followed: list[Points], at_ns: int, *, somebody_is_lost: bool, has_place: bool = True
    ) -> bool:
        """Whether to search this picture. Called once a frame.

        followed: boxes of faces that need no search, px. has_place: whether one more would be followed.
        """
        self._unsearched += 1
        changed = self._change.has_changed(image, followed)
        self._again = AGAIN if changed else max(0, self._again - 1)
        if changed and not self._film:
            self._look_at_edges(edges_stirred(self._change.cells), times=1 if self._change.is_new else AGAIN + 1)
        away = self._now_ns is None or at_ns - self._now_ns > LONGEST_GAP_NS
        self._is_first, self._now_ns = self._change.is_new or away, at_ns
        if self._again or self._edges or self._is_first or not followed or self._searched_ns is None:
            return True
        if self._film and has_place and self._unsearched >= FILM_PERIOD:
            return True
        return at_ns - self._searched_ns >= self._period_ns(somebody_is_lost)

    def _period_ns(self, somebody_is_lost: bool) -> int:
        if somebody_is_lost:
            return LOST_PERIOD_NS if self._is_seldom else 0
        return PERIOD_NS * (SELDOM if self._is_seldom else 1)

    def run(self, image: Image, at_ns: int, unplaced: Sequence[Points] = ()) -> list[Detection]:
        """The faces in a picture that stand upright.

        unplaced: boxes of faces that are not followed, px. At an edge that cuts one off it is looked for from nearer.
        """
        self._searched_ns, self._unsearched = at_ns, 0
        self._change.searched()
        found = self._seen_in(image)
        if not self._film:
            size_wh = image.shape[1], image.shape[0]
            self._look_at_edges((edge for box in unplaced for edge in edges_that_cut(box, size_wh)), times=1)
        for edge in [*self._edges][:MOST_EDGES]:
            self._on_run()
            found += _others(detect_at_edge(self._detector, image, edge), found)
            left = self._edges.pop(edge) - 1
            self._edges |= {edge: left} if left else {}
        return found

    def _seen_in(self, image: Image) -> list[Detection]:
        """In the whole picture; a new one is looked at twice."""
        looks: list[Callable[[Image], list[Detection]]] = [
            partial(detect_mirrored, self._detector),
            self._detector.detect,
        ]
        first, second = looks[::-1] if self._film else looks
        self._on_run()
        found = first(image)
        return [*found, *_others(second(image), found)] if self._is_first else found

    def _look_at_edges(self, edges: Iterable[Edge], *, times: int) -> None:
        self._edges |= {edge: max(times, self._edges.get(edge, 0)) for edge in edges}

    def run_turned(self, image: Image) -> list[Detection]:
        """Those that lie or stand on their heads, in the same picture: of one quarter turn after the other.

        For when nobody is followed: an upright search sees something of such faces, but nothing that can be placed.
        """
        if self._film and self._is_first:
            return [found for quarters in (1, 2, 3) for found in detect_turned(self._detector, image, quarters)]
        self._turns = self._turns % 3 + 1
        return detect_turned(self._detector, image, self._turns)


def _others(found: list[Detection], known: list[Detection]) -> list[Detection]:
    """Those that are not known."""
    again = matched(boxes_of(known), boxes_of(found), least_iou=SAME_FACE_IOU).values()
    return [face for number, face in enumerate(found) if number not in again]


def boxes_of(found: list[Detection]) -> Points:
    """(N, 4) px."""
    return np.array([face.box_xyxy for face in found], np.float32).reshape(-1, 4)
