"""When a picture is searched for faces, and how: a detector costs two landmark passes, and most pictures hold nothing
new.

Knows the detector, time and what changes in a picture; knows nobody in it.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from engines.detectors.quarter_turns import detect_turned
from engines.image.geometry import SAME_FACE_IOU, iou, matched
from engines.types import Detection, FaceDetector, Image, Points
from realtime.tracking.change_detector import ChangeDetector
from realtime.tracking.edge_search import (
    Edge,
    boxes_of,
    detect_at_edge,
    detect_mirrored,
    edges_stirred,
    edges_that_cut,
    is_seen_from_nearer,
    is_seen_unmirrored,
    is_stirred_inside,
    others,
)
from realtime.tracking.edge_turns import EdgeTurns
from realtime.tracking.near_search import SureOfSmall, detect_near, from_nearer, is_coarse, squares_of

PERIOD_NS, LOST_PERIOD_NS = 250_000_000, 200_000_000
"""Between searches of a picture in which nothing seems to change: usually, and, to save work, while somebody is
missing. Whoever comes out slowly from behind a face that is followed changes too little to be noticed; in twice the
time half of their face was to be seen (one scene of 4,170 simulated ones). Unless work is to be saved every picture is
searched for the missing: a face that turns back beside another one changes nothing but that one's surroundings."""
MOVED_IOU, MOVING_IOU, MOVING_PERIOD_NS = 0.74, 0.91, 90_000_000
"""Of a followed face's box and the last search's: less (a seventh of its size), and somebody may have come out from
behind it: it did in one scene of 1,220 simulated ones. So may who was half hidden already where it moved by a twentieth
(one scene of 1,460): then a picture is searched as often as this."""
SOON_NS = 1_000_000_000
"""How long every picture is searched for a lost face, whatever work is to be saved."""
MOST_LOOKS, FEW_LOOKS = 64, 8
"""At single faces from nearer, in a search of a new picture and in a later one: some patterns look like hundreds."""
SURE_DETECTION = 0.6
"""Score from which a face that has no landmarks counts as one: below, patterns do."""
VIDEO_PERIOD, VIDEO_PERIOD_NS = 10, 500_000_000
"""Pictures, at most, between searches of a video that may have somebody new; and time, of one that may not."""
SELDOM = 3
AGAIN = 2
"""Frames that are searched after one that had changed: a detector may overlook a face at the first look."""
LONGEST_GAP_NS = 400_000_000
"""Between two pictures: after more time, anybody may have come."""


