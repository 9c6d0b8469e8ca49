"""One output, the slot in front of it, and how it is getting on.

Knows sending, finishing and stalling; knows nothing of the other outputs, nor of threads: whoever runs `send_all` and
then `finish` decides where.
"""

import logging
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto

from realtime.errors import ConsentError, ReaderGoneError
from realtime.stream.frame_queue import FrameQueue, SlotClosed
from realtime.stream.watchdog import Work
from realtime.types import DiscardableSink, FileSink, FirstFramesSink, FrameSink, ShownFrame, Stage, StreamObserver
from realtime.wording import counted

logger = logging.getLogger(__name__)

SEND_STALL_S = 0.7
"""An ending stream waits this long for an output to take one frame; a stopped stream ends within a second."""
FINISH_STALL_S = 30.0
"""And this long for it to finish without getting on: the index of an hour of video takes seconds to write."""


class Ending(Enum):
    """How a stream ended."""

    WHOLE = auto()  # all frames came that were to come
    EARLY = auto()
    VOID = auto()  # what came must not be kept


def ending_of(errors: Sequence[BaseException], *, is_cut: bool) -> Ending:
    """errors: of the stream. is_cut: somebody stopped it before its end. Without consent nothing is kept."""
    if any(isinstance(error, ConsentError) for error in errors):
        return Ending.VOID
    return Ending.EARLY if errors or is_cut else Ending.WHOLE


class SinkWorker:
    """Brings frames to one sink, in the order in which they were put. has_enough: the sink wants no more.

    ending: asked at the end, how it came.
    """

    def __init__(
        self, sink: FrameSink, slot: FrameQueue[ShownFrame], observer: StreamObserver, ending: Callable[[], Ending]
    ) -> None:
        self.slot = slot
        self._ending = ending
        self.has_enough = False
        self._sink = sink
        self._observer = observer
        self.sending = Work(f"sending a frame to {sink.name}", "it misses those that come meanwhile")
        self._finishing = False
        self._step_began_ns = time.monotonic_ns()

    @property
    def name(self) -> str:
        return self._sink.name

    def put(self, frame: ShownFrame) -> None:
        """Hand a frame on, unless the sink has enough. One thread at a time. Raises SlotClosed when it is to end."""
        if self.has_enough:
            return
        try:
            self.slot.put(frame)
        except SlotClosed:
            if self.has_enough:  # since a moment ago
                return
            raise
        if isinstance(self._sink, FirstFramesSink) and self._sink.is_complete_with(frame):
            self.has_enough = True
            self.slot.close()

    def send_all(self) -> None:
        """Send frames until the slot is closed and empty. Raises what the sink raises; then nothing waits any more."""
        try:
            while True:
                self._send(self.slot.get())
        except SlotClosed:
            return
        except ReaderGoneError as error:
            logger.info("%s", error)
            self.has_enough = True
        finally:
            self.slot.abort()

    def finish(self) -> None:
        """Close the sink. Raises what it raises."""
        self._step_began_ns, self._finishing = time.monotonic_ns(), True
        if self.slot.dropped:
            logger.info("%s was too slow for %s", self.name, counted(self.slot.dropped, "frame"))
        ending = self._ending()
        if ending is Ending.VOID and isinstance(self._sink, DiscardableSink):
            self._sink.discard()
            return
        if ending is not Ending.WHOLE and isinstance(self._sink, FileSink):
            self._sink.end_early()
        self._sink.close()

    def is_stalled(self, ending_since_ns: int) -> bool:
        """Whether the sink has been at one step for too long, in a stream that has been ending since then."""
        limit_s = FINISH_STALL_S if self._finishing else SEND_STALL_S
        moved_ns = self._sink.progressed_ns if isinstance(self._sink, FileSink) else 0
        return time.monotonic_ns() - max(ending_since_ns, self._step_began_ns, moved_ns) > limit_s * 1e9

    def _send(self, frame: ShownFrame) -> None:
        self._step_began_ns = time.monotonic_ns()
        self.sending.begin()
        try:
            self._sink.send(frame)
        finally:
            self.sending.end()
        sent_ns = time.monotonic_ns()
        self._observer.on_stage(Stage.SEND, sent_ns - self._step_began_ns)
        self._observer.on_sent(self.name, frame, sent_ns)
