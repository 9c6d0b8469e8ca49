"""The best of two time stamps."""

from collections.abc import Sequence

import pytest

from realtime.sources.frame_times import FrameTimes

Stamps = Sequence[tuple[int | None, int | None]]
CASES: dict[str, tuple[Stamps, list[int]]] = {
    "both are right": ([(0, -20), (10, 0), (20, 10)], [0, 10, 20]),
    "a variable rate": ([(0, 0), (7, 7), (100, 100)], [0, 7, 100]),
    "no pts": ([(None, 0), (None, 10), (None, 20)], [0, 10, 20]),
    "no dts": ([(0, None), (10, None), (20, None)], [0, 10, 20]),
    "none at all": ([(None, None)] * 3, [0, 10, 20]),
    "one is missing": ([(0, 0), (None, None), (20, 20)], [0, 10, 20]),
    "pts in the order of decoding": ([(30, 0), (10, 10), (20, 20), (60, 30), (40, 40)], [30, 32, 34, 36, 40]),
    "one came twice": ([(0, 0), (0, 0), (20, 20)], [0, 2, 20]),
}


@pytest.mark.parametrize(("stamps", "times"), CASES.values(), ids=CASES)
def test_times_rise_and_are_the_best_there_are(stamps: Stamps, times: list[int]) -> None:
    frame_times = FrameTimes(10)
    assert [frame_times.of(pts, dts) for pts, dts in stamps] == times


def test_container_without_pts_goes_by_its_dts_also_for_the_last_pictures() -> None:
    frame_times = FrameTimes(1, dts_only=True)
    stamps: Stamps = [(1, 2), (3, 3), (2, 4), (5, None), (4, None)]
    assert [frame_times.of(pts, dts) for pts, dts in stamps] == [0, 1, 2, 3, 4]
    assert frame_times.repaired == 0


def test_repairs_are_counted() -> None:
    frame_times = FrameTimes(10)
    for pts, dts in CASES["one came twice"][0]:
        frame_times.of(pts, dts)
    assert frame_times.repaired == 1
