"""Where a video is cut into segments: at key frames, into pieces that are about as long.

Every picture belongs to one segment. Whoever makes one also looks at pictures before it, so that tracking, smoothing
and what is learnt of a face have settled where it begins, and at some after it, because a video looks back
(realtime/stream/backfill.py). Knows times; knows nothing of files and processes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from realtime.media.trim import Trim

LEAST_S = 1
LONGEST_S = 120
"""About: what a worker that is lost has lost at most. What is looked at beside so long a segment costs about 5 %."""
WARM_S = 10
"""Looked at before a segment. The proportions of a face are learnt for as long, and its swap then differs from that of
an uncut video by 1 of 255 in the mean (benchmarks/LEDGER.md: after 4 s by twice as much)."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """The times of a video's pictures. times: of all, rising; keys: of those that stand by themselves, rising.

    Both in units of `base` (s), video time.
    """

    times: Sequence[int]
    keys: Sequence[int]
    base: Fraction


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a video, video time, s: the pictures from `start_s` on until before `end_s`.

    number: from 0. end_s: None to the end of what is wanted. warm_s: the first picture that is looked at. next_warm_s:
    that of the next segment; None for the last one.
    """

    number: int
    warm_s: Fraction
    start_s: Fraction
    end_s: Fraction | None
    next_warm_s: Fraction | None

    @property
    def is_last(self) -> bool:
        return self.next_warm_s is None


def plan_segments(cuts: Cuts, wanted: Trim, workers: int, *, warm_s: Fraction = Fraction(WARM_S)) -> list[Segment]:
    """The segments of the pictures in `wanted`, in order; one where there is no key frame to cut at.

    A multiple of `workers`, where there are key frames enough: all of them end at about the same time.
    """
    base = cuts.base
    first = bisect_left(cuts.times, wanted.start_s / base)
    end = len(cuts.times) if wanted.end_s is None else bisect_left(cuts.times, wanted.end_s / base)
    times = cuts.times[first:end]
    if not times:
        return [Segment(0, wanted.start_s, wanted.start_s, wanted.end_s, None)]
    starts = _starts(times, cuts.keys, _count((times[-1] - times[0]) * base, workers), LEAST_S / base)
    begins_s = [wanted.start_s, *(start * base for start in starts[1:])]
    looks = [times[max(0, bisect_right(times, start - warm_s / base) - 1)] for start in starts[1:]]
    looks_s = [wanted.start_s, *(look * base for look in looks)]
    return [
        Segment(number, look_s, begin_s, end_s, next_s)
        for number, (look_s, begin_s, end_s, next_s) in enumerate(
            zip(looks_s, begins_s, [*begins_s[1:], wanted.end_s], [*looks_s[1:], None], strict=True)
        )
    ]


def _count(length_s: Fraction, workers: int) -> int:
    """How many segments are wanted."""
    rounds = max(1, -(-length_s // (LONGEST_S * workers)))
    return int(rounds) * workers


def _starts(times: Sequence[int], keys: Sequence[int], count: int, least: Fraction) -> list[int]:
    """The first picture, and the key frames nearest to equal parts; fewer than `count` where there are none."""
    first, last = times[0], times[-1]
    inner = keys[bisect_left(keys, first + least) : bisect_right(keys, last - least)]
    starts = [first]
    for number in range(1, count):
        ideal = first + (last - first) * Fraction(number, count)
        near = bisect_left(inner, ideal)
        around = [key for key in inner[max(0, near - 1) : near + 1] if key > starts[-1]]
        if around:
            starts.append(min(around, key=lambda key: abs(key - ideal)))
    return starts
