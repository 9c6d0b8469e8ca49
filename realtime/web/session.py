"""One visitor's stream: pictures from their browser are swapped in a thread and published for whoever watches.

The newest picture wins at every hand-over, so a slow machine drops pictures and never falls behind. Knows threads and
pictures; knows no HTTP and no connection.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from engines.types import Image
from realtime.choices import Strangers
from realtime.faces.source_bank import SourceBank
from realtime.stream.frame_queue import LatestSlot, SlotClosed
from realtime.stream.live_settings import LiveControl
from realtime.stream.metrics import StreamMetrics
from realtime.stream.pipeline import SwapPipeline
from realtime.types import Frame, Stage, StreamInfo
from realtime.web.broadcast import CLOCK, Broadcast, Shown
from realtime.web.keys import new_key
from realtime.web.visitors import Visitor

if TYPE_CHECKING:
    from realtime.web.audio_relay import AudioRelay

logger = logging.getLogger(__name__)

BROWSER = StreamInfo("browser", (1280, 720), Fraction(30), live=True, time_base=CLOCK)
"""What is known of a visitor's pictures before they come; each says its own size."""

LEAVE_S = 5.0
"""A thread that paints while the interpreter goes would take the process down with it."""


class Arrival(Protocol):
    """A picture as it came, not yet decoded to pixels."""

    @property
    def pts(self) -> int:
        """In units of CLOCK."""
        ...

    def read(self) -> Image:
        """(H, W, 3) uint8 BGR, a new array. In the session's thread.

        Raises ValueError when it cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stream:
    """What a session is made of. strangers: unless the visitor says otherwise. close: lets go of the engines."""

    pipeline: SwapPipeline
    control: LiveControl
    source_bank: SourceBank
    metrics: StreamMetrics
    strangers: Strangers
    close: Callable[[], None]


class SwapSession:
    """Made and closed in the event loop; swaps in a thread of its own.

    visitor: whose it is. id: cannot be guessed, since whoever knows it may control the session. watch: nor can this;
    who knows it may only watch. last_seen_s: when a picture came last that could be read. sound: what the visitor says,
    once it comes. make_key: of these.
    """

    def __init__(
        self,
        stream: Stream,
        visitor: Visitor,
        watch: str | None = None,
        make_key: Callable[[int], str] = new_key,
    ) -> None:
        self.id = make_key(16)
        self.watch = watch or make_key(16)
        self.stream, self.visitor = stream, visitor
        self.broadcast = Broadcast()
        self.sound: AudioRelay | None = None
        self.last_seen_s = time.monotonic()
        self._inbox: LatestSlot[tuple[Arrival, int, int]] = LatestSlot(stream.metrics.on_dropped)
        self._seq = 0
        self._worker = threading.Thread(target=self._work, name=f"session {self.id[:4]}", daemon=True)
        self._worker.start()

    def take(self, picture: Arrival) -> None:
        """A picture came from the visitor. Never waits. Raises SlotClosed after the end."""
        self.stream.metrics.on_captured()
        self._inbox.put((picture, self._seq, time.monotonic_ns()))
        self._seq += 1

    def close(self) -> None:
        """End it, once the picture in hand is done; whoever watches is told. Waits a moment. May be called twice."""
        self._inbox.abort()
        self._worker.join(LEAVE_S)
        if self._worker.is_alive():
            logger.warning("session %s: its thread hangs and is left behind", self.id[:4])

    def _work(self) -> None:
        """In its thread: until closed, and then clean up."""
        try:
            while True:
                self._swap(*self._inbox.get())
        except SlotClosed:
            logger.debug("session %s ends", self.id[:4])
        finally:
            self._inbox.abort()
            self.broadcast.end()
            self.stream.source_bank.close()
            self.stream.close()

    def _swap(self, picture: Arrival, seq: int, arrived_ns: int) -> None:
        metrics = self.stream.metrics
        metrics.on_stage(Stage.WAIT, time.monotonic_ns() - arrived_ns)
        try:
            image = picture.read()
        except ValueError as error:
            logger.debug("session %s: a picture could not be read: %s", self.id[:4], error)
            metrics.on_dropped(1)
            return
        self.last_seen_s = time.monotonic()
        shown = self.stream.pipeline.process(Frame(image, seq, arrived_ns, picture.pts))
        self.broadcast.publish(Shown(shown.image, shown.pts))
        metrics.on_sent(metrics.primary, shown, time.monotonic_ns())
        self.stream.pipeline.run_deferred()
