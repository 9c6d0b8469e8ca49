"""What `benchmarks.survive` and the soaks judge by: bare pictures are counted, and growth is seen."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.common.growth import Growth, held_by
from benchmarks.surviving.judging import bare, small, standing_s
from benchmarks.surviving.live_run import ended

RNG = np.random.default_rng(0)
SEEN = [small(RNG.integers(0, 255, (90, 160, 3)).astype(np.uint8)) for _ in range(4)]


def swapped(number: int) -> np.ndarray:
    """With another face in a quarter of the picture."""
    picture = SEEN[number].copy()
    picture[10:30, 20:60] = 255 - picture[10:30, 20:60]
    return picture


def test_pictures_as_the_camera_saw_them_are_bare_and_others_are_not() -> None:
    pictures = [swapped(0), swapped(1), swapped(2), SEEN[3], swapped(3), np.zeros_like(SEEN[0]), SEEN[1], SEEN[1]]
    assert bare(pictures, np.array(SEEN), usual=3) == 3


def test_how_long_the_last_picture_stood_is_told() -> None:
    pictures = [SEEN[0], SEEN[1], SEEN[1], SEEN[1]]
    assert standing_s(pictures, [0.0, 1.0, 2.0, 3.0]) == 3.0
    assert standing_s(pictures[1:], [1.0, 2.0, 3.0]) == 2.0


@pytest.mark.parametrize(
    ("status", "told", "words"),
    [
        (0, "", "at its end"),
        (-9, "", "killed by the system"),
        (
            2,
            "error: /tmp/tmpab1/a.mkv is full\nhint: x",
            "error: a.mkv is full, a hint, exit 2",
        ),
        (1, "Traceback", "no error, no hint, exit 1"),
    ],
)
def test_end_of_a_run_is_told_without_its_folder(status: int, told: str, words: str) -> None:
    assert ended(status, told) == words


def test_line_through_what_was_held_leaves_the_beginning_out(tmp_path: Path) -> None:
    growth = Growth("hours", {"latency": "ms"})
    for hour in range(10):
        growth.add(hour, {"memory": 500.0 if hour < 2 else 100.0 + hour, "latency": None if hour < 5 else 7.0})
    growth.save(tmp_path / "a.json", tmp_path / "a.png", pictures=3)
    found = json.loads((tmp_path / "a.json").read_text())
    assert found["grows_by"] == pytest.approx({"memory": 1.0, "latency": 0.0})
    assert (found["pictures"], len(found["samples"])) == (3, 10)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_what_this_process_holds_is_seen() -> None:
    held = held_by()
    assert held["memory"] > 1
    assert held["threads"] >= 1
    assert held["files"] >= 3
