"""Where the time stamps of a video jump although its pictures go on: joined recordings, lost reception, wrong stamps.

A long step between two pictures may also be a pause that belongs to the video: a screen recording that rests, a slide.
It is told from a jump by what else is known, in this order:

    the packet before it lasts so long            a pause (mp4 and its kind say so)
    the stamp after it is back where it was       a wrong stamp, ignored
    there is sound in its middle                  a pause
    the sound jumps there, too                    a jump
    no sound to ask, and pictures were as rare    a pause
    no sound to ask, a format made of joins       a jump, when a key frame follows or it is longer than 10 s
    no sound to ask, any other format             a jump when it is longer than 10 minutes

Stamps that go back and stay there are always a jump.

Knows times, s; knows nothing of packets.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

JOINED_GAP_S, OTHER_GAP_S = 1.0, 2.0
"""Shorter steps forward are left as they are; the first holds for formats whose times may jump."""
LONG_GAP_S, ABSURD_GAP_S = 10.0, 600.0
"""Without sound to ask. 10 s is ffmpeg's own (`-dts_delta_threshold`)."""
RARE = 5
"""A step is out of the ordinary when it is so many times as long as the longest of late."""
SAME_SOUND_S = 0.5
"""Sound that goes on within so much is one piece."""
SOUND_LEAD_S = 0.5
"""How much earlier than its pictures the sound of a new part may begin."""


class StampKind(Enum):
    """What a step between two pictures is."""

    REGULAR = auto()  # their time, as it is
    JUMP = auto()  # the video goes on without a gap
    WRONG_STAMP = auto()  # this picture's alone; the next ones are right


@dataclass(frozen=True, slots=True)
class Stamp:
    """Of one packet of pictures: when it is to be decoded and how long it lasts, s. A key frame stands by itself."""

    at_s: float
    lasts_s: float
    is_key: bool


class Continuity:
    """Judges the steps of one video, packet by packet. may_join: its format may be made of joined recordings."""

    def __init__(self, *, may_join: bool) -> None:
        self._may_join = may_join
        self._least_gap_s = JOINED_GAP_S if may_join else OTHER_GAP_S
        self._last: Stamp | None = None
        self._steps_s: deque[float] = deque(maxlen=16)
        self._sounds: deque[tuple[float, float]] = deque(maxlen=8)  # from, to: pieces without a pause, the newest last

    @property
    def expected_s(self) -> float:
        """When the next packet is to be decoded if nothing jumps."""
        if self._last is None:
            return math.nan
        usual_s = min(self._steps_s) if self._steps_s else 0.0
        return self._last.at_s + (self._last.lasts_s or usual_s)

    def hear(self, start_s: float, end_s: float) -> None:
        """There is sound in that time."""
        if self._sounds:
            first_s, last_s = self._sounds[-1]
            if first_s - SAME_SOUND_S <= start_s <= last_s + SAME_SOUND_S:
                self._sounds[-1] = (min(first_s, start_s), max(last_s, end_s))
                return
        self._sounds.append((start_s, end_s))

    def is_regular(self, stamp: Stamp) -> bool:
        """Whether a packet needs no judging."""
        if self._last is None:
            return True
        return self._last.at_s <= stamp.at_s < self.expected_s + self._least_gap_s

    def judge(self, stamp: Stamp, following_s: Sequence[float], *, is_all: bool) -> StampKind | None:
        """What the step to `stamp` is; None when more must be read first.

        following_s: when the packets after it are to be decoded. is_all: nothing more will be read.
        """
        if not following_s and not is_all:
            return None
        if self._last is not None and stamp.at_s < self._last.at_s:
            returns = bool(following_s) and following_s[0] > self._last.at_s
            return StampKind.WRONG_STAMP if returns else StampKind.JUMP
        gap_s = stamp.at_s - self.expected_s
        if following_s and following_s[0] < stamp.at_s - gap_s / 2:
            return StampKind.WRONG_STAMP
        return self._judge_by_sound(stamp, gap_s) or (self._judge_without(stamp, gap_s) if is_all else None)

    def accept(self, stamp: Stamp, *, jumped: bool) -> None:
        """A packet is done with, and the next one follows it."""
        if self._last is not None and not jumped:
            self._steps_s.append(stamp.at_s - self._last.at_s)
        if jumped:
            self._sounds = deque(list(self._sounds)[-1:], maxlen=self._sounds.maxlen)
        self._last = stamp

    def _judge_by_sound(self, stamp: Stamp, gap_s: float) -> StampKind | None:
        from_s, to_s = self.expected_s + gap_s / 4, stamp.at_s - gap_s / 4
        if any(start_s < to_s and end_s > from_s for start_s, end_s in self._sounds):
            return StampKind.REGULAR
        if any(start_s > stamp.at_s - SOUND_LEAD_S for start_s, _ in self._sounds):
            return StampKind.JUMP
        return None

    def _judge_without(self, stamp: Stamp, gap_s: float) -> StampKind:
        if self._steps_s and gap_s < RARE * max(self._steps_s):
            return StampKind.REGULAR
        if self._may_join:
            return StampKind.JUMP if stamp.is_key or gap_s > LONG_GAP_S else StampKind.REGULAR
        return StampKind.JUMP if gap_s > ABSURD_GAP_S else StampKind.REGULAR
