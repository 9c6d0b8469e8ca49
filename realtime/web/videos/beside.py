"""Slow work on videos beside the event loop: frames and previews at once, searches for people one after the other.

Knows threads; knows nothing of what they do.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from realtime.web.auth import AtOnce

AT_ONCE, WAITING_OF_VISITOR = 2, 4
T = TypeVar("T")


class Beside:
    """Used in the event loop. Close it."""

    def __init__(self) -> None:
        self._now = ThreadPoolExecutor(AT_ONCE, "video")
        self._later = ThreadPoolExecutor(1, "people")
        self._waiting = AtOnce(
            WAITING_OF_VISITOR,
            "frames of yours are being made",
            remedy="ask for one after the other",
            retry_after_s=1,
        )

    async def now(self, work: Callable[[], T]) -> T:
        """Somebody waits for it."""
        return await asyncio.get_running_loop().run_in_executor(self._now, work)

    async def later(self, work: Callable[[], T]) -> T:
        """Nobody does."""
        return await asyncio.get_running_loop().run_in_executor(self._later, work)

    def one_of(self, owner: str) -> AbstractContextManager[None]:
        """A visitor waits in the block. Raises RefusedError (429) while too many of theirs do."""
        return self._waiting.one_of(owner)

    def close(self) -> None:
        """Let what waits go undone."""
        for threads in (self._now, self._later):
            threads.shutdown(wait=False, cancel_futures=True)
