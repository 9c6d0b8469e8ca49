"""Whose faces are followed at a joint, where one segment ends and the next one begins.

With fewer faces wanted than there are, who is swapped depends on who was followed before, and a segment that begins
anew may follow somebody else. Both look at the pictures around the joint: where they disagree, the later one is made
again, beginning with those whom the earlier one followed. Knows boxes at times; knows no pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engines.image.geometry import SAME_FACE_IOU, matched
from engines.types import Points
from realtime.tracking.result import TrackingResult
from realtime.types import Frame


@dataclass(slots=True)
class Followed:
    """Who is followed, seen at four moments. Boxes (N, 4) px; None where the segment has no such picture.

    begins: in its first picture. next_begins: in the first one of the next segment. next_looks: in the first one that
    whoever makes that one looks at.
    """

    begins: Points | None = None
    next_begins: Points | None = None
    next_looks: Points | None = None


@dataclass(slots=True)
class JointWatch:
    """Notes who is followed in the pictures that count. starts, ends, next_looks: pts; None for no such picture."""

    starts: int | None
    ends: int | None
    next_looks: int | None
    seen: Followed = field(default_factory=Followed)

    def note(self, frame: Frame, result: TrackingResult) -> None:
        """A picture was tracked."""
        for name, at in (("begins", self.starts), ("next_looks", self.next_looks), ("next_begins", self.ends)):
            if at is not None and frame.pts >= at and getattr(self.seen, name) is None:
                setattr(self.seen, name, result.boxes())


def preferred(before: Followed, after: Followed) -> Sequence[Points]:
    """Whom the later of two segments should have begun with; nobody where both follow the same."""
    here, there = before.next_begins, after.begins
    if here is None or there is None or before.next_looks is None:
        return ()
    if len(here) == len(there) == len(matched(here, there, least_iou=SAME_FACE_IOU)):
        return ()
    return [np.asarray(box, np.float32) for box in before.next_looks]