class FaceSearch:
    """Decides frame by frame. One thread at a time.

    on_run: called at each run of the detector, for the metrics. video: nobody waits for its pictures, so they are
    searched more often, a new one at once for faces that lie, and for small ones from nearer.
    """

    def __init__(
        self, detector: FaceDetector, on_run: Callable[[], None] = lambda: None, *, video: bool = False
    ) -> None:
        self._detector, self._on_run, self._video = detector, on_run, video
        self._prefer: Sequence[Points] = ()
        self._change = ChangeDetector()
        self._is_seldom = False
        self._now_ns: int | None = None
        self._searched_ns: int | None = None
        self._turns = self._again = self._unsearched = self._places = self._square = 0
        self._is_first = self._is_whole = True
        self._looks = MOST_LOOKS
        self._followed = self._searched = boxes_of([])  # now, and when the whole picture was searched
        self._edges = EdgeTurns()

    def prefer(self, boxes: Sequence[Points]) -> None:
        """Let the first search find nobody but those at `boxes` (px), if any of them are there."""
        self._prefer = boxes

    def seldom(self, seldom: bool) -> None:
        """Look at pictures that do not change a third as often, and seldom for who is lost, to save work."""
        self._is_seldom = seldom

    @property
    def is_new(self) -> bool:
        """Whether the last picture has nothing to do with the one that was searched before: the first, or a cut."""
        return self._change.is_new

    @property
    def is_cut(self) -> bool:
        """Whether it is another scene, in which nobody is where they were: of a video, in which cameras seldom
        shake."""
        return self._video and self._change.is_new

    def is_due(
        self,
        image: Image,
        followed: Sequence[Points],
        at_ns: int,
        lost_ns: int | None = None,
        unplaced: Sequence[Points] = (),
        *,
        places: int = 1,
    ) -> bool:
        """Whether to search this picture. Called once a frame.

        followed: boxes of faces that need no search, px. lost_ns: when somebody was seen last who is lost now.
        unplaced: boxes of faces that are not followed. places: how many more would be followed.
        """
        self._unsearched += 1
        self._places, self._followed = places, np.array(followed, np.float32).reshape(-1, 4)
        self._note_change(image, followed, unplaced)
        away = self._now_ns is None or at_ns - self._now_ns > LONGEST_GAP_NS
        self._is_first, self._now_ns = self._change.is_new or away, at_ns
        takes_turns = bool(self._edges) and self._is_whole and self._again <= AGAIN  # nothing has just changed inside
        self._is_whole = (
            (self._again > 0 and not takes_turns)
            or self._is_first
            or not followed
            or bool(unplaced)
            or self._searched_ns is None
            or (self._video and places > 0 and self._unsearched >= VIDEO_PERIOD)
            or at_ns - self._searched_ns >= self._period_ns(at_ns, lost_ns)
            or (not self._video and self._has_uncovered(followed, at_ns - self._searched_ns))
        )
        return self._is_whole or bool(self._edges)

    def _note_change(self, image: Image, followed: Sequence[Points], unplaced: Sequence[Points]) -> None:
        """Search the picture again soon, or only along an edge at which something stirs or that cuts off a face."""
        changed, edges = self._change.has_changed(image, followed), frozenset[Edge]()
        size_wh = image.shape[1], image.shape[0]
        if not self._video:
            self._edges.ask((edge for box in unplaced for edge in edges_that_cut(box, size_wh)), times=1)
            edges = edges_stirred(self._change.cells, followed, size_wh) if changed else edges
            self._edges.ask_stirred(edges, times=1 if self._change.is_new else AGAIN)
        is_inside = changed and (not edges or is_stirred_inside(self._change.cells, edges))
        self._again = AGAIN + 1 if is_inside else max(0, self._again - 1)

    def _period_ns(self, at_ns: int, lost_ns: int | None) -> int:
        if lost_ns is None:
            return (VIDEO_PERIOD_NS if self._video else PERIOD_NS) * (SELDOM if self._is_seldom else 1)
        return LOST_PERIOD_NS if self._is_seldom and at_ns - lost_ns > SOON_NS else 0

    def _has_uncovered(self, followed: Sequence[Points], since_ns: int) -> bool:
        """Whether a followed face has moved so far that somebody may have come out from behind it."""
        least = min((iou(box, self._searched).max(initial=0) for box in followed), default=1)
        is_long = since_ns >= MOVING_PERIOD_NS * (SELDOM if self._is_seldom else 1)
        return bool(least < (MOVING_IOU if is_long else MOVED_IOU))

    def run(self, image: Image, at_ns: int) -> list[Detection]:
        """The faces in a picture that stand upright: all of it, or along edges at which somebody may come in.

        What a detector failed on stays due.
        """
        self._change.searched()
        self._looks = MOST_LOOKS if self._is_first else FEW_LOOKS
        found: list[Detection] = []
        if self._is_whole:
            self._searched_ns = None
            found = self._preferred(self._seen_in(image))
            self._searched_ns, self._unsearched, self._searched = at_ns, 0, self._followed
        for edge in self._edges.take(is_whole=self._is_whole, is_stirred_inside=self._again > AGAIN):
            found = [*found, *others(self._seen_at(edge, image), found)]
        return found

    def is_face(self, image: Image, found: Detection) -> bool:
        """Whether what a search of this picture found is a face, although it has no landmarks."""
        if not edges_that_cut(found.box_xyxy, (image.shape[1], image.shape[0])):
            return found.score >= SURE_DETECTION
        if not self._may_look():
            return True
        self._on_run()
        if is_seen_from_nearer(self._detector, image, found.box_xyxy):
            return True
        self._on_run()  # a detector may overlook a face at any one look
        return is_seen_unmirrored(self._detector, image, found.box_xyxy)

    def _preferred(self, found: list[Detection]) -> list[Detection]:
        wanted, self._prefer = np.array(self._prefer, np.float32).reshape(-1, 4), ()
        known = matched(wanted, boxes_of(found), least_iou=SAME_FACE_IOU).values()
        return [found[number] for number in known] or found

    def _seen_at(self, edge: Edge, image: Image) -> list[Detection]:
        self._on_run()
        found = detect_at_edge(self._detector, image, edge)
        self._edges.searched(edge)
        return found

    def _seen_in(self, image: Image) -> list[Detection]:
        """In the whole picture; a new one is looked at twice."""
        mirrored = partial(detect_mirrored, self._detector)
        first, second = (self._detector.detect, mirrored) if self._video else (mirrored, self._detector.detect)
        self._on_run()
        found = first(image)
        found = [*found, *others(second(image), found)] if self._is_first else found
        return self._looked_at_from_nearer(image, found) if self._video else found

    def _looked_at_from_nearer(self, image: Image, found: list[Detection]) -> list[Detection]:
        """Newcomers that are small get a better place, and who is too small to be seen from afar is looked for.

        Of a picture that is not new, one square a time is searched.
        """
        size_wh = image.shape[1], image.shape[0]
        found = [self._better_placed(image, face) for face in found]
        if len(found) >= self._places:
            return found
        squares = squares_of(size_wh)
        if not self._is_first:
            self._square += 1
            squares = squares[self._square % len(squares) :][:1] if squares else []
        for square in squares:
            self._on_run()
            new = others(detect_near(self._detector, image, square), found)
            found += [sure for face in new if (sure := self._sure_of(image, face)) is not None]
        return found

    def _better_placed(self, image: Image, face: Detection) -> Detection:
        """The same face; if it is small and not followed, as it is seen from nearer."""
        is_followed = iou(face.box_xyxy, self._followed).max(initial=0) > SAME_FACE_IOU
        if is_followed or not is_coarse(face, (image.shape[1], image.shape[0])):
            return face
        return self._sure_of(image, face) or face

    def _sure_of(self, image: Image, face: Detection) -> Detection | None:
        return from_nearer(self._detector, image, face) if self._may_look() else None

    def _may_look(self) -> bool:
        """Count a look at one face."""
        self._looks -= 1
        return self._looks >= 0

    def run_turned(self, image: Image) -> list[Detection]:
        """Those that lie or stand on their heads, in the same picture: of one quarter turn after the other.

        For when nobody is followed: an upright search sees something of such faces, but nothing that can be placed.
        """
        detector = SureOfSmall(self._detector) if self._video else self._detector
        if self._video and self._is_first:
            return [found for quarters in (1, 2, 3) for found in detect_turned(detector, image, quarters)]
        self._turns = self._turns % 3 + 1
        return detect_turned(detector, image, self._turns)
