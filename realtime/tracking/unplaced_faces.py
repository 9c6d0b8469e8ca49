"""Faces that a search sees and nobody can follow: too turned, hidden or cut off for landmarks, or too many.

A detector that saw one a moment ago and overlooks it now has not made it go away, so where it was is remembered. Knows
boxes and time; searches no picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engines.image.geometry import SAME_FACE_IOU, iou, size_of
from engines.types import Points

REMEMBERED_NS = 1_000_000_000
"""How long such a face may still be there though no search sees it."""


class MayBeBehind(Protocol):
    """A face that is followed. may_be_behind: whether another one may be in front of it."""

    @property
    def may_be_behind(self) -> bool: ...


@dataclass(slots=True, eq=False)
class _Unplaced:
    """behind: whose landmarks were found at its place."""

    box: Points
    seen_ns: int
    since_ns: int
    behind: MayBeBehind | None = None


class UnplacedFaces:
    """Those of one stream. One thread at a time. boxes: x1, y1, x2, y2 px each."""

    def __init__(self) -> None:
        self._faces: list[_Unplaced] = []

    @property
    def boxes(self) -> tuple[Points, ...]:
        return tuple(face.box for face in self._faces)

    def see(self, boxes: Sequence[Points], placed: Sequence[Points], at_ns: int) -> None:
        """These are seen now, and those are followed from now on. One that was near any of them before was that one."""
        now = *boxes, *placed
        others = [face for face in self._faces if not any(_has_moved(face.box, box) for box in now)]
        self._faces = [*others, *(_Unplaced(box, at_ns, self._since(box, at_ns)) for box in boxes)]

    def watch(self, followed: Sequence[tuple[MayBeBehind, Points]], at_ns: int) -> None:
        """These are followed where a search sees them; who was there before is so while they may be in front."""
        for face, box in followed:
            self._watch(face, box, at_ns)

    def _watch(self, face: MayBeBehind, box: Points, at_ns: int) -> None:
        if not face.may_be_behind:
            self._faces = [one for one in self._faces if one.behind is not face]
            return
        for one in self._faces:
            if one.seen_ns < at_ns and _has_moved(one.box, box):
                one.seen_ns, one.behind = at_ns, face
                one.box = box if iou(box, one.box[np.newaxis])[0] > SAME_FACE_IOU else one.box

    def _since(self, box: Points, at_ns: int) -> int:
        return min((face.since_ns for face in self._faces if _has_moved(face.box, box)), default=at_ns)

    def explain(self, box: Points, other: Points, seen_ns: int) -> bool:
        """Whether one that was there at `seen_ns` was rather where a box is now than `other` is, so is not that one."""
        faces = [face for face in self._faces if face.since_ns <= seen_ns]
        return any(iou(box, np.stack([other, face.box])).argmax() == 1 for face in faces)

    def look_after(self, at_ns: int) -> None:
        """Forget who has not been seen for long."""
        self._faces = [face for face in self._faces if at_ns - face.seen_ns <= REMEMBERED_NS]

    def rescale(self, across: float, down: float) -> None:
        """Pictures come in another size from now on."""
        for face in self._faces:
            face.box = face.box * np.array([across, down, across, down], np.float32)

    def forget(self) -> None:
        """The picture has nothing to do with those before it."""
        self._faces = []


def _has_moved(before: Points, now: Points) -> bool:
    """Whether a face may have moved so from one search to the next: no farther than half its size."""
    apart = float(np.linalg.norm((before[:2] + before[2:]) - (now[:2] + now[2:]))) / 2
    return apart <= size_of(now) / 2
