"""How much may be under way at once, where what was sent cannot be taken back.

TCP and the programs between two ends keep seconds of pictures in their buffers. The other end therefore says what it
has, and nothing new is sent while the oldest has been under way for longer than the quickest ever was plus PATIENCE_S.
Knows times; knows nothing of what is sent. `page/flow_control.js` is the same for the other direction.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

PATIENCE_S = 0.1
UNTIL_KNOWN = 3
"""Under way at most, before anything was acknowledged."""
SLOWER, FASTER, LEAST = 0.8, 1.01, 0.05
"""What happens to the share of bits when something had to wait, and when not."""
REST_S = 0.5
"""Between two steps down, so that the first can show."""


class FlowControl:
    """One direction of a conversation, in the event loop. clock: s."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: deque[float] = deque()
        self._quickest_s: float | None = None
        self._has_arrived = asyncio.Event()
        self._share, self._slowed_s = 1.0, float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether one more may be sent now."""
        if self._quickest_s is None:
            return len(self._sent) < UNTIL_KNOWN
        return not self._sent or self._clock() - self._sent[0] < self._quickest_s + PATIENCE_S

    async def opens(self) -> float:
        """Wait until one more may be sent. Returns the share (0..1) of bits that the way seems to bear."""
        if self.is_open:
            self._share = min(1.0, self._share * FASTER)
        elif self._clock() - self._slowed_s > REST_S:
            self._share, self._slowed_s = max(LEAST, self._share * SLOWER), self._clock()
        while not self.is_open:
            self._has_arrived.clear()
            await self._has_arrived.wait()
        return self._share

    def sent(self) -> None:
        """One more is under way."""
        self._sent.append(self._clock())

    def arrived(self) -> None:
        """The other end has the oldest one."""
        if self._sent:
            took_s = self._clock() - self._sent.popleft()
            self._quickest_s = took_s if self._quickest_s is None else min(self._quickest_s, took_s)
            self._has_arrived.set()
