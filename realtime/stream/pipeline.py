"""One frame in, one frame out: paint it, and hand the result to the privacy gate.

Knows the order of the steps and what a failing engine means for the frame; knows nothing of threads, and leaves what
viewers see to `realtime.stream.privacy`.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import cv2
import numpy as np

from engines.types import Image, Points
from realtime.faces.selection import FixedFaces
from realtime.stream.backfill import BackfillBuffer
from realtime.stream.badge import Badge
from realtime.stream.badge_place import FaceInView
from realtime.stream.clock import stream_time_ns
from realtime.stream.latency_budget import LatencyBudget
from realtime.stream.live_settings import LiveControl, LiveSettings
from realtime.stream.metrics import NULL_OBSERVER
from realtime.stream.ordered import OrderedWork
from realtime.stream.people_in_view import PersonInView, people_in_view
from realtime.stream.privacy import FrameStatus, PrivacyGate
from realtime.stream.role import SAMPLE, Role
from realtime.tracking.result import TrackingResult
from realtime.types import Frame, ShownFrame, Stage, StreamInfo, StreamObserver

logger = logging.getLogger(__name__)

HALF = 0.5
PAINTING = 2
"""Frames of a video that are painted, or wait for it, while others are tracked."""


class Painter(Protocol):
    """Swaps the faces of one picture (`realtime.stream.painter.FramePainter`)."""

    def track(self, canvas: Image, at_ns: int, settings: LiveSettings, /) -> TrackingResult:
        """See who is in a picture. at_ns: stream time, rising."""
        ...

    def paint(self, canvas: Image, result: TrackingResult, settings: LiveSettings, /, *, counts: bool) -> FrameStatus:
        """Paint in place, and say whether the picture may be shown. counts: whether it is one of those that are."""
        ...

    @property
    def painted(self) -> Sequence[tuple[int, Points]]:
        """Who was swapped in the picture that was painted last: their numbers, and landmarks, px."""
        ...

    def learn(self, canvas: Image, result: TrackingResult, settings: LiveSettings, /) -> None:
        """Learn from a picture that nobody sees, without painting."""
        ...

    def run_deferred(self) -> None:
        """Do what is due and need not be done before the last picture is out."""
        ...


@dataclass(frozen=True, slots=True)
class Tracked:
    """A frame between tracking and painting. canvas: what is painted. result: None when paused, or tracking failed."""

    frame: Frame
    at_ns: int
    settings: LiveSettings
    canvas: Image
    result: TrackingResult | None


class SwapPipeline:
    """Makes each frame of one stream fit to be seen. One thread at a time, frames in order.

    A frame's image is painted in place. When anything raises on the way, even on the last of several faces, the whole
    frame counts as failed. control: what may be changed while it runs, read once per frame. backfill: where a
    video's frames wait; None for live. badge: told whom it is to mark, and what with. budget: of a live picture's
    latency. on_tracked: told who is in a frame.
    """

    def __init__(
        self,
        painter: Painter,
        gate: PrivacyGate,
        *,
        info: StreamInfo,
        control: LiveControl | None = None,
        backfill: BackfillBuffer[Tracked] | None = None,
        observer: StreamObserver = NULL_OBSERVER,
    ) -> None:
        self._painter = painter
        self._backfill = backfill
        self._gate, self.badge = gate, Badge()
        self._info = info
        self._control = control or LiveControl(FixedFaces())
        self.budget: LatencyBudget | None = None
        self.on_tracked: Callable[[Frame, TrackingResult], None] = _ignore
        self._people_shown: Callable[[], tuple[PersonInView, ...]] = tuple
        self._observer = observer
        self._is_half = False
        self._painting = OrderedWork[ShownFrame | None](PAINTING)
        self._failures: Counter[tuple[str, str]] = Counter()

    def process(self, frame: Frame) -> ShownFrame:
        """What viewers may see of `frame`. Never raises for a failing engine: that is an outcome."""
        return self._show(self._track(frame))

    def take(self, frame: Frame) -> Iterable[ShownFrame]:
        """Take a frame, and give those that are ready: this one, or those of a video that have waited long enough."""
        if self._backfill is None:
            return (self.process(frame),)
        self._backfill.put(self._track(frame))
        try:
            self._backfill.fill()
        except Exception as error:  # noqa: BLE001  they are shown as they were tracked
            self._log_failure(error, "new faces may be swapped late", "looks back failed")
        return self._wanted(self._backfill.ready())

    def rest(self) -> Iterator[ShownFrame]:
        """The frames that wait, made as they are asked for."""
        yield from self._wanted(self._backfill.rest() if self._backfill is not None else ())
        yield from filter(None, self._painting.rest())

    @property
    def waiting(self) -> int:
        """How many frames were taken and not given."""
        return len(self._painting) + (0 if self._backfill is None else len(self._backfill))

    def _wanted(self, ready: Iterable[Tracked]) -> Iterator[ShownFrame]:
        """What of the video is wanted, painted while later frames are tracked: neither needs what the other does."""
        for tracked in ready:
            for shown in self._painting.give(partial(self._made, tracked)):
                if shown is not None:
                    yield shown

    def _made(self, tracked: Tracked) -> ShownFrame | None:
        """What is to be seen; None for what lies beside the wanted part, of which the later frames learn."""
        if tracked.frame.role in {Role.TRACKED, Role.SAMPLED}:
            for _ in range(SAMPLE if tracked.frame.role is Role.SAMPLED else 1):
                self._learn(tracked)
            return None
        shown = self._show(tracked)
        return shown if tracked.frame.role is Role.SHOWN else None

    def _track(self, frame: Frame) -> Tracked:
        at_ns, settings, canvas = stream_time_ns(frame, self._info), self._control.settings, frame.image
        if settings.paused:
            return Tracked(frame, at_ns, settings, canvas, None)
        result = None
        try:
            if self._is_half:
                canvas = np.asarray(cv2.resize(canvas, None, fx=HALF, fy=HALF, interpolation=cv2.INTER_AREA), np.uint8)
            result = self._painter.track(canvas, at_ns, settings)
            self.on_tracked(frame, result)
        except Exception as error:  # noqa: BLE001  one bad frame must neither end the stream nor be shown
            self._log_failure(error, f"frame {frame.seq} was withheld", "frames were withheld")
        return Tracked(frame, at_ns, settings, canvas, result)

    def _show(self, tracked: Tracked) -> ShownFrame:
        frame, at_ns, settings = tracked.frame, tracked.at_ns, tracked.settings
        status = self._paint(tracked)
        self._people_shown = self._people_in(tracked) if self._backfill is None else tuple
        with self._timed(Stage.SHOW):
            if settings.mirror:
                frame = replace(frame, image=np.ascontiguousarray(frame.image[:, ::-1]), original=None, hdr=None)
            if settings.badge:
                self.badge.look_at(self._faces_in(tracked), settings.disclosure)
            shown = self._gate.show(frame, status, at_ns, settings)
        if frame.role is Role.SHOWN:
            self._observer.on_outcome(shown.outcome)
        if self.budget is not None:
            now_ns = time.monotonic_ns()
            self.budget.note(now_ns - frame.captured_ns, now_ns)
        return shown

    def _faces_in(self, tracked: Tracked) -> list[FaceInView]:
        """Who was swapped in a frame, where viewers see them."""
        width = tracked.frame.image.shape[1]
        scale, mirrored_in = width / tracked.canvas.shape[1], width if tracked.settings.mirror else None
        return [FaceInView.of(number, points, scale, mirrored_in) for number, points in self._painter.painted]

    @property
    def in_view(self) -> tuple[PersonInView, ...]:
        """Who is in the live picture that was shown last. Any thread; reckoned when it is asked for."""
        return self._people_shown()

    def _people_in(self, tracked: Tracked) -> Callable[[], tuple[PersonInView, ...]]:
        faces = () if tracked.result is None else tracked.result.in_view
        swapped, size_wh = [number for number, _ in self._painter.painted], tracked.canvas.shape[1::-1]
        return partial(people_in_view, faces, size_wh, swapped, mirrored=tracked.settings.mirror)

    def run_deferred(self) -> None:
        """Do what can wait until a frame is out; whoever calls `process` calls it then. Never raises."""
        try:
            self._painter.run_deferred()
        except Exception as error:  # noqa: BLE001  the next frames are shown without it
            self._log_failure(error, "hands may be painted over", "searches for hands failed")

    def work_at_half_size(self, half: bool) -> None:
        """Look and paint in a picture of half the edge, to save work; what is shown keeps its size and gets softer."""
        self._is_half = half

    def _learn(self, tracked: Tracked) -> None:
        if tracked.result is not None and not tracked.settings.paused:
            try:
                self._painter.learn(tracked.canvas, tracked.result, tracked.settings)
            except Exception as error:  # noqa: BLE001  a picture that nobody sees
                self._log_failure(error, f"frame {tracked.frame.seq} taught nothing", "frames taught nothing")

    def _paint(self, tracked: Tracked) -> FrameStatus:
        if tracked.settings.paused:
            return FrameStatus.PAUSED
        if tracked.result is None:
            return FrameStatus.FAILED
        canvas, image = tracked.canvas, tracked.frame.image
        try:
            counts = tracked.frame.role is Role.SHOWN
            status = self._painter.paint(canvas, tracked.result, tracked.settings, counts=counts)
            if canvas is not image:
                cv2.resize(canvas, image.shape[1::-1], dst=image, interpolation=cv2.INTER_LINEAR)
        except Exception as error:  # noqa: BLE001  as above
            self._log_failure(error, f"frame {tracked.frame.seq} was withheld", "frames were withheld")
            return FrameStatus.FAILED
        return status

    @contextmanager
    def _timed(self, stage: Stage) -> Iterator[None]:
        began_ns = time.monotonic_ns()
        yield
        self._observer.on_stage(stage, time.monotonic_ns() - began_ns)

    def _log_failure(self, error: Exception, once: str, often: str) -> None:
        """With its traceback the first time it happens, then at the 10th, 100th ... time: 30 a second would bury it."""
        kind = type(error).__name__
        self._failures[often, kind] += 1
        count = self._failures[often, kind]
        if count == 1:
            logger.error("%s: %s: %s", once, kind, error, exc_info=error)
        elif str(count).strip("0") == "1":
            logger.error("%d %s so far: %s: %s", count, often, kind, error)


def _ignore(_frame: Frame, _result: TrackingResult) -> None:
    """Nobody wants to know who is in a frame."""
