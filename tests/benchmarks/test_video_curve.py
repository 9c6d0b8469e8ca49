"""What more cores would bring, from costs that are known."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.common.video_simulation import Costs, takes_s, video_of
from benchmarks.video_curve import LENGTHS_S, draw, simulated

RATE = 25
FREE = Costs(start_s=0, made_s=0.04, tracked_s=0, read_s=0, joined_s=0)
"""Of one core, exactly real time."""


@pytest.mark.parametrize("workers", [1, 2, 4, 8])
def test_with_nothing_beside_it_a_video_is_so_many_times_as_fast(workers: int) -> None:
    painted_s = 0.5 * (workers > 1)
    assert takes_s(video_of(800, RATE, 1), workers, FREE) == pytest.approx(800 / workers + painted_s, rel=0.01)


def test_what_is_looked_at_beside_segments_and_the_start_cost_time() -> None:
    video = video_of(100, RATE, 1)
    alone = takes_s(video, 2, FREE)
    assert takes_s(video, 2, replace(FREE, start_s=3)) == pytest.approx(alone + 6)
    tracked = (1.5 + 8 / 3) * RATE
    assert takes_s(video, 2, replace(FREE, tracked_s=0.01)) == pytest.approx(alone + 0.01 * tracked, abs=0.1)


def test_joining_goes_on_beside_until_the_last_segment() -> None:
    video = video_of(100, RATE, 1)
    assert takes_s(video, 2, replace(FREE, joined_s=0.004)) == pytest.approx(takes_s(video, 2, FREE) + 10, abs=0.5)


def test_one_key_frame_leaves_one_worker() -> None:
    assert takes_s(video_of(60, RATE, 60), 8, FREE) == pytest.approx(60)


def test_curves_are_drawn(tmp_path: Path) -> None:
    run = {"workers": 1, "frames": 100, "wall_s": 4.0, "memory_mb": 400}
    rows = [row for seconds in LENGTHS_S for row in simulated(FREE, RATE, seconds)]
    draw({"cores": 2, "simulated": rows, "runs": [run, {**run, "workers": 2}]}, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
