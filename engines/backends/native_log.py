"""What native libraries write to file descriptor 2, kept instead of shown: they have no other way of saying why.

The descriptor belongs to the whole process, so blocks that overlap in time share one diversion: the first one in turns
it away, the last one out turns it back. Knows file descriptors; knows no library.
"""

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path


class NativeLog:
    """What was written since a block began; after it, until it ended. path: where the descriptor leads."""

    def __init__(self, path: Path) -> None:
        self._path, self._from = path, path.stat().st_size
        self._kept: str | None = None

    @property
    def text(self) -> str:
        return self._read() if self._kept is None else self._kept

    def end(self) -> None:
        """Keep what is there: the file goes."""
        self._kept = self._read()

    def _read(self) -> str:
        return self._path.read_bytes()[self._from :].decode(errors="replace")


class _Diversion:
    """Descriptor 2, led into a file while at least one block wants that."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._blocks = 0
        self._terminal = -1
        self._path = Path()

    def join(self) -> NativeLog:
        with self._turn:
            if not self._blocks:
                self._begin()
            self._blocks += 1
            return NativeLog(self._path)

    def leave(self, log: NativeLog) -> None:
        with self._turn:
            log.end()
            self._blocks -= 1
            if not self._blocks:
                os.dup2(self._terminal, 2)
                os.close(self._terminal)
                self._path.unlink()

    def _begin(self) -> None:
        sys.stderr.flush()
        writer, name = tempfile.mkstemp(prefix="liveswap-log-")
        self._path, self._terminal = Path(name), os.dup(2)
        os.dup2(writer, 2)
        os.close(writer)


_DIVERSION = _Diversion()


@contextlib.contextmanager
def native_stderr_kept() -> Iterator[NativeLog]:
    """Everything written to descriptor 2 in the block, also by other threads, is in the log and not on the terminal.

    Any thread, also while another is in such a block.
    """
    log = _DIVERSION.join()
    try:
        yield log
    finally:
        _DIVERSION.leave(log)
