"""Who is where, frame after frame, with as few detector runs as possible.

A face that was found once is followed by its landmarks: those of the last frame say where to look in this one. What a
search sees and the landmarks do not is told too: a face that nobody can swap must not be forgotten.

Knows faces over time; knows nothing of sources, swapping or threads.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from engines.appearance import look_at
from engines.geometry import box_of, iou, roi_from_detection, roi_from_landmarks
from engines.plausibility import continues, is_plausible
from engines.types import Detection, FaceDetector, FaceLandmarker, FaceLandmarks, HandLandmarks, Image, Points
from realtime.hands import HandTracker
from realtime.identity import FollowedFace, LostTrack, People, Track, near_enough, size_of
from realtime.search import FaceSearch
from realtime.smoothing import SteadyLandmarks

MIN_PRESENCE = 0.5
SOON_NS, LOST_NS, LEFT_NS = 1_000_000_000, 30_000_000_000, 500_000_000
"""How long every frame is searched for a lost face, and how long it may still be there, behind a hand or a book, or
turned away; a face that went out at the picture's edge for less."""
AT_EDGE = 0.15
"""Of its size: a face that near an edge when it was lost has left by it."""
SAME_FACE_IOU, MERGED_IOU, MATCHES_IOU = 0.3, 0.6, 0.2
"""Of two boxes: a detection and a face that is followed, two faces that have become one, a detection and its
landmarks."""
SURE_DETECTION = 0.6
"""Score from which a face that has no landmarks counts as one: below, patterns do."""
TAKE_OVER_RATIO = 1.3
"""A newcomer must be this much larger to take the place of a face that is followed already."""
CROWD = 1.6
"""Sizes of a face: others nearer than this may be taken for it, and its looks are compared in every frame."""


