"""The newest picture of one stream, from the thread that makes it to everybody who watches.

Nothing is queued: a watcher that is slow gets the newest picture next, whatever it missed. Knows an event loop; knows
nothing of codecs and connections.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from engines.types import Image

CLOCK = Fraction(1, 90_000)
"""Of video in RTP (RFC 3551)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that viewers may see. image: (H, W, 3) uint8 BGR, read-only. pts: in units of CLOCK."""

    image: Image
    pts: int


class BroadcastOver(Exception):  # noqa: N818  like StopIteration: an end, not an error
    """No more pictures will come."""


class Broadcast:
    """Made in the event loop; `publish` and `end` may be called from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._newest: Shown | None = None
        self._number = 0
        self._ended = False

    def publish(self, picture: Shown) -> None:
        """Make it the newest picture."""
        self._tell(picture)

    def end(self) -> None:
        """No more will come."""
        self._tell(None)

    def _tell(self, picture: Shown | None) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody watches
            self._loop.call_soon_threadsafe(self._set, picture)

    async def after(self, number: int) -> tuple[int, Shown]:
        """The newest picture and its number, once it is another than `number` (0 at first). Raises BroadcastOver."""
        while self._number == number and not self._ended:
            await self._changed.wait()
        if self._ended or self._newest is None:
            raise BroadcastOver
        return self._number, self._newest

    def _set(self, picture: Shown | None) -> None:
        if picture is None:
            self._ended = True
        else:
            self._newest, self._number = picture, self._number + 1
        self._changed.set()
        self._changed = asyncio.Event()
