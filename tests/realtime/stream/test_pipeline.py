import logging

import numpy as np
import pytest

from engines.errors import EngineError
from realtime.choices import Faces, Strangers, WhenLost
from realtime.fakes import (
    FACE_BOX_XYXY,
    FakeFace,
    FakeSource,
    FakeTrack,
    FakeTracker,
    landmarks_in,
    raw_picture,
    shows_secret,
)
from realtime.stream.metrics import NULL_OBSERVER, StreamMetrics
from realtime.stream.painter import FramePainter
from realtime.stream.pipeline import SwapPipeline
from realtime.stream.privacy import PrivacyGate, PrivacyPolicy
from realtime.tracking.assignment import OrderAssigner
from realtime.types import Frame, Outcome, ShownFrame, Stage, StreamObserver

MS = 1_000_000
GREEN = (10, 200, 10)


def make_pipeline(
    tracker: FakeTracker | None = None,
    assigner: OrderAssigner | None = None,
    *,
    asked: WhenLost | None = None,
    strangers: Strangers = Strangers.BLUR,
    live: bool = True,
    observer: StreamObserver = NULL_OBSERVER,
) -> SwapPipeline:
    painter = FramePainter(
        tracker or FakeTracker(),
        assigner or OrderAssigner([FakeFace(GREEN)]),
        strangers,
        live=live,
        observer=observer,
    )
    gate = PrivacyGate(PrivacyPolicy.choose(asked, live=live))
    return SwapPipeline(painter, gate, info=FakeSource(live=live).info, observer=observer)


def show(pipeline: SwapPipeline, seqs: range, step_ms: int = 33) -> list[ShownFrame]:
    return [pipeline.process(Frame(raw_picture(seq), seq, seq * step_ms * MS, pts=seq)) for seq in seqs]


@pytest.mark.smoke
def test_the_face_is_painted_and_every_other_pixel_stays() -> None:
    (shown,) = show(make_pipeline(), range(1))
    expected = raw_picture(0)
    left, top, right, bottom = FACE_BOX_XYXY
    expected[top:bottom, left:right] = GREEN
    assert np.array_equal(shown.image, expected)
    assert (shown.seq, shown.outcome) == (0, Outcome.SWAPPED)


@pytest.mark.parametrize(
    "script",
    [{0: ()}, {0: ValueError("boom")}, {0: EngineError("no CUDA", remedy="use --device cpu")}],
    ids=["nobody at start-up", "bug at start-up", "broken engine at start-up"],
)
def test_the_first_frame_never_shows_the_target(script: dict[int, Exception | tuple[FakeTrack, ...]]) -> None:
    (shown,) = show(make_pipeline(FakeTracker(script)), range(1))
    assert not shows_secret(shown.image)
    assert shown.outcome in (Outcome.WITHHELD, Outcome.FAILED)


@pytest.mark.smoke
def test_a_lost_face_is_held_then_blurred_and_comes_back() -> None:
    tracker = FakeTracker(dict.fromkeys(range(1, 20), ()))
    shown = show(make_pipeline(tracker), range(21), step_ms=50)
    assert not any(shows_secret(frame.image) for frame in shown)
    assert all(frame.image is shown[0].image for frame in shown[1:11]), "half a second at 20 fps"
    assert all(frame.image is not shown[0].image for frame in shown[11:])
    assert [frame.outcome for frame in shown] == [Outcome.SWAPPED, *[Outcome.WITHHELD] * 19, Outcome.SWAPPED]


@pytest.mark.parametrize("live", [True, False])
def test_a_face_that_fails_half_painted_is_withheld(live: bool) -> None:
    pipeline = make_pipeline(assigner=OrderAssigner([FakeFace(fault=RuntimeError("out of memory"))]), live=live)
    for shown in show(pipeline, range(30)):
        assert shown.outcome is Outcome.FAILED
        assert not shows_secret(shown.image)


def test_when_the_second_of_two_faces_fails_the_whole_frame_is_withheld() -> None:
    pair = (FakeTrack(1, landmarks_in((0, 0, 8, 8))), FakeTrack(2))
    assigner = OrderAssigner([FakeFace(GREEN), FakeFace(fault=RuntimeError("boom"))], Faces(None))
    (shown,) = show(make_pipeline(FakeTracker({0: pair}), assigner), range(1))
    assert shown.outcome is Outcome.FAILED
    assert not shows_secret(shown.image)


