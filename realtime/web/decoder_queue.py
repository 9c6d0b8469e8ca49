"""Encoded pictures that wait for a decoder: a few at most.

aiortc's queue has no end, so on a machine that is short of time the picture gets older and older. A decoder cannot skip
one picture, since the next is built on it; it can begin anew at a key frame. When too many wait, all that come are left
out until the next key frame, which is asked for. Knows encoded pictures; knows nothing of pixels.
"""

import queue
import threading
import time
from collections.abc import Callable

from aiortc import RTCRtpCodecParameters
from aiortc.jitterbuffer import JitterFrame

MOST = 4
"""Waiting: 133 ms at 30 fps."""
ASK_AGAIN_S = 0.5
Task = tuple[RTCRtpCodecParameters, JitterFrame]


class DecoderQueue(queue.Queue[Task | None]):
    """In the place of aiortc's queue. ask: set to have a key frame asked for. clock: s."""

    def __init__(self, ask: threading.Event, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._ask, self._clock = ask, clock
        self._is_behind, self._asked_s = False, float("-inf")

    def put(self, item: Task | None, block: bool = True, timeout: float | None = None) -> None:
        """Take a picture in or leave it out; None, the end, always comes in. Never waits."""
        if item is not None:
            has_room = self.qsize() < MOST
            self._is_behind = not has_room or (self._is_behind and not can_begin(item[0], item[1].data))
            if self._is_behind:
                self._ask_for_beginning()
                return
        super().put(item, block, timeout)

    def _ask_for_beginning(self) -> None:
        if self._clock() - self._asked_s >= ASK_AGAIN_S:
            self._asked_s = self._clock()
            self._ask.set()


def can_begin(codec: RTCRtpCodecParameters, data: bytes) -> bool:
    """Whether a decoder can begin with this picture (RFC 7741, 4.3; H.264, table 7-1: 5 is an IDR slice)."""
    if codec.name.lower() == "vp8":
        return bool(data) and not data[0] & 1
    return any(unit and unit[0] & 0x1F == 5 for unit in data.split(b"\0\0\1")[1:])
