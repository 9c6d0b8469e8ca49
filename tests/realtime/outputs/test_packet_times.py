"""When packets of sound are heard: stamps that are missing, equal or fall, and jumps."""

from fractions import Fraction

import av
import pytest

from realtime.media.timeline import Timeline
from realtime.outputs.packet_times import PacketTimes

STEP_MS = 20


def packet(pts: int | None) -> "av.Packet[av.AudioStream]":
    """20 ms of sound. pts: ms in the container."""
    made: av.Packet[av.AudioStream] = av.Packet(8)  # type: ignore[assignment]  # of no stream yet
    made.pts = made.dts = pts
    made.duration, made.time_base = STEP_MS, Fraction(1, 1000)
    return made


def placed(stamps: list[int | None], times: PacketTimes, picture_end_s: float | None = None) -> list[float | None]:
    """Video times, ms, of packets stamped so; None and the end where one is not known yet."""
    found: list[float | None] = []
    for stamp in stamps:
        at_s = times.video_s(packet(stamp), picture_end_s)
        if at_s is None:
            return [*found, None]
        times.take(packet(stamp), at_s)
        found.append(round(at_s * 1000, 3))
    return found


@pytest.mark.parametrize(
    ("stamps", "heard"),
    [
        ([0, 20, 40], [0, 20, 40]),
        ([500, 520], [500, 520]),
        ([0, None, None, 60], [0, 20, 40, 60]),
        ([0, 0, 0, 60, 60], [0, 20, 40, 60, 80]),
        ([None, None], [0, 20]),
        ([0, 20, 15, 35], [0, 20, 15, 35]),
        ([0, 20, 3_000], [0, 20, 3_000]),
    ],
    ids=["steady", "late", "missing", "equal", "never", "overlap", "hole"],
)
def test_stamps_are_kept_and_made_up_where_there_are_none(stamps: list[int | None], heard: list[float]) -> None:
    assert placed(stamps, PacketTimes(Timeline(0.0))) == heard


def test_video_time_begins_with_the_picture() -> None:
    assert placed([3_600_000, 3_600_020], PacketTimes(Timeline(3_600.01))) == [-10, 10]


def test_jump_back_waits_for_the_pictures_and_goes_on_with_them() -> None:
    timeline = Timeline(50.0)
    times = PacketTimes(timeline)
    assert placed([50_000, 50_980, 0], times) == [0, 980, None]
    timeline.close_gap(at_s=0.01, by_s=-50.99)
    assert placed([0, 20], times) == [990, 1_010]


def test_jump_forward_is_far_off_until_the_pictures_close_it() -> None:
    timeline = Timeline(0.0)
    times = PacketTimes(timeline)
    assert placed([0, 980], times) == [0, 980]
    assert times.video_s(packet(99_000)) == 99
    timeline.close_gap(at_s=99.0, by_s=98.0)
    assert placed([99_000], times) == [1_000]


@pytest.mark.parametrize("stamp", [0, 500_000])
def test_jump_that_no_picture_ever_comes_to_goes_on_from_the_sound_before(stamp: int) -> None:
    assert placed([50_000, 50_020, stamp], PacketTimes(Timeline(50.0)), picture_end_s=0.04) == [0, 20, 40]