class FaceTracker:
    """Follows up to `max_faces` faces, the largest ones. One thread at a time.

    hands: who follows the hands near them, if anybody. on_detector_run: called at each run of the detector, for the
    metrics. protected: numbers of faces whose place nobody takes. unplaced: boxes (x1, y1, x2, y2 px) of faces in the
    last picture that are not followed: too turned or hidden for landmarks, or too many. lost: see `LostTrack`.
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
        self._search = FaceSearch(detector, on_detector_run)
        self._landmarker = landmarker
        self._hands = hands
        self._max_faces = max_faces
        self._followed: list[FollowedFace] = []
        self._lost: list[FollowedFace] = []
        self._people = People()
        self._frame_wh = (0, 0)
        self._now_ns = 0
        self._steadies = True
        self.unplaced: tuple[Points, ...] = ()
        self.protected: Collection[int] = ()

    def search_seldom(self, seldom: bool) -> None:
        """Look at pictures that do not change a third as often, to save work."""
        self._search.seldom(seldom)
        if self._hands is not None:
            self._hands.search_seldom(seldom)

    def leave_unsteady(self, unsteady: bool) -> None:
        """Give landmarks as the model gave them, to save work."""
        self._steadies = not unsteady
        for face in self._followed:
            face.steady = SteadyLandmarks()

    def update(self, image: Image, at_ns: int) -> list[Track]:
        """The faces really seen in `image`, largest first.

        image: BGR, before anything is painted on it. at_ns: its time, monotonic ns, rising from call to call.
        """
        self._now_ns = at_ns
        self._fit_to((image.shape[1], image.shape[0]))
        self._follow(image, at_ns)
        if self._search_is_due(image, at_ns):
            self._look_for_others(image, at_ns)
        self._recognise(image, at_ns)
        self._followed.sort(key=lambda face: -size_of(face.box))
        boxes = [face.box for face in self._followed]
        hands = () if self._hands is None else self._hands.update(image, boxes, at_ns)
        return [self._track(face, hands, image, at_ns) for face in self._followed]

    def catch_up(self) -> None:
        """Do what is due and was put off, between two pictures: the search for hands."""
        if self._hands is not None:
            self._hands.catch_up()

    @property
    def knows_everybody(self) -> bool:
        """Whether the picture was searched often enough, since it last was another one, to say who is in it."""
        return self._search.is_complete

    @property
    def lost(self) -> tuple[LostTrack, ...]:
        """Who may still be in the picture, unseen; but not who has been behind a face that is followed for a second."""
        boxes = self._boxes()
        return tuple(
            LostTrack(face.person.id, face.box, face.seen_ns)
            for face in self._lost
            if self._now_ns - face.seen_ns <= SOON_NS or iou(face.box, boxes).max(initial=0) <= MERGED_IOU
        )

    def _boxes(self) -> Points:
        """(N, 4) of the faces that are followed."""
        return np.array([face.box for face in self._followed], np.float32).reshape(-1, 4)

    def _fit_to(self, frame_wh: tuple[int, int]) -> None:
        """Take over what is known of faces when pictures come in another size."""
        before, self._frame_wh = self._frame_wh, frame_wh
        if before in {(0, 0), frame_wh}:
            return
        across, down = frame_wh[0] / before[0], frame_wh[1] / before[1]
        scale = np.array([across, down, across], np.float32)
        for face in (*self._followed, *self._lost):
            face.raw = replace(face.raw, points=(face.raw.points + np.float32(0.5)) * scale - np.float32(0.5))
            face.first, face.steady = face.raw.points, SteadyLandmarks()
        if self._hands is not None:
            self._hands.forget()

    def _search_is_due(self, image: Image, at_ns: int) -> bool:
        boxes, is_lost = [face.box for face in self._followed], bool(self._lost)
        due = self._search.is_due(image, boxes, at_ns, somebody_is_lost=is_lost)
        return due or bool(self.unplaced) or any(at_ns - face.seen_ns <= SOON_NS for face in self._lost)

    def _follow(self, image: Image, at_ns: int) -> None:
        """Look where each face was; one that is not there any more is lost."""
        still: list[FollowedFace] = []
        for face in sorted(self._followed, key=lambda face: -face.age):
            found = self._landmarker.locate(image, roi_from_landmarks(face.raw.points))
            boxes = np.array([other.box for other in still], np.float32).reshape(-1, 4)
            is_there = self._may_be_a_face(found) and continues(face.raw.points, found.points)
            # Two on one face: the older one goes on, and the other one is lost.
            if is_there and iou(box_of(found.points), boxes).max(initial=0) <= MERGED_IOU:
                face.raw, face.seen_ns = found, at_ns
                still.append(face)
            else:
                self._lose(face)
        self._followed = still
        self._lost = [face for face in self._lost if at_ns - face.seen_ns <= self._patience_ns(face)]

    def _lose(self, face: FollowedFace) -> None:
        self._lost.append(face)
        self._people.left(face.person)

    def _may_be_a_face(self, found: FaceLandmarks) -> bool:
        return found.presence >= MIN_PRESENCE and is_plausible(found.points, self._frame_wh)

    def _patience_ns(self, face: FollowedFace) -> int:
        margin = AT_EDGE * size_of(face.box)
        has_left = (face.box[:2] < margin).any() or (face.box[2:] > np.subtract(self._frame_wh, margin)).any()
        return LEFT_NS if has_left else LOST_NS

    def _look_for_others(self, image: Image, at_ns: int) -> None:
        found_here = self._search.run(image, at_ns, nobody_is_followed=not self._followed)
        detections = sorted(found_here, key=lambda found: -size_of(found.box_xyxy))
        known, seen = self._known_among(detections)
        self.unplaced = tuple(
            found.box_xyxy
            for number, found in enumerate(detections)
            if number not in known and not self._begin(image, found, at_ns, seen) and found.score >= SURE_DETECTION
        )

    def _known_among(self, detections: Sequence[Detection]) -> tuple[set[int], list[FollowedFace]]:
        """Numbers of the detections that are faces which are followed, one each, the one that fits it best; and who."""
        boxes = np.array([found.box_xyxy for found in detections], np.float32).reshape(-1, 4)
        fits = [(value, number, face) for face in self._followed for number, value in enumerate(iou(face.box, boxes))]
        known: set[int] = set()
        matched: list[FollowedFace] = []
        for value, number, face in sorted(fits, key=lambda fit: -fit[0]):
            if value > SAME_FACE_IOU and number not in known and face not in matched:
                known.add(number)
                matched.append(face)
        return known, matched

    def _begin(self, image: Image, detection: Detection, at_ns: int, seen: Sequence[FollowedFace]) -> bool:
        """Follow a face from now on. Returns whether it is followed, perhaps was before. seen: who is another one."""
        place = self._place_for(detection)
        if place is None:
            return False
        found = self._landmarker.locate(image, roi_from_detection(detection))
        if found.presence >= MIN_PRESENCE:  # a second look from a better place steadies the first frame
            found = self._landmarker.locate(image, roi_from_landmarks(found.points))
        box = box_of(found.points)
        if not self._may_be_a_face(found) or iou(detection.box_xyxy, box[np.newaxis])[0] < MATCHES_IOU:
            return False
        merged = [face for face in self._followed if iou(box, face.box[np.newaxis])[0] > MERGED_IOU]
        if merged:  # its landmarks slid onto a face that is followed: it was that one, or it is behind it
            middle = (detection.box_xyxy[:2] + detection.box_xyxy[2:]) / 2
            unseen = [face.box for face in merged if face not in seen]
            return any(bool(((box[:2] < middle) & (middle < box[2:])).all()) for box in unseen)
        for face in place:
            self._followed.remove(face)
            self._people.left(face.person)
        near = [face.person for face in self._lost if near_enough(box, face.box)]
        person = self._people.arrived(look_at(image, found.points), near)
        self._lost = [face for face in self._lost if face.person is not person]
        self._followed.append(FollowedFace(person, found, at_ns, found.points))
        return True

    def _place_for(self, detection: Detection) -> list[FollowedFace] | None:
        """Whom a newcomer supplants, if anybody; None if there is no place."""
        if len(self._followed) < self._max_faces:
            return []
        others = [face for face in self._followed if face.person.id not in self.protected]
        smallest = min(others, key=lambda face: size_of(face.box), default=None)
        if smallest is None or size_of(detection.box_xyxy) <= TAKE_OVER_RATIO * size_of(smallest.box):
            return None
        return [smallest]

    def _recognise(self, image: Image, at_ns: int) -> None:
        """See whether everybody is still who they were."""
        for face in self._followed:
            look = face.recognise(image, at_ns, crowded=self._is_crowded(face))
            if look is not None:
                self._lose(replace(face))
                face.becomes(self._people.arrived(look, []))

    def _is_crowded(self, face: FollowedFace) -> bool:
        """Whether somebody is near enough to be taken for this face."""
        others = [other.box for other in (*self._followed, *self._lost) if other.person is not face.person]
        reach = CROWD * size_of(face.box)
        middle = face.box[:2] + face.box[2:]
        return any(np.linalg.norm(box[:2] + box[2:] - middle) / 2 < reach for box in (*others, *self.unplaced))

    def _track(self, face: FollowedFace, hands: tuple[HandLandmarks, ...], image: Image, at_ns: int) -> Track:
        face.age += 1
        points = face.steady.update(image, face.raw.points, at_ns) if self._steadies else face.raw.points
        person = face.person
        seen = replace(face.raw, points=points, wearer=person.wearer, hands=hands)
        certainty, moves = face.certainty, person.moves
        return Track(person.id, seen, face.age, self._frame_wh, person.appearance, certainty, moves)
