"""How far a video of segments is, also when one of them begins anew."""

import itertools

from realtime.segments.messages import Progress
from realtime.segments.numbers import SegmentProgress
from realtime.stream.metrics import NS_PER_S


def swapped(frames: int) -> Progress:
    return Progress({"swapped": frames})


def test_a_segment_that_begins_anew_makes_no_rate_below_zero() -> None:
    seconds = itertools.count()
    progress = SegmentProgress(lambda: next(seconds) * NS_PER_S)
    rates = []
    for number, frames in [(0, 10), (1, 20), (0, 50), (1, 0), (0, 55), (0, 60), (1, 10)]:
        progress.note(number, swapped(frames))
        rates.append(progress.recent().fps)
    assert rates == [None, 20, 30, 10, None, 5, 7.5]
    assert progress.recent().outcomes["swapped"] == 70
