"""What the frames before have taught about one person in view.

Knows running means and their weights; what is averaged is known to those who look (engines/swappers/). Nothing of it
outlives the track, and none of it is ever written down.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

LASTING = 300
"""Frames: what is older counts for little."""
FOLLOWED, SEEN_TO_CHANGE, NEAR_PX = 0.2, 0.012, 5
"""Of a change of fields in a frame where nothing is seen to change; the change of brightness from which something is
(twice that: all of it is followed); and how far around it."""
NOTHING = 1e-30
"""What fades by a factor a frame is 0 from here on: processors take a hundred times as long for numbers below 1e-38."""


@dataclass(slots=True)
class RunningMean:
    """A mean that begins with an assumption and follows what is seen. value: None before the first."""

    value: NDArray[np.float32] | None = None
    weight: float = 0

    def learn(self, seen: NDArray[np.float32], assumed: NDArray[np.float32], trust: float) -> NDArray[np.float32]:
        """The mean with `seen` in it. assumed: what it is before anything was seen, worth `trust` frames."""
        if self.value is None:
            self.value, self.weight = assumed.astype(np.float32), trust
        self.weight = min(self.weight + 1, LASTING)
        self.value += (seen - self.value) / np.float32(self.weight)
        return self.value


@dataclass(slots=True)
class Follower:
    """Values over a face's square that tremble with the camera's noise: slow where nothing is seen to change.

    value: (S, S, C) and seen: (S, S) of the frame before; None before the first. maker: who made them.
    """

    value: NDArray[np.float32] | None = None
    seen: NDArray[np.float32] | None = None
    maker: object = None

    def follow(self, value: NDArray[np.float32], seen: NDArray[np.float32], maker: object) -> NDArray[np.float32]:
        """The values, nearer to `value`: all the way where `seen` changed, a little where it did not.

        seen: (S, S) 0..1, the face's brightness. maker: another one than before begins anew.
        """
        if self.value is None or self.seen is None or self.maker is not maker:
            self.value, self.seen, self.maker = value, seen, maker
            return value
        changed = cv2.blur(cv2.absdiff(seen, self.seen), (NEAR_PX, NEAR_PX))
        rate = FOLLOWED + (1 - FOLLOWED) * np.clip(changed / np.float32(SEEN_TO_CHANGE) - 1, 0, 1)
        followed = value - self.value
        followed *= rate[..., np.newaxis]
        followed += self.value
        followed[np.abs(followed) < NOTHING] = 0
        self.value, self.seen = followed, seen
        return followed


@dataclass(slots=True, eq=False)
class TrackState:
    """One person in view. One thread at a time.

    shape: their landmarks as seen from the front (engines/mesh/shape.py). mix: how the source's face was composed
    with theirs (engines/compositor/network.py). in_front: (852,) 0..1, of which triangles of their face something is in
    front (engines/swappers/mesh/in_front.py); None of who never was painted. hidden: 0..1, how much of their face was
    behind something when it was last painted, as the painter saw it; 0 of who never was.
    """

    shape: RunningMean = field(default_factory=RunningMean)
    mix: Follower = field(default_factory=Follower)
    in_front: NDArray[np.float32] | None = None
    hidden: float = 0.0
