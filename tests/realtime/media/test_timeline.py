"""Video time: starts at zero, goes on over jumps, and tells the parts of a video apart where time went back."""

import pytest

from realtime.media.timeline import Timeline


@pytest.mark.parametrize(("origin_s", "container_s", "video_s"), [(0, 1.5, 1.5), (3600, 3601, 1), (-0.5, 0, 0.5)])
def test_video_time_counts_from_the_origin(origin_s: float, container_s: float, video_s: float) -> None:
    assert Timeline(origin_s).video_s(container_s) == pytest.approx(video_s)


def test_what_lies_before_the_video_has_a_negative_time() -> None:
    assert Timeline(10.0).video_s(9.98) == pytest.approx(-0.02)


def test_time_goes_on_over_a_jump_forward() -> None:
    timeline = Timeline(1.4)
    timeline.close_gap(at_s=100.4, by_s=98.0)  # pictures until 2.4, then from 100.4 on
    for container_s, video_s in [(1.4, 0.0), (2.39, 0.99), (100.4, 1.0), (101.4, 2.0)]:
        assert timeline.video_s(container_s) == pytest.approx(video_s)
    assert timeline.video_s(2.45) == pytest.approx(1.05)  # sound that outlasts the pictures before the jump
    assert timeline.video_s(100.35) == pytest.approx(0.95)  # and sound that begins before those behind it


def test_time_goes_on_over_several_jumps() -> None:
    timeline = Timeline(0.0)
    timeline.close_gap(at_s=50.0, by_s=49.0)
    timeline.close_gap(at_s=10.0, by_s=-41.0)
    timeline.close_gap(at_s=500.0, by_s=489.0)
    times = [timeline.video_s(at, near) for at, near in [(0.5, 0.5), (50.5, 1.4), (10.5, 2.4), (500.5, 3.4)]]
    assert times == pytest.approx([0.5, 1.5, 2.5, 3.5])


@pytest.mark.parametrize(
    ("container_s", "near_s", "video_s"),
    [(50.5, 0.5, 0.5), (50.99, 0.97, 0.99), (51.02, 1.0, 1.02), (50.0, 1.0, 1.0), (50.5, 1.5, 1.5), (51.4, 2.4, 2.4)],
)
def test_a_container_time_that_came_twice_is_told_apart_by_what_it_is_near(
    container_s: float, near_s: float, video_s: float
) -> None:
    """The same second twice: pictures from 50 to 51, then from 50 on again."""
    timeline = Timeline(50.0)
    timeline.close_gap(at_s=50.0, by_s=-1.0)
    assert timeline.video_s(container_s, near_s) == pytest.approx(video_s)


def test_without_a_hint_the_newest_part_is_meant() -> None:
    timeline = Timeline(50.0)
    timeline.close_gap(at_s=0.0, by_s=-51.0)
    assert timeline.video_s(50.5) == pytest.approx(51.5)
    assert timeline.video_s(50.5, near_s=0.5) == pytest.approx(0.5)


def test_jump_that_nobody_told_of_yet_is_seen_by_its_distance() -> None:
    timeline = Timeline(50.0)
    assert timeline.video_s(0.0, near_s=1.0) == pytest.approx(-50.0)
    timeline.close_gap(at_s=0.0, by_s=-51.0)
    assert timeline.video_s(0.0, near_s=1.0) == pytest.approx(1.0)


def test_end_is_known_when_the_whole_video_was_read() -> None:
    timeline = Timeline(0.0)
    assert (timeline.end_s, timeline.ends_s(2.0)) == (None, None)
    timeline.finish(2.0, 7.0)
    assert (timeline.end_s, timeline.ends_s(2.0), timeline.ends_s(1.96)) == (7.0, 7.0, None)
