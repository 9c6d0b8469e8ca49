"""Who was seen in one picture, and what is known of those who were not: what stands between tracking and painting.

Live the two follow each other at once; a video's picture waits in between (`realtime.stream.backfill`). Knows faces in
view by their person; knows no pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from engines.image.geometry import SAME_FACE_IOU, box_of, iou, size_of
from engines.types import Points
from realtime.tracking.assignment import TrackedFace


class LostFace(Protocol):
    """A face that is not seen now and may still be there (`realtime.tracking.tracker.LostTrack`)."""

    @property
    def id(self) -> int: ...
    @property
    def box_xyxy(self) -> Points: ...
    @property
    def lost_ns(self) -> int: ...


@dataclass(slots=True)
class TrackingResult:
    """One picture.

    at_ns: its stream time. in_view: largest first. lost: who may be there unseen. unplaced: boxes (x1, y1, x2, y2 px)
    of faces without landmarks or a place. is_new: it has nothing to do with the picture before it. is_full: nobody more
    would be followed. gaps: who was seen a moment before and is again a moment later, by number, with the box where
    they must be.
    """

    at_ns: int
    in_view: list[TrackedFace]
    lost: Sequence[LostFace] = ()
    unplaced: Sequence[Points] = ()
    is_new: bool = False
    is_full: bool = False
    gaps: dict[int, Points] = field(default_factory=dict)

    def find(self, number: int) -> TrackedFace | None:
        """The face of this person, if it is in view."""
        return next((face for face in self.in_view if face.id == number), None)

    def add(self, face: TrackedFace) -> None:
        """A face was in view after all."""
        box = box_of(face.face.points)
        self.in_view = sorted((*self.in_view, face), key=lambda other: -size_of(box_of(other.face.points)))
        self.lost = [other for other in self.lost if other.id != face.id]
        self.unplaced = [other for other in self.unplaced if iou(box, other[np.newaxis])[0] <= SAME_FACE_IOU]

    def boxes(self) -> Points:
        """(N, 4) of the faces in view, px."""
        return np.array([box_of(face.face.points) for face in self.in_view], np.float32).reshape(-1, 4)
