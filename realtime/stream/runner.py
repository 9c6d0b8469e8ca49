"""The threads of a stream, and their end.

Knows threads, hand-overs and who ends what; knows nothing of pictures. One thread reads the source, one swaps (so the
order holds by construction), and one per output sends. Live, each hand-over keeps only the newest frame; in files it
waits. Outputs get what the pipeline gave and nothing else: when an engine hangs, they keep the last picture they had.

    the source ends          what is under way is finished, the outputs are closed
    the source fails         the same, then its error is raised
    all outputs have enough  the source is closed, what waits is forgotten: one picture, or a reader that left
    an output fails          the source is closed, the other outputs send what they hold and are closed; then its error
    stop(), Ctrl-C           what waits is forgotten, the outputs are closed: files can be played up to there
    a read that never ends   is left behind: it is a daemon thread, and nothing waits for it
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from models.errors import UserError
from realtime.errors import SinkError
from realtime.stream.clock import NS_PER_S, stream_time_ns
from realtime.stream.frame_queue import Backlog, FrameQueue, LatestSlot, SlotClosed
from realtime.stream.metrics import NULL_OBSERVER
from realtime.stream.role import Role
from realtime.stream.sink_worker import Ending, SinkWorker, ending_of
from realtime.stream.watchdog import Work
from realtime.types import Frame, FrameSink, FrameSource, Pipeline, ShownFrame, Stage, StreamObserver

logger = logging.getLogger(__name__)
T = TypeVar("T")

BACKLOG_FRAMES = 4
"""Per hand-over of a file: evens out slow and fast frames, 25 MB at 1080p."""
POLL_S = 0.05
"""How often the main thread looks up; a signal handler can only be seen in between."""
LEAVE_S = 0.1
"""How long an ending stream waits for the reading and the swapping thread, which have nothing to save."""
OVERDUE_S = 0.5
"""A live source that gives nothing is cut off this long after the wanted duration."""


class StreamRunner:
    """Runs one stream from its source through the pipeline to its outputs, and closes all of them.

    sinks: the first is the primary one, whose dropped frames count. duration_s: end after that much of the stream;
    None for all of it.
    """

    def __init__(
        self,
        source: FrameSource,
        pipeline: Pipeline,
        sinks: Sequence[FrameSink],
        *,
        observer: StreamObserver = NULL_OBSERVER,
        duration_s: float | None = None,
    ) -> None:
        if not sinks:
            raise ValueError("a stream needs at least one output")
        self._source = source
        self._info = source.info
        self._pipeline = pipeline
        self._observer = observer
        self._duration_s = duration_s
        self._workers: list[SinkWorker] = []
        self._inbox: FrameQueue[Frame] = self._make_queue(self._note_dropped)
        self._workers += [
            SinkWorker(sink, self._make_queue(_ignore if index else self._note_dropped), observer, self._ending)
            for index, sink in enumerate(sinks)
        ]
        self._first_captured_ns: int | None = None
        self._swapping = Work("swapping a frame", "the outputs keep the last picture")
        self._stop_asked = False
        self._must_end = False
        self._errors: list[BaseException] = []
        self._noting = threading.Lock()

    def stop(self) -> None:
        """End the stream soon, keeping what was sent. May be called from a signal handler, any thread, any time."""
        # Only a flag for `run` to see: a handler that took a lock could wait for the very code it interrupted.
        self._stop_asked = True

    def run(self) -> None:
        """Run until the source ends or somebody ends it. Raises the first error of source, pipeline or outputs.

        Call it once, best from the main thread, which stays interruptible.
        """
        intake = [
            self._spawn("capture", self._capture, self._inbox.close, self._source.close, on_error=self._fail_source),
            self._spawn("swap", self._swap, self._close_queues),
        ]
        sending = [self._spawn(f"send to {worker.name}", worker.send_all, worker.finish) for worker in self._workers]
        try:
            self._watch(sending)
        except KeyboardInterrupt:
            self.stop()
            raise
        finally:
            self._end(intake, sending)
        if self._errors:
            raise self._errors[0]

    def _capture(self) -> None:
        first_ns: int | None = None
        try:
            for frame in self._source.frames():
                at_ns = stream_time_ns(frame, self._info)
                if first_ns is None:
                    first_ns, self._first_captured_ns = at_ns, frame.captured_ns
                if self._duration_s is not None and at_ns - first_ns >= self._duration_s * NS_PER_S:
                    return
                if frame.role is Role.SHOWN:
                    self._observer.on_captured()
                self._inbox.put(frame)
        except SlotClosed:
            return

    def _swap(self) -> None:
        try:
            while True:
                frame = self._inbox.get()
                self._observer.on_stage(Stage.WAIT, time.monotonic_ns() - frame.captured_ns)
                self._swapping.begin()
                self._hand_on(self._pipeline.take(frame))
                self._pipeline.run_deferred()
        except SlotClosed:
            pass
        try:
            self._hand_on(self._pipeline.rest())
        except SlotClosed:  # interrupted: what waits is forgotten
            self._note_dropped(self._pipeline.waiting)

    def _hand_on(self, ready: Iterable[ShownFrame]) -> None:
        frames = iter(ready)
        while not self._has_enough() and (shown := next(frames, None)) is not None:
            self._swapping.end()
            for worker in self._workers:
                worker.put(shown)
            self._swapping.begin()
        self._swapping.end()
        if self._has_enough():
            raise SlotClosed

    def _has_enough(self) -> bool:
        return all(worker.has_enough for worker in self._workers)

    def _note_dropped(self, count: int) -> None:
        if not self._has_enough():  # nobody misses what comes after that
            self._observer.on_dropped(count)

    def _watch(self, sending: Sequence[threading.Thread]) -> None:
        """Wait until all outputs are done, or there is a reason to end early."""
        while not (self._stop_asked or self._must_end or self._is_overdue()):
            busy = [thread for thread in sending if thread.is_alive()]
            if not busy:
                return
            self._warn_of_a_hang()
            busy[0].join(POLL_S)

    def _warn_of_a_hang(self) -> None:
        if self._info.live:  # nobody waits for a video's frame
            for work in (self._swapping, *(worker.sending for worker in self._workers)):
                work.look()

    def _is_overdue(self) -> bool:
        if not self._info.live or self._duration_s is None or self._first_captured_ns is None:
            return False
        return time.monotonic_ns() - self._first_captured_ns > (self._duration_s + OVERDUE_S) * NS_PER_S

    def _end(self, intake: Sequence[threading.Thread], sending: Sequence[threading.Thread]) -> None:
        ending_since_ns = time.monotonic_ns()
        self._must_end = True
        self._inbox.abort()
        if intake[0].is_alive():
            # In a thread of its own, because a driver may hang in it.
            self._spawn("close the source", self._source.close, on_error=self._fail_source)
        for worker in self._workers:
            if self._stop_asked:
                worker.slot.abort()
            else:
                worker.slot.close()
        for worker, thread in zip(self._workers, sending, strict=True):
            self._await_output(worker, thread, ending_since_ns)
        for thread in intake:
            thread.join(LEAVE_S)
            if thread.is_alive() and not self._stop_asked:  # else perhaps with a frame that nobody waits for any more
                logger.warning("the %s thread hangs and is left behind", thread.name)

    def _await_output(self, worker: SinkWorker, thread: threading.Thread, ending_since_ns: int) -> None:
        while thread.is_alive():
            if worker.is_stalled(ending_since_ns):
                problem = f"{worker.name} does not respond and was left unfinished"
                self._note(SinkError(problem, remedy="check whether its disk or network hangs"))
                return
            thread.join(POLL_S)

    def _ending(self) -> Ending:
        """A live picture that is stopped is whole, a video is not."""
        return ending_of(self._errors, is_cut=self._stop_asked and not self._info.live)

    def _close_queues(self) -> None:
        for worker in self._workers:
            worker.slot.close()

    def _make_queue(self, on_dropped: Callable[[int], None]) -> FrameQueue[T]:
        return LatestSlot(on_dropped) if self._info.live else Backlog(BACKLOG_FRAMES, on_dropped)

    def _spawn(
        self, name: str, *steps: Callable[[], None], on_error: Callable[[BaseException], None] | None = None
    ) -> threading.Thread:
        """Start a thread that takes `steps` one after another, also when one of them raises."""
        thread = threading.Thread(target=self._guard, args=(steps, on_error or self._fail), name=name, daemon=True)
        thread.start()
        return thread

    @staticmethod
    def _guard(steps: Sequence[Callable[[], None]], on_error: Callable[[BaseException], None]) -> None:
        for step in steps:
            try:
                step()
            except BaseException as error:  # noqa: BLE001  even a library's sys.exit(): `run` raises it for the thread
                on_error(error)

    def _fail(self, error: BaseException) -> None:
        self._note(error)
        self._must_end = True

    def _fail_source(self, error: BaseException) -> None:
        if self._must_end or self._stop_asked:
            logger.info("closing the source failed: %s", error)
        else:
            self._note(error)  # and no more: what was read before is still on its way to the outputs

    def _note(self, error: BaseException) -> None:
        with self._noting:
            self._errors.append(error)
            is_first = len(self._errors) == 1
        if not is_first:
            logger.error("another error: %s", error, exc_info=None if isinstance(error, UserError) else error)


def _ignore(_count: int) -> None:
    """Drops of the other outputs: each worker logs its own."""
