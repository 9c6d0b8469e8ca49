"""Numbers from what happens in a stream.

Knows counts, rates and percentiles; knows nothing of how they are shown. Memory does not grow with time.

The frame counts and the latency of a snapshot are those of the primary output, the first one: others run at their own
pace (`StreamMetrics.outputs`). What could not be measured is None, never a made-up zero.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from engines.types import Image
from realtime.media.damage import Damage, DamageNumbers
from realtime.stream.face_counts import FaceNumbers, count_faces, no_faces
from realtime.stream.histogram import Histogram
from realtime.types import FacesSeen, Outcome, ShownFrame, Stage

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
RECENT_NS = 2 * NS_PER_S
RECENT_FRAMES = 512
"""Enough for 2 s at 256 fps; faster streams are judged by their last 512 frames."""


class StageTimes(TypedDict):
    """Of one stage, ms."""

    p50: float | None
    p95: float | None


class Latency(TypedDict):
    """From capture to sent, ms."""

    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None


class Snapshot(TypedDict):
    """The object that `--metrics` writes."""

    frames_in: int
    frames_out: int
    dropped: int
    repeated: int  # pictures that showed the very one before them again: of frames_out, and a virtual camera's own
    outcomes: dict[str, int]  # of frames_out
    fps: float | None  # frames_out over the time from the first to the last; a single frame has no rate
    latency_ms: Latency
    stages_ms: dict[str, StageTimes]
    detector_runs: int
    faces: FaceNumbers
    damage: DamageNumbers
    notes: list[str]  # what a person should know of the run (`realtime.stream.run_notes`); empty while it runs
    swapper: str
    device: str
    wall_s: float  # from the first captured frame until now


class OutputNumbers(TypedDict):
    """What one output did."""

    frames: int
    fps: float | None
    latency_ms: Latency


@dataclass(frozen=True, slots=True)
class Recent:
    """The last two seconds of the primary output, for a status line. outcomes: since the start."""

    fps: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    outcomes: dict[str, int]


class NullObserver:
    """Is told everything and keeps nothing."""

    def on_faces(self, seen: FacesSeen) -> None: ...

    def on_captured(self) -> None: ...
    def on_dropped(self, count: int) -> None: ...
    def on_stage(self, stage: Stage, took_ns: int) -> None: ...
    def on_detector_run(self) -> None: ...
    def on_outcome(self, outcome: Outcome) -> None: ...
    def on_sent(self, sink: str, frame: ShownFrame, now_ns: int) -> None: ...


NULL_OBSERVER = NullObserver()


class _Output:
    """What one output did, in fixed memory."""

    def __init__(self) -> None:
        self.frames = 0
        self.repeated = 0
        self.outcomes: Counter[Outcome] = Counter()
        self.latency = Histogram()
        self.recent: deque[tuple[int, int]] = deque(maxlen=RECENT_FRAMES)  # (sent, latency), ns
        self._first_ns = 0
        self._last_ns = 0
        self._last_image: Image | None = None

    def add(self, frame: ShownFrame, now_ns: int) -> None:
        if not self.frames:
            self._first_ns = now_ns
        self.frames += 1
        self.repeated += frame.image is self._last_image
        self.outcomes[frame.outcome] += 1
        self.latency.add(now_ns - frame.captured_ns)
        self.recent.append((now_ns, now_ns - frame.captured_ns))
        self._last_ns, self._last_image = now_ns, frame.image

    @property
    def fps(self) -> float | None:
        return _rate(self.frames, self._last_ns - self._first_ns)

    @property
    def latency_ms(self) -> Latency:
        p50, p95, p99 = (_ms(self.latency.percentile_ns(percent)) for percent in (50, 95, 99))
        return Latency(p50=p50, p95=p95, p99=p99, max=_ms(self.latency.max_ns))


class StreamMetrics:
    """A StreamObserver that counts. Every method may be called from any thread.

    primary: name of the first output; names of outputs must differ, or they are counted as one. clock_ns: monotonic.
    damage: of the source; set it to the source's own, which counts.
    """

    def __init__(
        self, *, primary: str, swapper: str, device: str, clock_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self.primary, self._swapper, self._device = primary, swapper, device
        self.damage = Damage()
        self._clock_ns = clock_ns
        self._lock = threading.Lock()
        self._began_ns: int | None = None
        self._captured = 0
        self._dropped = 0
        self._repeated = 0
        self._detector_runs = 0
        self._outcomes: Counter[Outcome] = Counter()
        self._faces = no_faces()
        self._stages: dict[Stage, Histogram] = {}
        self._outputs = {primary: _Output()}

    def on_captured(self) -> None:
        with self._lock:
            if self._began_ns is None:
                self._began_ns = self._clock_ns()
            self._captured += 1

    def on_dropped(self, count: int) -> None:
        with self._lock:
            self._dropped += count

    def on_repeated(self) -> None:
        """The primary output showed its last picture again by itself."""
        with self._lock:
            self._repeated += 1

    def on_stage(self, stage: Stage, took_ns: int) -> None:
        with self._lock:
            self._stages.setdefault(stage, Histogram()).add(took_ns)

    def on_detector_run(self) -> None:
        with self._lock:
            self._detector_runs += 1

    def on_faces(self, seen: FacesSeen) -> None:
        with self._lock:
            count_faces(self._faces, seen)

    def on_outcome(self, outcome: Outcome) -> None:
        with self._lock:
            self._outcomes[outcome] += 1

    def on_sent(self, sink: str, frame: ShownFrame, now_ns: int) -> None:
        with self._lock:
            self._outputs.setdefault(sink, _Output()).add(frame, now_ns)

    def snapshot(self) -> Snapshot:
        """Everything since the start, ready for json.dumps."""
        with self._lock:
            primary = self._outputs[self.primary]
            began_ns = self._clock_ns() if self._began_ns is None else self._began_ns
            return Snapshot(
                frames_in=self._captured,
                frames_out=primary.frames,
                dropped=self._dropped,
                repeated=primary.repeated + self._repeated,
                outcomes=_by_name(primary.outcomes),
                fps=primary.fps,
                latency_ms=primary.latency_ms,
                stages_ms={stage.value: _stage_times(self._stages[stage]) for stage in Stage if stage in self._stages},
                detector_runs=self._detector_runs,
                faces=self._faces.copy(),
                damage=self.damage.numbers(),
                notes=[],
                swapper=self._swapper,
                device=self._device,
                wall_s=round((self._clock_ns() - began_ns) / NS_PER_S, 3),
            )

    def outputs(self) -> dict[str, OutputNumbers]:
        """Each output by its name, the primary one first."""
        with self._lock:
            return {
                name: OutputNumbers(frames=output.frames, fps=output.fps, latency_ms=output.latency_ms)
                for name, output in self._outputs.items()
            }

    def recent(self) -> Recent:
        """The last two seconds, until now."""
        with self._lock:
            since_ns = self._clock_ns() - RECENT_NS
            sent = [entry for entry in self._outputs[self.primary].recent if entry[0] >= since_ns]
            outcomes = _by_name(self._outcomes)
        latencies = [latency_ns for _, latency_ns in sent]
        p50, p95 = np.percentile(latencies, (50, 95)) if latencies else (None, None)
        fps = _rate(len(sent), sent[-1][0] - sent[0][0]) if sent else None
        return Recent(fps, _ms(p50), _ms(p95), outcomes)


def _by_name(outcomes: Counter[Outcome]) -> dict[str, int]:
    return {outcome.value: outcomes[outcome] for outcome in Outcome}


def _stage_times(histogram: Histogram) -> StageTimes:
    return StageTimes(p50=_ms(histogram.percentile_ns(50)), p95=_ms(histogram.percentile_ns(95)))


def _rate(frames: int, span_ns: int) -> float | None:
    """Frames per second: n frames span n - 1 intervals."""
    return round((frames - 1) * NS_PER_S / span_ns, 3) if frames > 1 and span_ns > 0 else None


def _ms(took_ns: float | None) -> float | None:
    return None if took_ns is None else round(float(took_ns) / NS_PER_MS, 3)
