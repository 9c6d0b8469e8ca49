"""What `benchmarks.survive` and the soaks judge by: bare pictures are counted, and growth is seen."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.common.growth import Growth, held_by
from benchmarks.survive import EVERY, keep
from benchmarks.surviving.judging import bare, small, standing_s, swapped_places
from benchmarks.surviving.live_run import ended
from benchmarks.surviving.servers import judged
from benchmarks.surviving.visitors import Shown, to_and_fro

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


def test_where_a_coder_blurs_pictures_only_the_face_s_place_is_looked_at() -> None:
    seen = np.array(SEEN)
    places = swapped_places([swapped(0), swapped(1), swapped(2)], seen)
    assert places[15:25, 30:50].mean() > 0.9
    assert not places[35:].any()
    stripes = ((np.arange(80)[:, None] % 2) * 12).astype(np.float32)
    coded = [np.asarray(picture + stripes, np.float32) for picture in (swapped(0), swapped(1), SEEN[2])]
    assert bare(coded, seen, usual=2) == 0, "what the coder changed hides that nobody was swapped"
    sharper = [*coded[:2], swapped(2), SEEN[3]]
    assert bare(sharper, seen, usual=2, within=places) == 1


def at_a_server(moving: bool = True, left_s: float = 41.0, sessions: int = 1) -> Shown:
    """A visitor who got four pictures a second for 40 s; they moved until 20 s, or to the end."""
    numbers = [n if moving or n < 80 else 80 for n in range(160)]
    pictures = [swapped(number % 4) for number in numbers]
    return Shown(pictures, [n / 4 for n in range(160)], sessions, usual=20, left_s=left_s)


CLOCK_BACK, OVER, LONG = (f"server: {name}" for name in (
    "clock an hour forward, an hour back", "clock past the consent's last day, and back", "stopped for 70 s"
))  # fmt: skip


@pytest.mark.parametrize(
    ("name", "shown", "is_kept", "end", "held"),
    [
        (CLOCK_BACK, at_a_server(), True, "done", True),
        (CLOCK_BACK, at_a_server(), False, "done", False),
        (CLOCK_BACK, at_a_server(), True, "failed: revoked", False),
        (CLOCK_BACK, at_a_server(moving=False), True, "done", False),
        (CLOCK_BACK, at_a_server(left_s=60), True, "done", False),
        (CLOCK_BACK, at_a_server(sessions=2), True, "done", False),
        (LONG, at_a_server(sessions=2), True, "done", True),
        (OVER, at_a_server(moving=False), True, "failed: revoked", True),
        (OVER, at_a_server(moving=False), True, "done", False),
        (OVER, at_a_server(), True, "failed: revoked", False),
    ],
)
def test_server_holds_when_everything_went_on_or_all_was_withheld(
    name: str, shown: Shown, is_kept: bool, end: str, held: bool
) -> None:
    found = judged(name, (shown, shown), np.array(SEEN), is_kept, end)
    assert (found.held, found.bare, found.shown) == (held, 0, 320)


def test_row_of_a_fault_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    first, second = EVERY[:2]
    keep(tmp_path / "a.json", [{"fault": second, "bare": 1}])
    keep(tmp_path / "a.json", [{"fault": first, "bare": 2}])
    keep(tmp_path / "a.json", [{"fault": second, "bare": 3}])
    told = json.loads((tmp_path / "a.json").read_text())
    assert told == [{"fault": first, "bare": 2}, {"fault": second, "bare": 3}]


def test_camera_goes_to_and_fro() -> None:
    assert [to_and_fro(number, 4) for number in range(8)] == [0, 1, 2, 3, 2, 1, 0, 1]


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
