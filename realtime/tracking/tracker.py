"""Who is where, frame after frame, with as few detector runs as possible.

A face that was found once is followed by its landmarks: those of the last frame say where to look in this one. What a
search sees and the landmarks do not is told too: a face that nobody can swap must not be forgotten.

Knows faces over time; knows nothing of sources, swapping or threads.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np

from engines.image.geometry import SAME_FACE_IOU, box_of, iou, matched, roi_from_detection, roi_from_landmarks, size_of
from engines.landmarks.plausibility import followed, is_of_detected, is_still_of_detected, located_first
from engines.recognition.appearance import look_at
from engines.types import Detection, FaceDetector, FaceLandmarker, Image, Points, Roi
from realtime.tracking.edge_search import boxes_of
from realtime.tracking.face_search import SOON_NS, FaceSearch
from realtime.tracking.hand_tracker import HandTracker
from realtime.tracking.reidentification import FollowedFace, LostTrack, People, Person, Track, far_from, near_enough
from realtime.tracking.smoothing import SteadyLandmarks
from realtime.tracking.unplaced_faces import UnplacedFaces

LOST_NS, LEFT_NS = 30_000_000_000, 500_000_000
"""How long a lost face may still be there, and one lost at an edge."""
MERGED_IOU = 0.6
"""Of the boxes of two faces that have become one."""
TAKE_OVER_RATIO = 1.3
"""A newcomer must be this much larger to take the place of a face that is followed already."""


class FaceTracker:
    """Follows up to `max_faces` faces, the largest ones; once it falls, those who are followed stay so. One thread.

    hands: who follows the hands near them, if any, while sees_hands. video, prefer: see `FaceSearch`. on_detector_run:
    for the metrics. protected: numbers whose place nobody takes. unplaced: see `UnplacedFaces`. lost: see `LostTrack`.
    """

    def __init__(
        self,
        detector: FaceDetector,
        landmarker: FaceLandmarker,
        *,
        hands: HandTracker | None = None,
        max_faces: int = 1,
        video: bool = False,
        on_detector_run: Callable[[], None] = lambda: None,
    ) -> None:
        self._search = FaceSearch(detector, on_detector_run, video=video)
        self.prefer = self._search.prefer
        self._landmarker = landmarker
        self._hands = hands
        self.max_faces = max_faces
        self._followed: list[FollowedFace] = []
        self._lost: list[FollowedFace] = []
        self._people = People()
        self._frame_wh, self._now_ns = (0, 0), 0
        self.sees_hands = self._steadies = True
        self._unplaced = UnplacedFaces()
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
        self._unplaced.look_after(at_ns)
        self._recognise(image, at_ns)
        self._followed.sort(key=lambda face: -size_of(face.box))
        hands = self._hands.update(image, list(self._boxes()), at_ns) if self._hands and self.sees_hands else ()
        return [face.track(image, at_ns, hands, steady=self._steadies) for face in self._followed]

    def run_deferred(self) -> None:
        """Do what is due and was put off, between two pictures: the search for hands."""
        if self._hands is not None:
            self._hands.run_deferred()

    @property
    def unplaced(self) -> tuple[Points, ...]:
        """Of faces that are not followed and must be there, x1, y1, x2, y2 px."""
        return self._unplaced.boxes

    @property
    def is_full(self) -> bool:
        """Whether nobody more would be followed."""
        return len(self._followed) >= self.max_faces

    @property
    def is_new(self) -> bool:
        """Whether the last picture has nothing to do with the one before it: the first, or a cut."""
        return self._search.is_new

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
        for face in (*self._followed, *self._lost):
            face.rescale(across, down)
        self._unplaced.rescale(across, down)
        if self._hands is not None:
            self._hands.forget()

    def _search_is_due(self, image: Image, at_ns: int) -> bool:
        boxes, lost_ns = [face.box for face in self._followed], max((f.seen_ns for f in self._lost), default=None)
        return self._search.is_due(image, boxes, at_ns, lost_ns, self.unplaced, places=self.max_faces - len(boxes))

    def _follow(self, image: Image, at_ns: int) -> None:
        """Look where each face was; one that is not there any more is lost."""
        still: list[FollowedFace] = []
        for face in sorted(self._followed, key=lambda face: -face.age):
            found = followed(self._landmarker, image, face.raw.points)
            boxes = np.array([other.box for other in still], np.float32).reshape(-1, 4)
            # Two on one face: the older one goes on, and the other one is lost.
            if found is None or iou(box_of(found.points), boxes).max(initial=0) > MERGED_IOU:
                self._lose(face)
                continue
            face.see(found, at_ns)
            still.append(face)
        self._followed = still
        patience_ns = {True: LEFT_NS, False: LOST_NS}
        self._lost = [f for f in self._lost if at_ns - f.seen_ns <= patience_ns[f.is_at_edge(self._frame_wh)]]

    def _lose(self, face: FollowedFace) -> None:
        self._lost.append(face)
        self._people.left(face.person)

    def _just_lost_near(self, box: Points, at_ns: int) -> list[FollowedFace]:
        """Whose face may have moved into a box since it was lost, a second ago at most."""
        return [face for face in self._lost if at_ns - face.seen_ns <= SOON_NS and near_enough(box, face.box)]

    def _look_for_others(self, image: Image, at_ns: int) -> None:
        if self._search.is_cut:
            self._unplaced.forget()
            self._lost = []
        self._place(self._search.run(image, at_ns), image, at_ns)
        if not self._followed:
            self._place(self._search.run_turned(image), image, at_ns)

    def _place(self, detections: list[Detection], image: Image, at_ns: int) -> None:
        """Follow those who are not followed, and remember where those are that cannot be."""
        detections.sort(key=lambda found: -size_of(found.box_xyxy))
        boxes = boxes_of(detections)
        before = [*self._followed]
        pairs = ((n, before[k]) for k, n in matched(self._boxes(), boxes, least_iou=SAME_FACE_IOU).items())
        whose = {n: face for n, face in pairs if is_still_of_detected(face.raw.points, detections[n])}
        seen, new = [*whose.values()], sorted({*range(len(boxes))} - whose.keys())
        for number in new:
            face = self._begin(image, detections[number], at_ns, seen)
            if face is not None and iou(face.box, boxes).argmax() == number:  # else it slid onto another's
                whose[number] = face
        others = [n for n, found in enumerate(detections) if n not in whose and self._search.is_face(image, found)]
        unplaced = [*(boxes[n] for n in others), *(face.box for face in before if face not in self._followed)]
        self._unplaced.see(unplaced, [boxes[n] for n in new if n in whose and not whose[n].may_be_behind], at_ns)
        self._unplaced.watch([(face, boxes[number]) for number, face in whose.items()], at_ns)

    def _begin(self, image: Image, detection: Detection, at_ns: int, seen: list[FollowedFace]) -> FollowedFace | None:
        """Follow a face from now on, or again. Returns which was detected, if any. seen: those that are others."""
        place = self._place_for(detection)
        found = None if place is None else located_first(self._landmarker, image, self._rois_of(detection, at_ns))
        if place is None or found is None or not is_of_detected(found.points, detection):
            return None
        box = box_of(found.points)
        merged = [face for face in self._followed if iou(box, face.box[np.newaxis])[0] > MERGED_IOU]
        if merged:  # its landmarks slid onto a face that is followed: it was that one, or it is behind it
            middle = (detection.box_xyxy[:2] + detection.box_xyxy[2:]) / 2
            unseen = (face for face in merged if face not in seen)
            return next((f for f in unseen if ((f.box[:2] < middle) & (middle < f.box[2:])).all()), None)
        for face in place:
            self._followed.remove(face)
            self._people.left(face.person)
        near = {face.person: face.seen_ns for face in self._just_lost_near(box, at_ns)}
        is_alone = len(near) == 1 and self._is_alone(box, next(iter(near)))
        person = self._people.arrived(look_at(image, found.points), list(near), is_alone=is_alone)
        is_other = self._unplaced.explain(detection.box_xyxy, box, near.get(person, -1))
        self._lost = [face for face in self._lost if face.person is not person]
        seen.append(FollowedFace(person, found, at_ns, found.points))
        self._followed.append(seen[-1])
        return None if is_other else seen[-1]

    def _rois_of(self, detection: Detection, at_ns: int) -> list[Roi]:
        """Where a detector saw it, and where one was lost."""
        lost = self._just_lost_near(detection.box_xyxy, at_ns)
        return [roi_from_detection(detection), *(roi_from_landmarks(face.raw.points) for face in lost)]

    def _place_for(self, detection: Detection) -> list[FollowedFace] | None:
        """Whom a newcomer supplants, if anybody; None if there is no place."""
        if not self.is_full:
            return []
        others = [face for face in self._followed if face.person.id not in self.protected]
        smallest = min(others, key=lambda face: size_of(face.box), default=None)
        if smallest is None or size_of(detection.box_xyxy) <= TAKE_OVER_RATIO * size_of(smallest.box):
            return None
        return [smallest]

    def _recognise(self, image: Image, at_ns: int) -> None:
        """See whether everybody is still who they were, and whether newcomers are somebody who was away."""
        for face in self._followed:
            look = face.recognise(image, at_ns, is_alone=self._is_alone(face.box, face.person))
            if look is not None and face.is_unlike and face.turn_over(self._landmarker, image, at_ns):
                continue
            if look is not None and face.is_another:
                self._lose(replace(face))
                self._becomes(face, self._people.arrived(look, [], is_alone=False))
            elif look is not None and face.is_new and (known := self._people.known(look)) is not None:
                self._becomes(face, known)

    def _becomes(self, face: FollowedFace, person: Person) -> None:
        self._people.is_back(person)
        self._lost = [lost for lost in self._lost if lost.person is not person]
        face.becomes(person)

    def _is_alone(self, box: Points, person: Person) -> bool:
        """Whether nobody is near enough to be taken for the face in a box. person: whose it is."""
        others = [other.box for other in (*self._followed, *self._lost) if other.person is not person]
        others += [other for other in self.unplaced if iou(box, other[np.newaxis])[0] <= SAME_FACE_IOU]
        return far_from(box, others)
