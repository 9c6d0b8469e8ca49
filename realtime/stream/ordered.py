"""Work that is done in order on another core, while whoever gives it goes on; what came of it is taken in that order.

Knows order and how much may wait; knows nothing of the work. Only what lets go of the interpreter's lock gains.
"""

import queue
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Generic, TypeVar

from engines.backends.cores import available_cores

T = TypeVar("T")


class OrderedWork(Generic[T]):
    """For one giver. most: pieces of work that may be given and not taken. With one core they are done at once.

    The thread ends when nobody has this object any more. When a piece never ends it is left behind: nothing waits for
    it.
    """

    def __init__(self, most: int) -> None:
        self._most = most if available_cores() > 1 else 0
        self._given: deque[Future[T]] = deque()
        self._waiting: queue.SimpleQueue[tuple[Callable[[], T], Future[T]] | None] = queue.SimpleQueue()
        weakref.finalize(self, self._waiting.put, None)
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._given)

    def give(self, work: Callable[[], T]) -> Iterator[T]:
        """Begin `work`, and take what must be waited for so that no more than `most` wait. Raises what it raised."""
        if not self._most:
            yield work()
            return
        if self._thread is None:
            self._thread = threading.Thread(target=_do, args=(self._waiting,), name="paint", daemon=True)
            self._thread.start()
        self._given.append(Future())
        self._waiting.put((work, self._given[-1]))
        while len(self._given) > self._most:
            yield self._given.popleft().result()

    def rest(self) -> Iterator[T]:
        """What came of all that was given and not taken."""
        while self._given:
            yield self._given.popleft().result()


def _do(waiting: "queue.SimpleQueue[tuple[Callable[[], T], Future[T]] | None]") -> None:
    while (given := waiting.get()) is not None:
        work, future = given
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  whoever takes it raises it
            future.set_exception(error)
        del given, work, future  # or the last piece and its picture stay while it waits for the next
