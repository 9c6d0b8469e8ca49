"""A pipe that several readers read: the picture's, and those of sound and whatever else comes with a video.

A file is opened once for each of them; a pipe gives its bytes once. Here each reader has a place of its own, whoever
needs more fetches it for all, and what everybody has read is forgotten. The first reader leads: others may be so far
before or behind it and no further, so memory has a limit and a stream whose sound has ended is not held up for ever.

Knows bytes; knows nothing of what they mean.
"""

import logging
import os
import select
import threading
import weakref
from collections import deque

logger = logging.getLogger(__name__)

CHUNK_BYTES = 1 << 18
MOST_BEFORE_BYTES = 64 << 20
"""How far a reader may be before the first one: more than ffmpeg looks at to find out what sound it is."""
MOST_BEHIND_BYTES = 256 << 20
"""And behind it: the pictures that are worked on have been read already, uncompressed ones perhaps."""
POLL_S = 0.2
"""How soon a wait for bytes notices that the pipe was closed here."""


class SharedPipe:
    """The bytes of one descriptor, for the readers that are made before `begin`. Any thread may use its own reader.

    descriptor: of the pipe; it is closed by `close`. received: whether any byte came.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._changed = threading.Condition()
        self._chunks: deque[bytes] = deque()
        self._start = self._end = 0  # what `_chunks` hold, bytes from the beginning of the pipe
        self._readers: weakref.WeakSet[PipeReader] = weakref.WeakSet()
        self._first = self._made()
        self._has_begun = self._is_fetching = self._has_ended = self._closed = False
        self._is_taken = False

    def reader(self) -> "PipeReader":
        """A reader from the first byte on; the first one that is asked for leads. ValueError after `begin`."""
        if self._has_begun:
            raise ValueError("the beginning of the pipe is gone")
        if not self._is_taken:
            self._is_taken = True
            return self._first
        return self._made()

    def beginning(self, size: int) -> bytes:
        """The first `size` bytes, fewer where no more come. Nobody's place changes. Before `begin` only."""
        with self._changed:
            while self._end < size and not (self._has_ended or self._closed):
                self._fetch()
            return b"".join(self._chunks)[:size]

    def fetched(self, size: int) -> bytes:
        """As `beginning`, of what came until now."""
        return self.beginning(min(size, self._end))

    @property
    def received(self) -> bool:
        return self._end > 0

    def begin(self) -> None:
        """All readers are made: what they have read need not be kept any more."""
        with self._changed:
            self._has_begun = True

    def close(self) -> None:
        """No more is fetched; what was can still be read. May be called twice, from any thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._release()

    def read(self, reader: "PipeReader", size: int) -> bytes:
        """Up to `size` bytes where `reader` is, at least one; none at the end, or when it is too far from the first."""
        with self._changed:
            while True:
                if self._is_lost(reader):
                    return b""
                if reader.place < self._end:
                    return self._taken(reader, size)
                if self._has_ended or self._closed:
                    return b""
                if self._is_fetching:
                    self._changed.wait()
                else:
                    self._fetch()

    def _made(self) -> "PipeReader":
        reader = PipeReader(self)
        self._readers.add(reader)
        return reader

    def _fetch(self) -> None:
        """Get more bytes for all, without the lock while they are waited for."""
        self._is_fetching = True
        self._changed.release()
        chunk = b""
        try:
            chunk = self._received()
        finally:
            self._changed.acquire()
            self._is_fetching = False
            self._has_ended = not chunk
            if chunk:
                self._chunks.append(chunk)
                self._end += len(chunk)
            self._changed.notify_all()
            self._release()

    def _release(self) -> None:
        """Close the descriptor, once nobody waits for its bytes: another file could get its number."""
        if self._closed and not self._is_fetching and self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _received(self) -> bytes:
        while not self._closed:
            if os.name == "nt" or select.select([self._descriptor], [], [], POLL_S)[0]:
                return os.read(self._descriptor, CHUNK_BYTES)
        return b""

    def _taken(self, reader: "PipeReader", size: int) -> bytes:
        at = self._start
        for chunk in self._chunks:
            if reader.place < at + len(chunk):
                taken = chunk[reader.place - at :][:size]
                reader.place += len(taken)
                self._forget()
                return taken
            at += len(chunk)
        raise AssertionError(f"byte {reader.place} is not among {self._start} to {self._end}")

    def _forget(self) -> None:
        if not self._has_begun:
            return
        needed = min((reader.place for reader in self._readers if not self._is_lost(reader)), default=self._end)
        while self._chunks and self._start + len(self._chunks[0]) <= needed:
            self._start += len(self._chunks.popleft())

    def _is_lost(self, reader: "PipeReader") -> bool:
        before = reader.place - self._first.place
        if reader is self._first or reader.is_lost or -MOST_BEHIND_BYTES <= before <= MOST_BEFORE_BYTES:
            return reader.is_lost
        reader.is_lost = True
        logger.warning(
            "the sound or the subtitles end here: in the pipe they are %d MB %s the picture",
            *(abs(before) >> 20, "behind" if before < 0 else "or more before"),
        )
        return True


class PipeReader:
    """A binary file that can only be read on, as PyAV takes it."""

    def __init__(self, pipe: SharedPipe) -> None:
        self._pipe = pipe
        self.place = 0
        self.is_lost = False

    def read(self, size: int) -> bytes:
        return self._pipe.read(self, size)
