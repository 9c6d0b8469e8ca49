"""Who is where, frame after frame, with as few detector runs as possible.

A face that was found once is followed by its landmarks: those of the last frame say where to look in this one. The
detector looks only when somebody was lost, when nobody is followed, and now and then for newcomers.

Knows faces over time; knows nothing of sources, swapping or threads.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from engines.geometry import box_of, iou, roi_from_detection, roi_from_landmarks
from engines.types import Detection, FaceDetector, FaceLandmarker, FaceLandmarks, HandLandmarks, Image, Points
from engines.wearer import Wearer
from realtime.hands import HandTracker
from realtime.smoothing import SteadyLandmarks

MIN_PRESENCE = 0.5
SEARCH_PERIOD_NS = 1_500_000_000
"""Between looks for newcomers: under 3 % of the frames at 25 fps."""
SELDOM = 3
REMEMBER_NS = 1_000_000_000
"""How long a lost face counts as missing, and its number is kept for its return."""
SAME_FACE_IOU = 0.3
LIKE_SIZE = 1.6
"""A face that returns within a second is at most this much larger or smaller."""
TAKE_OVER_RATIO = 1.3
"""A newcomer must be this much larger to take the place of a face that is followed already."""


@dataclass(frozen=True, slots=True)
class Track:
    """A face that is in view now. id: never reused. face: steadied landmarks, px. age: frames followed, from 1."""

    id: int
    face: FaceLandmarks
    age: int


@dataclass(slots=True)
class _Followed:
    id: int
    raw: FaceLandmarks  # as the model gave them: smoothing must not feed back into where to look
    seen_ns: int
    age: int = 0
    steady: SteadyLandmarks = field(default_factory=SteadyLandmarks)
    wearer: Wearer = field(default_factory=Wearer)

    @property
    def box(self) -> Points:
        return box_of(self.raw.points)


class FaceTracker:
    """Follows up to `max_faces` faces, the largest ones. One thread at a time.

    hands: who follows the hands near them, if anybody. on_detector_run: called at each run of the detector, for the
    metrics.
    """

    def __init__(
        self,
        detector: FaceDetector,
        landmarker: FaceLandmarker,
        *,
        hands: HandTracker | None = None,
        max_faces: int = 1,
        on_detector_run: Callable[[], None] = lambda: None,
    ) -> None:
        self._detector = detector
        self._landmarker = landmarker
        self._hands = hands
        self._max_faces = max_faces
        self._on_detector_run = on_detector_run
        self._followed: list[_Followed] = []
        self._lost: list[_Followed] = []
        self._next_id = 1
        self._searched_ns: int | None = None
        self._search_period_ns, self._steadies = SEARCH_PERIOD_NS, True

    def search_seldom(self, seldom: bool) -> None:
        """Look for newcomers a third as often, to save work."""
        self._search_period_ns = SEARCH_PERIOD_NS * (SELDOM if seldom else 1)
        if self._hands is not None:
            self._hands.search_seldom(seldom)

    def rescale(self, factor: float) -> None:
        """Pictures come in another size from now on: everybody is `factor` times as large."""
        for face in (*self._followed, *self._lost):
            face.raw = FaceLandmarks(face.raw.points * np.float32(factor), face.raw.presence)
            face.steady = SteadyLandmarks()
        if self._hands is not None:
            self._hands.forget()

    def leave_unsteady(self, unsteady: bool) -> None:
        """Give landmarks as the model gave them, to save work."""
        self._steadies = not unsteady
        for face in self._followed:
            face.steady = SteadyLandmarks()

    def update(self, image: Image, at_ns: int) -> list[Track]:
        """The faces really seen in `image`, largest first.

        image: BGR, before anything is painted on it. at_ns: its time, monotonic ns, rising from call to call.
        """
        lost_somebody = self._follow(image, at_ns)
        if lost_somebody or self._search_is_due(at_ns):
            self._search(image, at_ns)
        self._followed.sort(key=lambda face: -_size(face.box))
        boxes = [face.box for face in self._followed]
        hands = () if self._hands is None else self._hands.update(image, boxes, at_ns)
        return [self._track(face, hands, image, at_ns) for face in self._followed]

    def catch_up(self) -> None:
        """Do what is due and was put off, between two pictures: the search for hands."""
        if self._hands is not None:
            self._hands.catch_up()

    @property
    def missing(self) -> frozenset[int]:
        """Numbers of faces lost in the last second: they may still be in the picture, unseen."""
        return frozenset(face.id for face in self._lost)

    def _search_is_due(self, at_ns: int) -> bool:
        if not self._followed or self._searched_ns is None:
            return True
        return at_ns - self._searched_ns >= self._search_period_ns

    def _follow(self, image: Image, at_ns: int) -> bool:
        """Look where each face was; returns whether one was not there any more."""
        still: list[_Followed] = []
        for face in sorted(self._followed, key=lambda face: -face.age):
            found = self._landmarker.locate(image, roi_from_landmarks(face.raw.points))
            if found.presence < MIN_PRESENCE:
                self._lost.append(face)
            elif not any(iou(box_of(found.points), other.box[np.newaxis])[0] > SAME_FACE_IOU for other in still):
                face.raw, face.seen_ns = found, at_ns  # else two tracks met on one face: the older one goes on
                still.append(face)
        lost_somebody = len(still) < len(self._followed)
        self._followed = still
        self._lost = [face for face in self._lost if at_ns - face.seen_ns <= REMEMBER_NS]
        return lost_somebody

    def _search(self, image: Image, at_ns: int) -> None:
        self._searched_ns = at_ns
        self._on_detector_run()
        detections = sorted(self._detector.detect(image), key=lambda found: -_size(found.box_xyxy))
        for detection in detections:
            boxes = np.array([face.box for face in self._followed], np.float32).reshape(-1, 4)
            known = iou(detection.box_xyxy, boxes).max(initial=0) > SAME_FACE_IOU
            if not known and self._has_place_for(detection):
                self._begin(image, detection, at_ns)

    def _has_place_for(self, detection: Detection) -> bool:
        if len(self._followed) < self._max_faces:
            return True
        smallest = min(_size(face.box) for face in self._followed)
        return _size(detection.box_xyxy) > TAKE_OVER_RATIO * smallest

    def _begin(self, image: Image, detection: Detection, at_ns: int) -> None:
        found = self._landmarker.locate(image, roi_from_detection(detection))
        if found.presence >= MIN_PRESENCE:  # a second look from a better place steadies the first frame
            found = self._landmarker.locate(image, roi_from_landmarks(found.points))
        if found.presence < MIN_PRESENCE:
            return
        self._followed.append(self._returned_or_new(found, at_ns))
        if len(self._followed) > self._max_faces:
            self._followed.remove(min(self._followed, key=lambda face: _size(face.box)))

    def _returned_or_new(self, found: FaceLandmarks, at_ns: int) -> _Followed:
        """With the number of a face lost near here a moment ago, and what was learnt about it; or a new one."""
        for face in self._lost:
            if _may_be_the_same(box_of(found.points), face.box):
                self._lost.remove(face)
                return _Followed(face.id, found, at_ns, wearer=face.wearer)
        self._next_id += 1
        return _Followed(self._next_id - 1, found, at_ns)

    def _track(self, face: _Followed, hands: tuple[HandLandmarks, ...], image: Image, at_ns: int) -> Track:
        face.age += 1
        points = face.steady.update(image, face.raw.points, at_ns) if self._steadies else face.raw.points
        return Track(face.id, replace(face.raw, points=points, wearer=face.wearer, hands=hands), face.age)


def _may_be_the_same(box: Points, lost: Points) -> bool:
    """Whether a face may have moved from `lost` to `box` unseen: no farther than its size, and about as large."""
    moved = float(np.linalg.norm((box[:2] + box[2:]) - (lost[:2] + lost[2:]))) / 2
    return moved < _size(lost) and 1 / LIKE_SIZE < _size(box) / _size(lost) < LIKE_SIZE


def _size(box_xyxy: Points) -> float:
    """Longer side, px."""
    return float((box_xyxy[2:] - box_xyxy[:2]).max())
