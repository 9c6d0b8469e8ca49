"""What the frames before have taught about one person in view.

Knows running means and their weights; what is averaged is known to those who look (engines/swappers/). Nothing of it
outlives the track, and none of it is ever written down.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROUND = 3
"""Frames in which each of several things is looked at once."""
LASTING = 300
"""Frames: what is older counts for little."""
AT_REST = 0.25
"""Of a small change, in a frame: what trembles from frame to frame trembles a third as much."""
BELIEF_LOOKS = 30
SELDOM = 10
"""Frames from one look to the next for what is not so."""


@dataclass(slots=True)
class Average:
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
class Steadied:
    """A value that trembles a little. value: None before the first."""

    value: NDArray[np.float32] | None = None

    def follow(self, seen: NDArray[np.float32], large: float) -> NDArray[np.float32]:
        """The value, nearer to `seen`: by a quarter of the way for a small change, all of it for a large one.

        large: root mean square of a change that is no trembling; it is followed at once.
        """
        if self.value is None:
            self.value = seen
            return seen
        change = seen - self.value
        size = float(np.sqrt(np.square(change).mean()))
        self.value = self.value + change * np.float32(AT_REST + (1 - AT_REST) * min(1, size / large))
        return self.value


@dataclass(slots=True)
class Belief:
    """Whether something is true of a person: an average over a second of looks, which are seldom while it is not.

    likely: in the unit of those who look. looks: how many there were.
    """

    likely: float = 0
    looks: int = 0
    _waits: int = 0

    def is_due(self) -> bool:
        """Whether to look at this frame."""
        self._waits = max(0, self._waits - 1)
        return self._waits == 0

    def learn(self, seen: float, sure: float) -> bool:
        """Whether the average, with `seen` in it, is above `sure`."""
        self.looks = min(self.looks + 1, BELIEF_LOOKS)
        self.likely += (seen - self.likely) / self.looks
        self._waits = 0 if self.likely > sure / 2 else SELDOM
        return self.likely > sure


@dataclass(slots=True)
class Glances:
    """The last look at each of several things that hardly change: in a frame only a part of them is looked at."""

    _seen: dict[int, Any] = field(default_factory=dict)
    _frame: int = 0

    def next_frame(self) -> None:
        """Others are looked at from here on."""
        self._frame += 1

    def at(self, thing: int, look: Callable[[], Any]) -> Any:
        """What `look` gives, or gave lately. thing: its number."""
        if thing not in self._seen or (self._frame + thing) % ROUND == 0:
            self._seen[thing] = look()
        return self._seen[thing]

    def forget(self) -> None:
        """Look at everything anew."""
        self._seen.clear()


@dataclass(slots=True, eq=False)
class Wearer:
    """One person in view. One thread at a time.

    shape: their landmarks as seen from the front (engines/swappers/shape.py). glasses: how likely they wear some, and
    rims: where they are (engines/swappers/glasses.py). light: on their skin (engines/swappers/in_front.py).
    """

    shape: Average = field(default_factory=Average)
    glasses: Belief = field(default_factory=Belief)
    rims: Glances = field(default_factory=Glances)
    light: Steadied = field(default_factory=Steadied)
