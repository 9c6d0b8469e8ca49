"""What native libraries write to file descriptor 2, kept instead of shown: they have no other way of saying why.

Knows file descriptors; knows no library.
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from io import BufferedRandom


class NativeLog:
    """What was written so far."""

    def __init__(self, file: BufferedRandom) -> None:
        self._file = file
        self._text = ""

    @property
    def text(self) -> str:
        if not self._file.closed:
            self._file.seek(0)
            self._text = self._file.read().decode(errors="replace")
        return self._text


@contextlib.contextmanager
def native_stderr_kept() -> Iterator[NativeLog]:
    """Everything written to descriptor 2 in the block, also by other threads, is in the log and not on the terminal."""
    sys.stderr.flush()
    keep = os.dup(2)
    with tempfile.TemporaryFile() as file:
        log = NativeLog(file)
        os.dup2(file.fileno(), 2)
        try:
            yield log
        finally:
            os.dup2(keep, 2)
            os.close(keep)
            _ = log.text  # read while the file is still there
