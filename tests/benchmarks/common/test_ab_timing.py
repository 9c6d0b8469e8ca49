"""Turns, medians and ratios of two sides."""

import time

from benchmarks.common.ab_timing import WARM_UP, AbTiming, per_go, time_in_turns


def test_sides_take_turns_in_going_first() -> None:
    order: list[str] = []

    def side(name: str, ms: float) -> float:
        order.append(name)
        return ms

    timing = time_in_turns(AbTiming("d", "a", "b"), lambda: side("a", 3.0), lambda: side("b", 6.0), 3)
    assert "".join(order) == "abbaab"
    assert timing.ratios == [0.5, 0.5, 0.5]
    assert "ours / theirs 0.500 (0.500 to 0.500)" in timing.in_words()


def test_spread_is_the_lowest_and_highest_round() -> None:
    timing = AbTiming("d", "a", "b", ours_ms=(1.0, 3.0, 2.0), theirs_ms=(2.0, 2.0, 2.0))
    row = timing.as_json()
    assert row["ratio"] == 1.0
    assert row["spread"] == [0.5, 1.5]


def test_a_skipped_duel_has_its_reason_and_no_ratio() -> None:
    timing = AbTiming("d", "a", "b", skipped="no browser")
    assert "ratio" not in timing.as_json()
    assert "no browser" in timing.in_words()


def test_a_go_is_the_median_and_making_items_is_not_timed() -> None:
    def items() -> list[float]:
        time.sleep(0.2)
        return [0.001, 0.1, 0.002]

    assert per_go(time.sleep, items)() < 50


def test_the_first_items_count_for_nothing() -> None:
    seen: list[int] = []
    measure = per_go(seen.append, lambda: range(100))
    assert seen == list(range(WARM_UP))
    measure()
    assert len(seen) == WARM_UP + 100
