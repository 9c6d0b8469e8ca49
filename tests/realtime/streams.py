"""Whole streams made of fakes, for the tests of the runner."""

import threading
import time
from collections.abc import Mapping

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

flat_face(raw_picture(0), landmarks_in().points)  # loads compiled code once: no first frame waits for it

Script = Mapping[int, Fault | tuple[FakeTrack, ...]]


def make_runner(
    source: FakeSource,
    *sinks: FakeSink,
    script: Script | None = None,
    asked: WhenLost | None = None,
    observer: StreamObserver = NULL_OBSERVER,
    duration_s: float | None = None,
) -> StreamRunner:
    gate = PrivacyGate(PrivacyPolicy.choose(asked, live=source.live), mark=Badge().stamp)
    tracker = FakeTracker(dict(script or {}))
    painter = FramePainter(tracker, OrderAssigner([FakeFace()]), Strangers.BLUR, live=source.live, observer=observer)
    pipeline = SwapPipeline(painter, gate, info=source.info, observer=observer)
    return StreamRunner(source, pipeline, sinks, observer=observer, duration_s=duration_s)


def run_for(runner: StreamRunner, seconds: float) -> float:
    """Run, stop after `seconds`, and return how long the end took."""
    stopped_at: list[float] = []

    def stop() -> None:
        stopped_at.append(time.monotonic())
        runner.stop()

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        runner.run()
    finally:
        timer.join()
        took_s = time.monotonic() - stopped_at[0]
    return took_s


def metrics() -> StreamMetrics:
    return StreamMetrics(primary="fake", swapper="fake", device="cpu")


def seqs(sink: FakeSink) -> list[int]:
    return [frame.seq for frame in sink.frames]
