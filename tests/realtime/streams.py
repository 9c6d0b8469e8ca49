"""Whole streams made of fakes, for the tests of the runner."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from engines.recognition.appearance import flat_face
from realtime.choices import Strangers, WhenLost
from realtime.fakes import FakeFace, FakeSink, FakeSource, FakeTrack, FakeTracker, Fault, landmarks_in, raw_picture
from realtime.stream.badge import Badge
from realtime.stream.metrics import NULL_OBSERVER, StreamMetrics
from realtime.stream.painter import FramePainter
from realtime.stream.pipeline import SwapPipeline
from realtime.stream.privacy import PrivacyGate, PrivacyPolicy
from realtime.stream.runner import StreamRunner
from realtime.tracking.assignment import OrderAssigner
from realtime.types import StreamObserver

Script = Mapping[int, Fault | tuple[FakeTrack, ...]]
Condition = Callable[[], object]
TICK_S, LIMIT_S = 0.005, 30


@cache
def load_compiled_code() -> None:
    """So that no first frame waits for it."""
    flat_face(raw_picture(0), landmarks_in().points)


def make_runner(
    source: FakeSource,
    *sinks: FakeSink,
    script: Script | None = None,
    asked: WhenLost | None = None,
    observer: StreamObserver = NULL_OBSERVER,
    duration_s: float | None = None,
) -> StreamRunner:
    load_compiled_code()
    gate = PrivacyGate(PrivacyPolicy.choose(asked, live=source.live), mark=Badge().stamp)
    tracker = FakeTracker(dict(script or {}))
    painter = FramePainter(tracker, OrderAssigner([FakeFace()]), Strangers.BLUR, live=source.live, observer=observer)
    pipeline = SwapPipeline(painter, gate, info=source.info, observer=observer)
    return StreamRunner(source, pipeline, sinks, observer=observer, duration_s=duration_s)


def run_for(runner: StreamRunner, seconds: float, *, once: Condition = lambda: True) -> float:
    """Run, stop `seconds` after `once` is true, and return how long the end took."""
    with stopped(runner, seconds, once=once) as since_s:
        runner.run()
        return since_s()


@contextmanager
def stopped(runner: StreamRunner, seconds: float, *, once: Condition = lambda: True) -> Iterator[Callable[[], float]]:
    """In the block, `runner` is stopped `seconds` after `once` is true. Gives how long ago that was.

    The machine's own delays do not count: what a thread that sleeps all the time sleeps too long.
    """
    stopped_at: list[float] = []
    delays_s: list[float] = []
    over = threading.Event()

    def stop() -> None:
        deadline = time.monotonic() + LIMIT_S
        while not once() and time.monotonic() < deadline:
            time.sleep(TICK_S)
        time.sleep(seconds)
        stopped_at.append(time.monotonic())
        runner.stop()
        while not over.is_set():
            asked = time.monotonic()
            time.sleep(TICK_S)
            delays_s.append(max(0, time.monotonic() - asked - 2 * TICK_S))

    thread = threading.Thread(target=stop, daemon=True)
    thread.start()
    try:
        yield lambda: time.monotonic() - stopped_at[0] - sum(delays_s)
    finally:
        over.set()
        thread.join()


def metrics() -> StreamMetrics:
    return StreamMetrics(primary="fake", swapper="fake", device="cpu")


def seqs(sink: FakeSink) -> list[int]:
    return [frame.seq for frame in sink.frames]
