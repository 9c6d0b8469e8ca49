import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.errors import SinkError, SourceError
from realtime.fakes import FOREVER, FakeSink, FakeSource, Fault
from realtime.types import Frame, ShownFrame
from tests.realtime.streams import make_runner, metrics, run_for, seqs, stopped

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(
    ("source_fault", "engine_fault", "sink_fault"),
    [(None, None, None), (FOREVER, None, None), (None, FOREVER, None), (None, None, 0.4), (FOREVER, FOREVER, 0.4)],
    ids=["all well", "read never returns", "engine hangs", "output hangs for a while", "everything hangs"],
)
def test_stop_ends_everything_within_a_second_and_closes_the_outputs(
    live: bool, source_fault: Fault | None, engine_fault: Fault | None, sink_fault: Fault | None
) -> None:
    source = FakeSource(FOREVER, live=live, faults={8: source_fault} if source_fault else {}, deaf=True)
    sinks = [FakeSink("first", faults={1: sink_fault} if sink_fault else {}), FakeSink("second")]
    runner = make_runner(source, *sinks, script={4: engine_fault} if engine_fault else {})
    assert run_for(runner, 0.1, once=lambda: all(sink.frames for sink in sinks)) < 1
    for sink in sinks:
        assert sink.times_closed == 1
        assert sink.frames


def test_an_output_that_never_returns_is_left_within_a_second_and_named() -> None:
    stuck, other = FakeSink("stuck.mp4", faults={0: FOREVER}), FakeSink("other")
    runner = make_runner(FakeSource(FOREVER, live=True), stuck, other)
    with stopped(runner, 0.1, once=lambda: other.frames) as since_s:
        with pytest.raises(SinkError, match=r"stuck\.mp4"):
            runner.run()
        assert since_s() < 1
    assert other.times_closed == 1


def test_stop_does_not_wait_for_a_slow_output_to_send_what_is_queued() -> None:
    slow = FakeSink(send_s=0.3)
    assert run_for(make_runner(FakeSource(FOREVER), slow), 0.1, once=lambda: slow.frames) < 0.8
    assert 1 <= len(slow.frames) <= 3


def test_an_output_gets_the_time_that_it_needs_to_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.stream.sink_worker.SEND_STALL_S", 0.2)

    class Recorder(FakeSink):
        finished = False

        def close(self) -> None:
            super().close()
            self.finished = True

    recorder = Recorder(close_fault=0.5)
    run_for(make_runner(FakeSource(FOREVER), recorder), 0.05, once=lambda: recorder.frames)
    assert recorder.finished


def test_stopped_video_counts_what_was_written_and_not_what_was_only_made() -> None:
    slow, numbers = FakeSink(send_s=0.1), metrics()
    run_for(make_runner(FakeSource(FOREVER), slow, observer=numbers), 0.05, once=lambda: len(slow.frames) > 2)
    made, told = sum(numbers.recent().outcomes.values()), numbers.snapshot()
    assert made > len(slow.frames) == told["frames_out"] == sum(told["outcomes"].values())


class FileFake(FakeSink):
    """A file, as far as the runner knows one."""

    written: Path | None = None
    progressed_ns = 0
    ended_early = False

    def end_early(self) -> None:
        assert not self.times_closed
        self.ended_early = True


@pytest.mark.parametrize(
    ("live", "source_fault", "sink_fault", "is_stopped", "early"),
    [
        (False, None, None, False, False),
        (False, None, None, True, True),
        (True, None, None, True, False),
        (False, SourceError("torn", remedy="none"), None, False, True),
        (True, SourceError("unplugged", remedy="none"), None, False, True),
        (False, None, SinkError("full", remedy="none"), False, True),
    ],
    ids=["to its end", "video stopped", "live stopped", "video torn", "camera lost", "other output fails"],
)
def test_file_is_told_when_what_it_got_is_not_all(
    live: bool, source_fault: Fault | None, sink_fault: Fault | None, is_stopped: bool, early: bool
) -> None:
    source = FakeSource(FOREVER if is_stopped else 20, live=live, faults={5: source_fault} if source_fault else {})
    video, other = FileFake("video"), FakeSink("other", faults={2: sink_fault} if sink_fault else {})
    runner = make_runner(source, video, other)
    if is_stopped:
        run_for(runner, 0.05, once=lambda: video.frames)
    elif source_fault or sink_fault:
        with pytest.raises((SourceError, SinkError)):
            runner.run()
    else:
        runner.run()
    assert (video.times_closed, video.ended_early) == (1, early)


