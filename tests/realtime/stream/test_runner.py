import logging
import time
from collections.abc import Iterator

import numpy as np
import pytest

from realtime.errors import SinkError, SourceError
from realtime.fakes import FOREVER, FakeSink, FakeSource, Fault
from realtime.stream.runner import StreamRunner
from realtime.types import Frame, Outcome, ShownFrame
from tests.realtime.streams import make_runner, metrics, run_for, seqs


@pytest.mark.smoke
def test_every_frame_of_a_file_reaches_every_output_in_order() -> None:
    source, first, second = FakeSource(60), FakeSink("first"), FakeSink("second", send_s=0.001)
    make_runner(source, first, second).run()
    assert seqs(first) == seqs(second) == list(range(60))
    assert (first.times_closed, second.times_closed, source.closed.is_set()) == (1, 1, True)


def test_two_outputs_share_the_very_same_read_only_pictures() -> None:
    first, second = FakeSink("first"), FakeSink("second")
    make_runner(FakeSource(10), first, second).run()
    assert all(a is b and not a.image.flags.writeable for a, b in zip(first.frames, second.frames, strict=True))


@pytest.mark.parametrize("live", [True, False])
def test_the_order_never_inverts_whatever_is_slow(live: bool) -> None:
    rng = np.random.default_rng(3)

    def delays() -> dict[int, float]:
        return {int(index): float(rng.uniform(0, 0.01)) for index in rng.choice(80, 40, replace=False)}

    source = FakeSource(80, live=live, rate=500, faults=delays())
    sinks = [FakeSink("first", faults=delays()), FakeSink("second", faults=delays())]
    make_runner(source, *sinks, script=delays()).run()
    for sink in sinks:
        assert seqs(sink) == sorted(set(seqs(sink)))
        assert seqs(sink)[-1] == 79


def test_live_every_frame_is_shown_or_counted_as_dropped() -> None:
    numbers, sink = metrics(), FakeSink(send_s=0.005)
    source = FakeSource(100, live=True, rate=1_000)
    make_runner(source, sink, script=dict.fromkeys(range(0, 100, 7), 0.01), observer=numbers).run()
    snapshot = numbers.snapshot()
    assert snapshot["frames_in"] == 100
    assert snapshot["frames_out"] == len(sink.frames) < 100
    assert snapshot["frames_out"] + snapshot["dropped"] == 100


class InStep(FakeSource):
    """Gives a picture when `quick` has the one before, however busy the machine is."""

    def __init__(self, count: int, quick: FakeSink) -> None:
        super().__init__(count, live=True, rate=1_000)
        self._quick = quick

    def frames(self) -> Iterator[Frame]:
        for frame in super().frames():
            yield frame
            while len(self._quick.frames) <= frame.seq and not self.closed.wait(0.001):
                pass


def test_live_a_slow_output_does_not_slow_another() -> None:
    quick, slow = FakeSink("quick"), FakeSink("slow", send_s=0.2)
    began = time.monotonic()
    make_runner(InStep(50, quick), quick, slow).run()
    took_s = time.monotonic() - began
    assert seqs(quick) == list(range(50))
    assert took_s < 5, "50 pictures of 0.2 s, had it waited for each"
    assert len(slow.frames) <= 2 + took_s / slow.send_s


def test_what_a_slow_output_missed_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    class Slow(FakeSink):
        def send(self, frame: ShownFrame) -> None:
            while len(quick.frames) < 10:
                time.sleep(0.001)
            super().send(frame)

    quick = FakeSink("quick")
    with caplog.at_level(logging.INFO):
        make_runner(InStep(30, quick), quick, Slow("slow")).run()
    assert "slow was too slow for" in caplog.text


@pytest.mark.parametrize("live", [True, False])
def test_a_dying_output_ends_the_stream_with_its_own_error_and_the_others_keep_theirs(live: bool) -> None:
    death = SinkError("the disk is full", remedy="free some space")
    dying, other = FakeSink("dying", faults={5: death}), FakeSink("other")
    source = FakeSource(FOREVER, live=live)
    with pytest.raises(SinkError) as caught:
        make_runner(source, dying, other).run()
    assert caught.value is death
    assert (dying.times_closed, other.times_closed, source.closed.is_set()) == (1, 1, True)
    assert other.frames


def test_a_dying_output_ends_a_stream_whose_source_gives_nothing_more() -> None:
    source = FakeSource(FOREVER, live=True, faults={3: FOREVER}, deaf=True)
    death = OSError("gone")
    with pytest.raises(OSError, match="gone"):
        make_runner(source, FakeSink("dying", faults={0: death}), FakeSink("waiting")).run()


def test_an_output_that_cannot_be_finished_is_an_error() -> None:
    failing, other = FakeSink("failing", close_fault=SinkError("no space", remedy="free some")), FakeSink("other")
    with pytest.raises(SinkError, match="no space"):
        make_runner(FakeSource(5), failing, other).run()
    assert (len(failing.frames), len(other.frames), other.times_closed) == (5, 5, 1)


