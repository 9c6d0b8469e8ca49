"""Segments of a video, by times alone: together they are the video, and each has its surroundings."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.media.trim import Trim
from realtime.segments.plan import Cuts, Segment, plan_segments


@st.composite
def videos(draw: st.DrawFn) -> Cuts:
    """Pictures at any distance from each other, some of them key frames; the first one always is."""
    base = draw(st.sampled_from([Fraction(1, 25), Fraction(1001, 30_000), Fraction(1, 1000), Fraction(1, 90_000)]))
    steps = draw(st.lists(st.integers(1, 5_000), min_size=1, max_size=60))
    times = [draw(st.integers(0, 1000))]
    for step in steps:
        times.append(times[-1] + step)
    keys = [times[0], *(time for time in times[1:] if draw(st.booleans()))]
    return Cuts(times, keys, base)


def trims() -> st.SearchStrategy[Trim]:
    seconds = st.fractions(0, 40, max_denominator=1000)
    return st.one_of(
        st.just(Trim()),
        st.tuples(seconds, st.one_of(st.none(), seconds))
        .filter(lambda both: both[1] is None or both[0] < both[1])
        .map(lambda both: Trim(*both)),
    )


def holds(segment: Segment, at_s: Fraction) -> bool:
    return segment.start_s <= at_s and (segment.end_s is None or at_s < segment.end_s)


@given(videos(), trims(), st.integers(1, 8))
def test_every_picture_that_is_wanted_is_in_one_segment(cuts: Cuts, wanted: Trim, workers: int) -> None:
    segments = plan_segments(cuts, wanted, workers)
    for time in cuts.times:
        at_s = time * cuts.base
        is_wanted = wanted.start_s <= at_s and (wanted.end_s is None or at_s < wanted.end_s)
        assert sum(holds(segment, at_s) for segment in segments) == is_wanted


@given(videos(), trims(), st.integers(1, 8))
def test_segments_follow_each_other_and_begin_at_key_frames(cuts: Cuts, wanted: Trim, workers: int) -> None:
    segments = plan_segments(cuts, wanted, workers)
    assert [segment.number for segment in segments] == list(range(len(segments)))
    assert [segment.next_warm_s for segment in segments] == [*(segment.warm_s for segment in segments[1:]), None]
    for before, after in itertools.pairwise(segments):
        assert before.end_s == after.start_s
        assert after.start_s / cuts.base in cuts.keys


@given(videos(), st.integers(1, 8), st.fractions(0, 3, max_denominator=100))
def test_what_is_looked_at_before_a_segment_begins_at_a_picture(cuts: Cuts, workers: int, warm_s: Fraction) -> None:
    first, *others = plan_segments(cuts, Trim(), workers, warm_s=warm_s)
    assert first.warm_s == first.start_s
    for segment in others:
        assert segment.warm_s / cuts.base in cuts.times
        assert segment.warm_s <= segment.start_s - warm_s or segment.warm_s == cuts.times[0] * cuts.base


@pytest.mark.parametrize(
    ("seconds", "workers", "count"), [(10, 2, 2), (240, 2, 2), (241, 2, 4), (3600, 16, 32), (600, 1, 5)]
)
def test_workers_end_together_and_segments_stay_short(seconds: int, workers: int, count: int) -> None:
    every_second = range(0, seconds * 25 + 1, 25)
    segments = plan_segments(Cuts(range(seconds * 25 + 1), every_second, Fraction(1, 25)), Trim(), workers)
    lengths = [segment.end_s - segment.start_s for segment in segments if segment.end_s is not None]
    assert len(segments) == count
    assert max(lengths) - min(lengths) <= 2


def test_a_video_with_one_key_frame_is_one_segment() -> None:
    assert len(plan_segments(Cuts(range(1000), [0], Fraction(1, 25)), Trim(), workers=4)) == 1
