"""stdin, stdout and stderr as a program really gets them: closed, gone, a file, a terminal in somebody else's hands.

cron, systemd and `<&-` start programs with a stream closed. The next file that is opened would then take its number,
and whatever a library writes to "stderr" would land in a video.

Knows descriptors; knows nothing of what is said.
"""

import os
import sys
from io import TextIOWrapper
from typing import Any, TextIO, cast

from models.errors import UserError

STDIN, STDOUT, STDERR = 0, 1, 2


def settle_streams() -> None:
    """Call first. Closed streams become empty ones, words that the terminal cannot show are spelt out, and a terminal
    or reader of stderr that goes away ends nothing: what is being made matters more than what is said of it.
    """
    for number in (STDIN, STDOUT, STDERR):
        _fill(number)
    sys.stdin = cast("TextIO | None", sys.stdin) or os.fdopen(STDIN, closefd=False)
    sys.stdout = cast("TextIO | None", sys.stdout) or os.fdopen(STDOUT, "w", closefd=False)
    sys.stderr = cast("TextIO | None", sys.stderr) or os.fdopen(STDERR, "w", closefd=False)
    if isinstance(sys.stdout, TextIOWrapper):
        # Names of files go out as the bytes they are.
        sys.stdout.reconfigure(errors="surrogateescape" if sys.stdout.encoding == "utf-8" else "backslashreplace")
    if not isinstance(sys.stdout, _Answering):
        sys.stdout = cast("TextIO", _Answering(sys.stdout))
    if not isinstance(sys.stderr, _Unfailing):
        sys.stderr = cast("TextIO", _Unfailing(sys.stderr))


def person_is_there() -> bool:
    """Whether somebody can read a question and answer it: both ways are a terminal, and it is ours to read."""
    return sys.stdin.isatty() and sys.stderr.isatty() and owns_terminal()


def owns_terminal() -> bool:
    """Whether keys typed now are meant for this program: stdin is a terminal, and this is no job in its background."""
    if not sys.stdin.isatty():
        return False
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (AttributeError, OSError):  # Windows has no jobs; a terminal that is not the controlling one has none here
        return True


def _fill(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, os.O_RDONLY if number == STDIN else os.O_WRONLY)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        os.set_inheritable(number, True)


class _Stream:
    """A text stream that says what becomes of words that it cannot write."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            self._fail(error)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        raise NotImplementedError


class _Answering(_Stream):
    """For answers. Raises UserError where they cannot be kept, as on a full disk."""

    def _fail(self, error: OSError) -> None:
        """A reader that went away (`| head`) wants no more, which is no mistake."""
        self._stream = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")  # for Python's own flush at the end
        if isinstance(error, BrokenPipeError):
            raise error
        reason = error.strerror or str(error)
        raise UserError(
            f"stdout cannot be written: {reason}", remedy="send it to a file on a disk with room"
        ) from error


class _Unfailing(_Stream):
    """Whose reader may go away: from then on nothing is written."""

    def _fail(self, error: OSError) -> None:
        pass
