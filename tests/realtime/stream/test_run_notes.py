"""What is told of a run in which nobody was swapped, or more faces were seen than are followed."""

import pytest

from realtime.choices import Strangers
from realtime.fakes import raw_picture
from realtime.stream.metrics import Snapshot, StreamMetrics
from realtime.stream.run_notes import nobody_swapped, too_many
from realtime.types import FacesSeen, Outcome, ShownFrame


def numbers(*frames: tuple[Outcome, FacesSeen | None]) -> Snapshot:
    metrics = StreamMetrics(primary="x", swapper="mesh", device="cpu")
    for outcome, seen in frames:
        if seen is not None:
            metrics.on_detector_run()
            metrics.on_faces(seen)
        metrics.on_sent("x", ShownFrame(raw_picture(0), 0, 0, 0, outcome), 0)
    return metrics.snapshot()


NOBODY, SMALL, STRANGER = FacesSeen(0, 0, 0), FacesSeen(0, 0, 1), FacesSeen(1, 0, 0)
WANTED, CROWD = FacesSeen(1, 1, 0), FacesSeen(16, 16, 3, is_full=True)
SWAPPED, WITHHELD, NO_FACE, FAILED = Outcome.SWAPPED, Outcome.WITHHELD, Outcome.NO_FACE, Outcome.FAILED


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        ([(NO_FACE, NOBODY)] * 3, "no face was seen in any of 3 frames"),
        ([(NO_FACE, NOBODY)], "nobody was swapped: no face was seen"),
        ([(NO_FACE, SMALL)], "nobody was swapped: the faces are too small, turned away or hidden"),
        ([(WITHHELD, NOBODY)] * 3, "no face was seen in any of 3 frames"),
        ([(NO_FACE, NOBODY), (NO_FACE, SMALL)], "1 of 2 frames are too small, turned away or hidden"),
        ([(NO_FACE, SMALL), (NO_FACE, STRANGER)], "none that was asked for"),
        ([(NO_FACE, STRANGER), (WITHHELD, WANTED)], "too little could be painted"),
        ([(NO_FACE, NOBODY), (FAILED, None)], "the engines failed in 1 of 2 frames"),
    ],
)
def test_who_swapped_nobody_is_told_why_and_what_to_try(frames: list[tuple[Outcome, FacesSeen]], why: str) -> None:
    note = nobody_swapped(numbers(*frames))
    assert note is not None
    assert note.problem.startswith("nobody was swapped: ")
    assert why in note.problem
    assert note.remedy


@pytest.mark.parametrize(
    "frames",
    [[], [(WITHHELD, None)] * 9, [(NO_FACE, NOBODY), (SWAPPED, WANTED), (FAILED, None)]],
    ids=["no frames", "paused", "one was swapped"],
)
def test_nothing_is_told_where_nothing_is_amiss(frames: list[tuple[Outcome, FacesSeen]]) -> None:
    assert nobody_swapped(numbers(*frames)) is None


@pytest.mark.parametrize(
    ("strangers", "became"), [(Strangers.BLUR, "blurred"), (Strangers.SWAP, "blurred"), (Strangers.LEAVE, "left")]
)
def test_more_faces_than_are_followed_are_counted(strangers: Strangers, became: str) -> None:
    note = too_many(numbers((SWAPPED, CROWD), (SWAPPED, CROWD), (SWAPPED, WANTED)), 16, strangers)
    assert note is not None
    assert f"at most 16 faces are followed live; up to 3 more were seen in 2 frames and {became}" in note.problem


@pytest.mark.parametrize(("seen", "most"), [(CROWD, None), (SMALL, 16)], ids=["not wanted", "too small, not too many"])
def test_faces_that_nobody_wanted_followed_are_no_matter(seen: FacesSeen, most: int | None) -> None:
    assert too_many(numbers((SWAPPED, seen)), most, Strangers.BLUR) is None