def test_file_that_takes_long_to_finish_is_waited_for_while_it_gets_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.stream.sink_worker.FINISH_STALL_S", 0.2)

    class Large(FileFake):
        def close(self) -> None:
            for _ in range(10):
                time.sleep(0.08)
                self.progressed_ns = time.monotonic_ns()
            super().close()

    large = Large()
    run_for(make_runner(FakeSource(FOREVER), large), 0.05, once=lambda: large.frames)
    assert large.times_closed == 1


class OnePicture(FakeSink):
    """Has enough with the third frame."""

    def is_complete_with(self, frame: ShownFrame) -> bool:
        return frame.seq == 2


@pytest.mark.parametrize("endless", [True, False])
def test_run_ends_when_its_only_output_has_enough(endless: bool) -> None:
    source, sink, numbers = FakeSource(FOREVER if endless else 30), OnePicture(send_s=0.02), metrics()
    make_runner(source, sink, observer=numbers).run()
    assert (seqs(sink), sink.times_closed, source.closed.is_set()) == ([0, 1, 2], 1, True)
    assert numbers.snapshot()["dropped"] == 0
    assert sum(numbers.snapshot()["outcomes"].values()) == 3


def test_run_goes_on_for_the_outputs_that_want_more() -> None:
    picture, video = OnePicture(), FakeSink()
    make_runner(FakeSource(20), picture, video).run()
    assert (seqs(picture), seqs(video)) == ([0, 1, 2], list(range(20)))


def test_stop_may_come_twice_and_before_the_start() -> None:
    source, sink = FakeSource(FOREVER), FakeSink()
    runner = make_runner(source, sink)
    runner.stop()
    runner.stop()
    runner.run()
    assert (source.closed.is_set(), sink.times_closed) == (True, 1)


def test_what_the_source_says_while_it_is_being_closed_is_no_error() -> None:
    class Complaining(FakeSource):
        def frames(self) -> Iterator[Frame]:
            yield from super().frames()
            raise SourceError("read of a closed device", remedy="none")

    sink = FakeSink()
    run_for(make_runner(Complaining(FOREVER, live=True), sink), 0.05, once=lambda: sink.frames)


STREAM = """
import json, math, signal, sys
sys.path.insert(0, {root!r})
from tests.realtime.streams import make_runner
from realtime.fakes import FakeSink, FakeSource

class Announcing(FakeSink):
    def send(self, frame):
        super().send(frame)
        if min(len(sink.frames) for sink in sinks) >= 3 and not announced:
            announced.append(True)
            print("running", flush=True)

class Hang(dict):
    # Earlier, a busy machine would have nothing to announce.

    def get(self, seq):
        return math.inf if announced else None

announced = []
sinks = [Announcing("first"), Announcing("second", close_fault=0.3)]
runner = make_runner(FakeSource(math.inf, live={live}, faults=Hang(), deaf=True), *sinks)
if {handled}:
    signal.signal(signal.SIGINT, lambda *_: runner.stop())
try:
    runner.run()
except KeyboardInterrupt:
    pass
print(json.dumps([[len(sink.frames) > 2, sink.times_closed] for sink in sinks]), flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("handled", [True, False], ids=["handler", "KeyboardInterrupt"])
@pytest.mark.parametrize("live", [True, False])
def test_ctrl_c_finishes_the_outputs(live: bool, handled: bool) -> None:
    script = STREAM.format(root=str(ROOT), live=live, handled=handled)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    assert json.loads(said.splitlines()[-1]) == [[True, 1], [True, 1]]
    assert process.returncode == 0
