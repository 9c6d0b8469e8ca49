"""The hand-over between two threads: one place where the newest wins, or a short queue that waits.

Knows waiting, closing and dropping; knows nothing of what is handed over.

    LatestSlot   live: a newer item replaces the one nobody took yet; `put` never waits
    Backlog      files: every item counts; `put` waits while the backlog is full

Every item that was offered is either taken once or counted as dropped, also at the end.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class SlotClosed(Exception):  # noqa: N818  like StopIteration: an end, not an error
    """Nothing goes in any more, or nothing will come out any more."""


class FrameQueue(Protocol[T]):
    """Both ends of a hand-over. Any thread may call anything."""

    @property
    def dropped(self) -> int:
        """Items that were offered and never taken."""
        ...

    def put(self, item: T) -> None:
        """Offer an item. Raises SlotClosed after the end."""
        ...

    def get(self, timeout_s: float | None = None) -> T:
        """The next item; waits for it.

        Raises SlotClosed when none will come, TimeoutError when none came within `timeout_s`.
        """
        ...

    def close(self) -> None:
        """No more will be put. What waits may still be taken; every waiting thread wakes up."""
        ...

    def abort(self) -> None:
        """Close, and forget what waits."""
        ...


class _Buffer(ABC, Generic[T]):
    """What both queues share: everything but what happens when it is full.

    on_dropped: told how many items were lost, outside the lock.
    """

    def __init__(self, on_dropped: Callable[[int], None] = lambda _count: None) -> None:
        self._on_dropped = on_dropped
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        return self._dropped

    def put(self, item: T) -> None:
        with self._changed:
            lost = self._make_room()
            closed = self._closed
            if closed:
                lost += 1
            else:
                self._items.append(item)
                self._changed.notify_all()
            self._dropped += lost
        if lost:
            self._on_dropped(lost)
        if closed:
            raise SlotClosed

    def get(self, timeout_s: float | None = None) -> T:
        with self._changed:
            if not self._changed.wait_for(lambda: self._items or self._closed, timeout_s):
                raise TimeoutError(f"nothing came within {timeout_s} s")
            if not self._items:
                raise SlotClosed
            self._changed.notify_all()
            return self._items.popleft()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abort(self) -> None:
        with self._changed:
            lost = len(self._items)
            self._items.clear()
            self._dropped += lost
            self._closed = True
            self._changed.notify_all()
        if lost:
            self._on_dropped(lost)

    @abstractmethod
    def _make_room(self) -> int:
        """With the lock held: wait for a place or make one; returns how many items that cost."""


class LatestSlot(_Buffer[T]):
    """One place, where the newest wins."""

    def _make_room(self) -> int:
        if self._closed:
            return 0  # what waits is the last that was offered in time, and still wanted
        lost = len(self._items)
        self._items.clear()
        return lost


class Backlog(_Buffer[T]):
    """A queue of at most `limit` items, which waits when it is full."""

    def __init__(self, limit: int, on_dropped: Callable[[int], None] = lambda _count: None) -> None:
        if limit < 1:
            raise ValueError(f"a backlog needs at least one place, got {limit}")
        super().__init__(on_dropped)
        self._limit = limit

    def _make_room(self) -> int:
        self._changed.wait_for(lambda: len(self._items) < self._limit or self._closed)
        return 0
