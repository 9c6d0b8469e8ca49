"""A live stream, measured: every frame's latency, what was dropped or shown twice, how old the last detection is.

Knows runs; knows nothing of reports.
"""

import time
from collections import deque

import numpy as np

from realtime.bench.equipment import Equipment
from realtime.bench.results import Result
from realtime.outputs.null import NullSink
from realtime.stream.metrics import Snapshot, StreamMetrics
from realtime.stream.runner import StreamRunner
from realtime.types import Frame, FrameSink, ShownFrame

WARM_UP_S, WARM_UP_SHARE = 1.0, 0.5
"""Before what counts: a second, or half of a short measurement."""
RENDERED = 45
"""Frames made before a flat-out run begins, so that making them costs it nothing."""
Size = tuple[int, int]


class Samples(StreamMetrics):
    """Keeps every frame, not only counts. Of the primary output."""

    def __init__(self, primary: str) -> None:
        super().__init__(primary=primary, swapper="mesh", device="cpu")
        self.sent: deque[tuple[int, int]] = deque()  # (when, latency), ns
        self.detection_ages_ns: deque[int] = deque()
        self._detected_ns = 0

    def on_detector_run(self) -> None:
        super().on_detector_run()
        self._detected_ns = time.monotonic_ns()

    def on_sent(self, sink: str, frame: ShownFrame, now_ns: int) -> None:
        super().on_sent(sink, frame, now_ns)
        self.sent.append((now_ns, now_ns - frame.captured_ns))
        self.detection_ages_ns.append(max(0, frame.captured_ns - self._detected_ns))  # 0: in this very frame


def live(
    equipment: Equipment, seconds: float, *, size_wh: Size = (1280, 720), people: int = 1, rate: int = 30
) -> Result:
    """The synthetic camera at its pace, to nowhere."""
    return stream(equipment, seconds, NullSink(), size_wh, people, rate)


def stream(
    equipment: Equipment, seconds: float, sink: FrameSink, size_wh: Size, people: int = 1, rate: int = 30
) -> Result:
    """The synthetic camera at its pace, to a sink, which is closed. Raises UserError when the sink fails."""
    camera, metrics = equipment.camera(size_wh, people, rate=rate), Samples(sink.name)
    pipeline = equipment.pipeline(camera.info, metrics, people=people)
    warm_up_s = _warm_up_s(seconds)
    StreamRunner(camera, pipeline, [sink], observer=metrics, duration_s=warm_up_s + seconds).run()
    begin_ns = metrics.sent[0][0] + int(warm_up_s * 1e9) if metrics.sent else 0
    kept = [(now_ns, latency_ns) for now_ns, latency_ns in metrics.sent if now_ns >= begin_ns]
    numbers = metrics.snapshot()
    swapped = numbers["outcomes"]["swapped"] / max(1, sum(numbers["outcomes"].values()))
    span_s = (kept[-1][0] - kept[0][0]) / 1e9 if len(kept) > 1 else 0
    return Result(
        name="",
        group="",
        samples_ms=[latency_ns / 1e6 for _, latency_ns in kept],
        figures={
            "asked_fps": rate,
            "unique_fps": round((len(kept) - 1 - numbers["repeated"]) / span_s, 2) if span_s else 0.0,
            "dropped": numbers["dropped"],
            "swapped_share": round(swapped, 3),
            "detection_age_ms": round(float(np.median(metrics.detection_ages_ns)) / 1e6, 1) if kept else 0.0,
        },
        stages_ms=_stages(numbers),
    )


def flat_out(equipment: Equipment, seconds: float, *, size_wh: Size = (1280, 720), people: int = 1) -> Result:
    """Frame after frame through the pipeline in one thread: ms each, and how many a second that makes."""
    camera, metrics = equipment.camera(size_wh, people, paced=False), Samples("null")
    pipeline = equipment.pipeline(camera.info, metrics, people=people)
    rendered = [camera.render(number) for number in range(RENDERED)]
    spent: list[float] = []
    number, end_s = 0, time.monotonic() + _warm_up_s(seconds) + seconds
    while time.monotonic() < end_s or len(spent) < 3:
        image = rendered[number % RENDERED].copy()
        began_s = time.perf_counter()
        pipeline.process(Frame(image, number, time.monotonic_ns(), number * 3000))
        pipeline.run_deferred()
        if end_s - time.monotonic() < seconds:
            spent.append((time.perf_counter() - began_s) * 1000)
        number += 1
    return Result(
        name="",
        group="",
        samples_ms=spent,
        figures={"fps": round(1000 / float(np.mean(spent)), 1)},
        stages_ms=_stages(metrics.snapshot()),
    )


def _warm_up_s(seconds: float) -> float:
    return min(WARM_UP_S, WARM_UP_SHARE * seconds)


def _stages(numbers: Snapshot) -> dict[str, float]:
    return {name: times["p50"] or 0.0 for name, times in numbers["stages_ms"].items()}