def test_the_first_error_wins_and_later_ones_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    sink = FakeSink(faults={2: OSError("first")}, close_fault=OSError("second"))
    with pytest.raises(OSError, match="first"):
        make_runner(FakeSource(9), sink).run()
    assert "second" in caplog.text


@pytest.mark.parametrize("live", [True, False])
def test_when_the_source_fails_the_outputs_finish_what_they_have(live: bool) -> None:
    failure = SourceError("the camera is gone", remedy="plug it in")
    sink = FakeSink(send_s=0.005)
    with pytest.raises(SourceError) as caught:
        make_runner(FakeSource(20, live=live, rate=50, faults={10: failure}), sink).run()
    assert caught.value is failure
    assert seqs(sink)[-1] == 9
    assert live or seqs(sink) == list(range(10))
    assert sink.times_closed == 1


@pytest.mark.parametrize("bug", [LookupError("outside the engines"), SystemExit(3)], ids=["exception", "sys.exit"])
def test_a_broken_pipeline_ends_the_stream_and_shows_nothing(bug: BaseException) -> None:
    class Broken:
        waiting = 0

        def take(self, _frame: Frame) -> Iterator[ShownFrame]:
            raise bug

        def rest(self) -> Iterator[ShownFrame]:
            raise AssertionError("nothing waits")

        def run_deferred(self) -> None:
            raise AssertionError("nothing is out")

    sink = FakeSink()
    with pytest.raises(type(bug)):
        StreamRunner(FakeSource(FOREVER), Broken(), [sink]).run()
    assert (sink.frames, sink.times_closed) == ([], 1)


def test_what_can_wait_is_done_after_each_picture_is_out() -> None:
    told: list[str] = []

    class Pipeline:
        waiting = 0

        def take(self, frame: Frame) -> Iterator[ShownFrame]:
            told.append("take")
            yield shown(frame)

        def rest(self) -> Iterator[ShownFrame]:
            return iter(())

        def run_deferred(self) -> None:
            told.append("catch up")

    StreamRunner(FakeSource(3, live=False), Pipeline(), [FakeSink()]).run()
    assert told == ["take", "catch up"] * 3


def shown(frame: Frame) -> ShownFrame:
    return ShownFrame(frame.image, frame.seq, frame.captured_ns, frame.pts, Outcome.SWAPPED)


class Waits:
    """Gives each frame when so many others have come."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._frames: list[Frame] = []

    @property
    def waiting(self) -> int:
        return len(self._frames)

    def take(self, frame: Frame) -> Iterator[ShownFrame]:
        self._frames.append(frame)
        if len(self._frames) > self._most:
            yield shown(self._frames.pop(0))

    def rest(self) -> Iterator[ShownFrame]:
        while self._frames:
            yield shown(self._frames.pop(0))

    def run_deferred(self) -> None: ...


@pytest.mark.parametrize("most", [0, 5, 90])
def test_frames_that_waited_leave_in_order_when_the_source_ends(most: int) -> None:
    sinks = FakeSink("first"), FakeSink("second")
    StreamRunner(FakeSource(40), Waits(most), sinks).run()
    assert seqs(sinks[0]) == seqs(sinks[1]) == list(range(40))


def test_frames_that_waited_when_the_source_failed_are_kept() -> None:
    sink = FakeSink()
    with pytest.raises(SourceError):
        StreamRunner(FakeSource(20, faults={10: SourceError("gone", remedy="plug it in")}), Waits(8), [sink]).run()
    assert seqs(sink) == list(range(10))


def test_an_interrupt_forgets_what_waits_and_counts_it() -> None:
    numbers, sink = metrics(), FakeSink()
    runner = StreamRunner(FakeSource(40, faults={30: FOREVER}), Waits(8), [sink], observer=numbers)
    run_for(runner, 0.05, once=lambda: len(sink.frames) >= 22)
    assert seqs(sink) == list(range(len(sink.frames)))
    assert len(sink.frames) >= 22
    snapshot = numbers.snapshot()
    assert snapshot["dropped"] == snapshot["frames_in"] - len(sink.frames)
    assert sink.times_closed == 1


def test_the_duration_of_a_file_is_media_time() -> None:
    sink, numbers = FakeSink(), metrics()
    make_runner(FakeSource(FOREVER, rate=50), sink, duration_s=0.5, observer=numbers).run()
    assert seqs(sink) == list(range(25))
    assert numbers.snapshot()["frames_in"] == 25


@pytest.mark.parametrize("faults", [{}, {3: FOREVER}], ids=["steady", "gives nothing more"])
def test_the_duration_of_a_live_stream_is_clock_time(faults: dict[int, Fault]) -> None:
    sink = FakeSink()
    began = time.monotonic()
    make_runner(FakeSource(FOREVER, live=True, rate=50, faults=faults, deaf=True), sink, duration_s=0.4).run()
    assert 0.35 < time.monotonic() - began < 2
    assert 1 <= len(sink.frames) <= 22
    assert sink.times_closed == 1


def test_a_stream_without_an_output_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one output"):
        make_runner(FakeSource())
