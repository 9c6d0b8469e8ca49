"""A live source that comes back: when a camera is unplugged or a stream breaks off, it is opened again.

To whoever reads it is one stream: numbers go on, times go on with the clock, and pictures keep the size of the first
ones. Knows opening, losing and waiting; knows nothing of what the source is.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from enum import StrEnum

from engines.image.geometry import fit_into
from realtime.errors import SourceError
from realtime.types import Frame, FrameSource, StreamInfo

logger = logging.getLogger(__name__)

FIRST_WAIT_S, MOST_WAIT_S = 0.2, 0.5
"""Between tries: a camera that is back is in use again within half a second and what its driver takes to open."""


class State(StrEnum):
    """How the source is doing."""

    STREAMING = "streaming"
    LOST = "lost"
    CLOSED = "closed"


class RecoveringSource:
    """A FrameSource made of others, one after another.

    opener: opens it; called at once unless `first` is open already, and again after each loss. give_up_s: end with
    the source's own error when it has been away for so long; None waits for ever. most_wait_s: between tries.
    Raises what `opener` raises the first time.
    """

    def __init__(
        self,
        opener: Callable[[], FrameSource],
        *,
        first: FrameSource | None = None,
        give_up_s: float | None = None,
        most_wait_s: float = MOST_WAIT_S,
    ) -> None:
        self._opener, self._give_up_s, self._most_wait_s = opener, give_up_s, most_wait_s
        self._source = first or opener()
        self._closing = threading.Event()
        self.info: StreamInfo = self._source.info
        self.state = State.STREAMING

    def frames(self) -> Iterator[Frame]:
        number, began_ns = 0, time.monotonic_ns()
        while not self._closing.is_set():
            try:
                for frame in self._source.frames():
                    pts = int((frame.captured_ns - began_ns) / 1e9 / self.info.time_base)
                    yield Frame(fit_into(frame.image, self.info.size_wh), number, frame.captured_ns, pts)
                    number += 1
                return
            except SourceError as error:
                if self._closing.is_set():
                    return
                self.state = State.LOST
                logger.warning("%s; waiting for it to come back", error)
                self._wait_for_it(error)

    def close(self) -> None:
        """End it, also while it waits. May be called twice, from any thread."""
        self._closing.set()
        self.state = State.CLOSED
        self._source.close()

    def _wait_for_it(self, why: SourceError) -> None:
        lost_s, wait_s = time.monotonic(), FIRST_WAIT_S
        while not self._closing.wait(wait_s):
            if self._give_up_s is not None and time.monotonic() - lost_s > self._give_up_s:
                raise why
            try:
                self._source = self._opener()
            except SourceError as error:
                logger.debug("not back: %s", error)
                wait_s = min(2 * wait_s, self._most_wait_s)
                continue
            if self._closing.is_set():
                self._source.close()
            self.state = State.STREAMING
            logger.warning("%s is back after %.1f s", self.info.name, time.monotonic() - lost_s)
            return