def test_each_person_wears_their_own_source() -> None:
    left, right = FakeTrack(1, landmarks_in((0, 0, 8, 8))), FakeTrack(2, landmarks_in((40, 0, 48, 8)))
    assigner = OrderAssigner([FakeFace((1, 2, 3)), FakeFace((4, 5, 6))], Faces(None))
    first, second = show(make_pipeline(FakeTracker({0: (left, right), 1: (right, left)}), assigner), range(2))
    for shown in (first, second):
        assert tuple(shown.image[4, 4]) == (1, 2, 3)
        assert tuple(shown.image[4, 44]) == (4, 5, 6)


@pytest.mark.parametrize(
    ("asked", "outcome", "raw"), [(None, Outcome.NO_FACE, True), (WhenLost.BLUR, Outcome.WITHHELD, False)]
)
def test_a_file_without_a_face_passes_unless_told_otherwise(
    asked: WhenLost | None, outcome: Outcome, raw: bool
) -> None:
    (shown,) = show(make_pipeline(FakeTracker({0: ()}), asked=asked, live=False), range(1))
    assert (shown.outcome, shows_secret(shown.image)) == (outcome, raw)


def test_a_person_who_asks_for_pass_sees_failures_raw_and_counted() -> None:
    (shown,) = show(make_pipeline(FakeTracker({0: ValueError("boom")}), asked=WhenLost.PASS), range(1))
    assert (shown.outcome, shows_secret(shown.image)) == (Outcome.FAILED, True)


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_is_no_engine_failure(interrupt: type[BaseException]) -> None:
    class Interrupted(FakeTracker):
        def update(self, _image: object, _at_ns: int) -> tuple[FakeTrack, ...]:
            raise interrupt

    with pytest.raises(interrupt):
        show(make_pipeline(Interrupted()), range(1))


@pytest.mark.parametrize(("live", "times_ms"), [(True, [0, 33, 66]), (False, [0, 10, 20])], ids=["clock", "media time"])
def test_the_tracker_gets_the_time_of_the_stream(live: bool, times_ms: list[int]) -> None:
    tracker = FakeTracker()
    show(make_pipeline(tracker, live=live), range(3))
    assert [at_ns // MS for at_ns in tracker.seen_ns] == times_ms


def test_a_failure_between_frames_withholds_none_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    tracker = FakeTracker(fault_between=ValueError("boom"))
    pipeline = make_pipeline(tracker)
    for seq in range(9):
        (shown,) = show(pipeline, range(seq, seq + 1))
        pipeline.run_deferred()
        assert shown.outcome is Outcome.SWAPPED
    assert tracker.caught_up == 9
    assert [record.getMessage() for record in caplog.records] == ["hands may be painted over: ValueError: boom"]


def test_a_failure_is_logged_with_its_traceback_once_and_then_counted(caplog: pytest.LogCaptureFixture) -> None:
    tracker = FakeTracker(dict.fromkeys(range(150), ValueError("boom")))
    with caplog.at_level(logging.ERROR):
        show(make_pipeline(tracker), range(150))
    assert [bool(record.exc_info) for record in caplog.records] == [True, False, False]
    assert [record.getMessage().split(" frames")[0] for record in caplog.records[1:]] == ["10", "100"]
    assert "boom" in caplog.text


def test_outcomes_and_stages_reach_the_observer() -> None:
    metrics = StreamMetrics(primary="fake", swapper="fake", device="cpu")
    tracker = FakeTracker({1: (), 2: ValueError("boom")})
    show(make_pipeline(tracker, observer=metrics), range(3))
    assert metrics.recent().outcomes == {"swapped": 1, "no_face": 0, "withheld": 1, "failed": 1}
    assert set(metrics.snapshot()["stages_ms"]) == {Stage.TRACK, Stage.SWAP, Stage.SHOW}


def test_who_is_in_the_live_picture_and_where_is_told_as_it_is_shown() -> None:
    pipeline = make_pipeline(FakeTracker({2: ValueError("boom")}))
    height, width = raw_picture(0).shape[:2]
    left, top, right, bottom = FACE_BOX_XYXY
    show(pipeline, range(1))
    (person,) = pipeline.in_view
    shares = (left / width, top / height, right / width, bottom / height)
    assert (person.number, person.swapped) == (1, True)
    assert person.box == pytest.approx(shares, abs=0.02)
    pipeline._control.apply("mirror on")
    show(pipeline, range(1, 2))
    shares = (1 - right / width, top / height, 1 - left / width, bottom / height)
    assert pipeline.in_view[0].box == pytest.approx(shares, abs=0.02)
    show(pipeline, range(2, 3))
    assert pipeline.in_view == (), "nobody knows"
