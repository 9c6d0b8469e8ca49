"""Slow work on videos beside the event loop: frames and previews at once, searches for people one after the other.

Knows threads; knows nothing of what they do.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from realtime.web.auth import RefusedError

AT_ONCE, WAITING_OF_VISITOR = 2, 4
T = TypeVar("T")


class Beside:
    """Used in the event loop. Close it."""

    def __init__(self) -> None:
        self._now = ThreadPoolExecutor(AT_ONCE, "video")
        self._later = ThreadPoolExecutor(1, "people")
        self._waiting: Counter[str] = Counter()

    async def now(self, work: Callable[[], T]) -> T:
        """Somebody waits for it."""
        return await asyncio.get_running_loop().run_in_executor(self._now, work)

    async def later(self, work: Callable[[], T]) -> T:
        """Nobody does."""
        return await asyncio.get_running_loop().run_in_executor(self._later, work)

    @contextmanager
    def one_of(self, owner: str) -> Iterator[None]:
        """A visitor waits in the block. Raises RefusedError (429) while too many of theirs do."""
        if self._waiting[owner] >= WAITING_OF_VISITOR:
            raise RefusedError(
                429, "frames of yours are being made", remedy="ask for one after the other", retry_after_s=1
            )
        self._waiting[owner] += 1
        try:
            yield
        finally:
            self._waiting[owner] -= 1
            self._waiting += Counter()  # forgets whoever has none

    def close(self) -> None:
        """Let what waits go undone."""
        for threads in (self._now, self._later):
            threads.shutdown(wait=False, cancel_futures=True)
