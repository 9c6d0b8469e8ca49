"""Videos wait a few pictures: a face is swapped from where it can be seen on, not from where a search found it.

Who walks in, turns to the camera or takes a hand off their face is found some pictures later. From there their
landmarks are followed backwards, as long as they are as sure as forwards. Who was lost and is found again is looked
for between the two places; where they cannot be seen, it is told where they must be.

Knows landmarks over time; knows nothing of swapping.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from engines.image.geometry import box_of, iou, roi_from_landmarks
from engines.landmarks.plausibility import continues, located
from engines.recognition.appearance import DIFFERENT, look_at
from engines.types import FaceLandmarker, FaceLandmarks, Image, Points
from realtime.tracking.face_search import VIDEO_PERIOD
from realtime.tracking.reidentification import Track
from realtime.tracking.result import TrackingResult
from realtime.tracking.smoothing import SteadyLandmarks
from realtime.tracking.tracker import MERGED_IOU

LOOKAHEAD = VIDEO_PERIOD + 2
"""Pictures that wait: whoever is overlooked at first is found by the next search."""
MOST_BYTES = 320_000_000
"""Of all pictures that wait: 12 of 3840x2160 are 299 MB; of larger ones fewer wait."""


class TrackedPicture(Protocol):
    """A picture that is not painted yet. result: None where tracking failed."""

    @property
    def canvas(self) -> Image: ...
    @property
    def result(self) -> TrackingResult | None: ...


T = TypeVar("T", bound=TrackedPicture)


class BackfillBuffer(Generic[T]):
    """The pictures of one video that wait. One thread at a time, pictures in order.

    max_faces: as of the tracker; nobody is added to a picture in which so many are.
    """

    def __init__(self, landmarker: FaceLandmarker, max_faces: int) -> None:
        self._landmarker, self._max_faces = landmarker, max_faces
        self._waiting: deque[T] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, picture: T) -> None:
        """It waits from now on."""
        self._waiting.append(picture)

    def ready(self) -> Iterator[T]:
        """Those that need wait no longer, in order."""
        while len(self._waiting) > min(LOOKAHEAD, MOST_BYTES // max(1, self._waiting[0].canvas.nbytes)):
            yield self._waiting.popleft()

    def rest(self) -> Iterator[T]:
        """All of them, in order: the video is over."""
        while self._waiting:
            yield self._waiting.popleft()

    def fill(self) -> None:
        """Look for those who are new in the last picture in the pictures before it. Raises what an engine raises."""
        *before, last = self._waiting
        now = last.result
        if now is None or now.is_new or not before or before[-1].result is None:
            return
        for track in now.in_view:
            if isinstance(track, Track) and before[-1].result.find(track.id) is None:
                self._follow_back(track, last.canvas, now.at_ns, before)

    def _follow_back(self, track: Track, canvas: Image, at_ns: int, before: Sequence[T]) -> None:
        """Picture by picture, until they are not there. at_ns: of the picture in which they were found."""
        points, steady = track.face.points, SteadyLandmarks()
        steady.update(canvas, points, 0)
        for number in reversed(range(len(before))):
            picture = before[number]
            found = self._locate(track, points, picture)
            if picture.result is None or found is None:
                self._bridge(track, points, before[: number + 1])
                return
            points = found.points
            steadied = steady.update(picture.canvas, points, at_ns - picture.result.at_ns)
            _add(track, replace(found, points=steadied), picture.result)
            if picture.result.is_new:
                return

    def _bridge(self, track: Track, after: Points, before: Sequence[T]) -> None:
        """Look between where somebody was lost and found again. after: their landmarks right after `before`."""
        gap: list[tuple[T, TrackingResult]] = []
        for picture in reversed(before):
            result = picture.result
            if result is None:
                return
            face = result.find(track.id)
            if face is not None:
                self._fill_gap(track, face.face.points, after, gap[::-1])
                return
            if result.is_new:
                return
            gap.append((picture, result))

    def _fill_gap(self, track: Track, start: Points, end: Points, gap: Sequence[tuple[T, TrackingResult]]) -> None:
        for step, (picture, result) in enumerate(gap, 1):
            between = start + (end - start) * (step / (len(gap) + 1))
            found = self._locate(track, between, picture)
            if found is not None:
                _add(track, found, result)
            elif iou(box_of(between), result.boxes()).max(initial=0) <= MERGED_IOU:  # else: behind somebody
                result.gaps[track.id] = box_of(between)

    def _locate(self, track: Track, near: Points, picture: T) -> FaceLandmarks | None:
        """Their landmarks in a picture in which they are not known to be. near: about where, (468, 3) px."""
        result, size_wh = picture.result, (picture.canvas.shape[1], picture.canvas.shape[0])
        if result is None or size_wh != track.frame_wh or len(result.in_view) >= self._max_faces:
            return None
        if result.find(track.id) is not None:
            return None
        found = located(self._landmarker, picture.canvas, roi_from_landmarks(near))
        if (
            found is None
            or not continues(near, found.points)
            or iou(box_of(found.points), result.boxes()).max(initial=0) > MERGED_IOU
        ):
            return None
        alike = track.appearance.likeness(look_at(picture.canvas, found.points))
        return found if alike is None or alike >= DIFFERENT else None


def _add(track: Track, found: FaceLandmarks, result: TrackingResult) -> None:
    """With the hands that were seen in that picture, if anybody was."""
    hands = result.in_view[0].face.hands if result.in_view else ()
    result.add(replace(track, face=replace(found, track_state=track.face.track_state, hands=hands)))
