"""Video time: when a thing happens in a video whose container counts differently.

A container may start at any time (a recording from the air: at hours), and where recordings were joined its times
jump. Video time starts at 0 with the first thing seen or heard, and goes on over jumps. The thread that reads the
pictures tells a Timeline of jumps as it comes to them; whoever brings the sound asks it.

Knows seconds; knows nothing of packets, streams or what makes a jump.
"""

import math
from bisect import bisect
from dataclasses import dataclass, replace

SAME_S = 1e-4
MARGIN_S = 1.0
"""Sound may begin before the pictures of its part, and go on after them, by as much."""


@dataclass(frozen=True, slots=True)
class Part:
    """A run of pictures without a jump: container times, s, and what to take off for video time.

    after: where the last picture before it lies in the file, byte; -1 where that is not known.
    """

    start_s: float
    end_s: float
    offset_s: float
    after: int = -1

    def distance_s(self, container_s: float) -> float:
        """How far outside the part a container time is, s; 0 within."""
        return max(self.start_s - container_s, container_s - self.end_s, 0.0)


class Timeline:
    """Container time -> video time. One thread tells of jumps; any thread may ask.

    origin_s: the container time that is video time 0, s. end_s: video time at which the video's last picture ends; None
    until the whole video was read.
    """

    def __init__(self, origin_s: float) -> None:
        first = Part(-math.inf, math.inf, origin_s)
        self._parts: tuple[Part, ...] = (first,)  # replaced as a whole: readers need no lock
        self._end_s: float | None = None
        self._last_s = -math.inf
        self._cut_s = 0.0
        self.reached = -1
        """Where the newest picture lies in the file, byte; -1 where that is not known."""

    @property
    def end_s(self) -> float | None:
        """See above."""
        return None if self._end_s is None else self._end_s - self._cut_s

    @property
    def ending(self) -> tuple[float, float] | None:
        """What `finish` was told; None before."""
        return None if self._end_s is None else (self._last_s, self._end_s)

    @property
    def is_cut(self) -> bool:
        """Whether something was cut away before video time 0."""
        return self._cut_s > 0

    def cut(self, start_s: float) -> None:
        """What lies before video time `start_s` is cut away: from now on video time counts from there."""
        self._cut_s += start_s

    def close_gap(self, at_s: float, by_s: float, after: int = -1) -> None:
        """From the picture at container time `at_s` on, video time is earlier by `by_s` more (negative: later).

        after: where the picture before it lies in the file, byte; -1 where that is not known.
        """
        last = self._parts[-1]
        offset_s = last.offset_s + by_s
        ended = replace(last, end_s=at_s - by_s)
        self._parts = (*self._parts[:-1], ended, Part(at_s, math.inf, offset_s, after))

    def part_at(self, byte: int) -> float:
        """The video time at which the part begins that a byte of the file lies in, s, as far as parts are known."""
        part = next((part for part in reversed(self._parts) if 0 <= part.after < byte), None)
        return 0.0 if part is None else part.start_s - part.offset_s - self._cut_s

    def finish(self, last_s: float, end_s: float) -> None:
        """All was read: the last picture is shown from `last_s` to `end_s`, s, video time of the whole, uncut video."""
        self._last_s, self._end_s = last_s, end_s

    def ends_s(self, shown_s: float) -> float | None:
        """When the video ends if the picture shown from video time `shown_s` on is its last one; else None."""
        return self.end_s if abs(shown_s + self._cut_s - self._last_s) < SAME_S else None

    def video_s(self, container_s: float, near_s: float | None = None) -> float:
        """The video time of something at `container_s`, s; negative for what lies before the video.

        near_s: video time near which it must be, such as the end of the sound so far. It is needed where time went
        back, because a container time then stands for two. A result a second or more away from `near_s` means that the
        pictures have not come to the jump yet: ask again when they are further.
        """
        parts, near_s = self._parts, None if near_s is None else near_s + self._cut_s
        around = [part for part in _nearby(parts, near_s) if part.distance_s(container_s) <= MARGIN_S]
        if not around:
            part = min(parts, key=lambda part: part.distance_s(container_s))
        elif near_s is None:
            part = min(reversed(around), key=lambda part: part.distance_s(container_s))
        else:
            part = min(around, key=lambda part: abs(container_s - part.offset_s - near_s))
        return container_s - part.offset_s - self._cut_s


def _nearby(parts: tuple[Part, ...], near_s: float | None) -> tuple[Part, ...]:
    """The parts at and beside video time `near_s` of the whole video: it may have thousands."""
    if near_s is None:
        return parts
    place = bisect(parts, near_s, key=lambda part: part.start_s - part.offset_s)
    return parts[max(0, place - 3) : place + 2]
