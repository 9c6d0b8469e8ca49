"""Finished segments stay for the same video of the same input and settings, and for no other."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from realtime.config import RunConfig
from realtime.segments.joints import Followed
from realtime.segments.kept import KeptSegments, kept_segments
from realtime.segments.make import Made
from realtime.segments.plan import Segment
from realtime.stream.metrics import StreamMetrics

PLAN = [
    Segment(0, Fraction(0), Fraction(0), Fraction(1001, 30_000), Fraction(1, 90_000)),
    Segment(1, Fraction(1, 90_000), Fraction(1001, 30_000), None, None),
]
OTHER_PLAN = [Segment(0, Fraction(0), Fraction(0), None, None)]


@pytest.fixture
def config(tmp_path: Path) -> RunConfig:
    for name in ("film.mp4", "face.jpg"):
        (tmp_path / name).write_bytes(name.encode())
    out = str(tmp_path / "out.mkv")
    return RunConfig(faces_from=(tmp_path / "face.jpg",), input=str(tmp_path / "film.mp4"), outputs=(out,))


def cut_short(config: RunConfig) -> Made:
    """A run that finishes its second segment and no more."""
    with kept_segments(Path(config.outputs[0]), config, PLAN) as kept:
        first, second = map(kept.task, kept.segments)
        for task in (first, second):
            task.into.write_bytes(b"packets")
        numbers = StreamMetrics(primary="video", swapper="mesh", device="cpu").snapshot()
        prefer = [np.array([1.5, 2, 3, 4], np.float32)]
        followed = Followed(begins=np.array([[1, 2, 3, 4.25]], np.float32), next_looks=np.empty((0, 4), np.float32))
        made = Made(replace(second, prefer=prefer), numbers, followed, True, (0.5, 0.25))
        kept.note(made)
        assert kept.has_some
    return made


def test_a_finished_segment_comes_back_as_it_was_and_with_its_plan(config: RunConfig) -> None:
    made = cut_short(config)
    more = replace(config, workers=3)
    with kept_segments(Path(config.outputs[0]), more, OTHER_PLAN) as kept:
        assert kept.segments == PLAN
        [again] = kept.finished()
        assert not kept.task(PLAN[0]).into.exists()  # it was not finished
        assert (again.task.segment, again.task.into) == (made.task.segment, made.task.into)
        assert (again.numbers, again.ending, again.is_whole) == (made.numbers, made.ending, True)
        np.testing.assert_array_equal(again.task.prefer, made.task.prefer)
        np.testing.assert_array_equal(again.followed.begins, made.followed.begins)
        assert again.followed.next_begins is None
        assert again.followed.next_looks is not None
        assert again.followed.next_looks.shape == (0, 4)


@pytest.mark.parametrize("changed", ["input", "face", "settings"])
def test_what_was_made_of_something_else_is_thrown_away(changed: str, config: RunConfig) -> None:
    made = cut_short(config)
    if changed == "settings":
        config = replace(config, crf=30)
    else:
        path = Path(config.input) if changed == "input" else config.faces_from[0]
        path.write_bytes(b"other")
    with kept_segments(Path(config.outputs[0]), config, OTHER_PLAN) as kept:
        assert kept.segments == OTHER_PLAN
        assert not made.task.into.exists()
        assert not kept.has_some


@pytest.mark.parametrize("how", ["torn", "forgotten", "discarded"])
def test_nothing_is_kept_that_a_later_run_cannot_use(how: str, config: RunConfig) -> None:
    made = cut_short(config)
    with kept_segments(Path(config.outputs[0]), config, OTHER_PLAN) as kept:
        match how:
            case "torn":
                made.task.into.write_bytes(b"pac")
            case "forgotten":
                kept.forget(made.task)
            case _:
                kept.discard()
        assert how == "discarded" or list(kept.finished()) == []
        kept.discard()
    assert not list(Path(config.input).parent.glob(".*"))
    assert KeptSegments(made.task.into.parent, PLAN).leave() == 0
