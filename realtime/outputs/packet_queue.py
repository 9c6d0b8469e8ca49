"""The queue between an encoder and a network: short, and it never waits.

When the network is slower than the stream, the oldest pictures go, from one that others need to the next that needs no
other (a key frame), so what is sent can always be decoded. Every picture that went is counted. Knows packets and their
times; knows no network.
"""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from realtime.stream.frame_queue import SlotClosed

MOST_S = 4.0
"""Kept at most: two stretches between key frames."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One packet of an encoder. track: 0 picture, 1 sound. at_s: its time in the stream."""

    packet: Any
    track: int
    at_s: float
    is_key: bool

    @property
    def is_start(self) -> bool:
        """Whether a receiver can begin here."""
        return self.track == 0 and self.is_key


class PacketQueue:
    """Both ends of it. Any thread may call anything. dropped: pictures that were put and never taken."""

    def __init__(self, most_s: float = MOST_S) -> None:
        self._most_s = most_s
        self._items: deque[Encoded] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._needs_start = True
        self.dropped = 0

    def put(self, item: Encoded) -> None:
        """Add a packet; drops the oldest when that makes it too long, and what cannot be decoded for that."""
        with self._changed:
            if self._needs_start and not item.is_start:
                self._count(item)
                return
            self._needs_start = False
            self._items.append(item)
            while self._items and item.at_s - self._items[0].at_s > self._most_s:
                self._drop_to_next_start()
            self._changed.notify_all()

    def get(self) -> Encoded:
        """The next packet; waits for it. Raises SlotClosed when none will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            if not self._items:
                raise SlotClosed
            return self._items.popleft()

    def skip_to_newest_start(self) -> None:
        """Forget what is older than the newest packet that a receiver can begin with: for a new connection."""
        with self._changed:
            starts = [place for place, item in enumerate(self._items) if item.is_start]
            for _ in range(starts[-1] if starts else len(self._items)):
                self._count(self._items.popleft())
            self._needs_start = not starts

    def close(self) -> None:
        """No more will be put; what waits may still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abort(self) -> None:
        """Close, and forget what waits."""
        with self._changed:
            self._items.clear()
            self._closed = True
            self._changed.notify_all()

    def _drop_to_next_start(self) -> None:
        self._count(self._items.popleft())
        while self._items and not self._items[0].is_start:
            self._count(self._items.popleft())
        self._needs_start = not self._items

    def _count(self, item: Encoded) -> None:
        self.dropped += item.track == 0
