"""Single keys from the terminal, while something runs in it.

Read from the descriptor itself: Python's own buffer would take all that was typed at once, and give the first key only.
Knows termios; knows nothing of what keys mean. On a terminal without termios (Windows) nothing is read.
"""

import codecs
import logging
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from realtime.media.standard_streams import owns_terminal

logger = logging.getLogger(__name__)

POLL_S = 0.1
LEAVE_S = 1.0
"""How long the end of the block waits for a key that is being acted upon."""
MOST_BYTES = 1024
"""Taken at once; what was typed beyond it is taken next."""


@contextmanager
def keys_read(on_key: Callable[[str], None]) -> Iterator[None]:
    """Call `on_key` for every key that is pressed in the block, from a thread. Ctrl-C stays Ctrl-C."""
    try:
        import termios  # noqa: PLC0415  not on Windows
        import tty  # noqa: PLC0415
    except ImportError:
        yield
        return
    if not owns_terminal():
        yield
        return
    stdin, done = sys.stdin.fileno(), threading.Event()
    before = termios.tcgetattr(stdin)

    def read() -> None:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        while not done.is_set():
            if select.select([stdin], [], [], POLL_S)[0]:
                typed = _typed(stdin)
                if not typed:
                    return
                for key in decoder.decode(typed):
                    on_key(key)

    reader = threading.Thread(target=read, name="keys", daemon=True)
    tty.setcbreak(stdin)  # keys at once, signals as ever
    try:
        reader.start()
        yield
    finally:
        done.set()
        with suppress(termios.error):  # it was closed, and needs no setting any more
            termios.tcsetattr(stdin, termios.TCSADRAIN, before)
        reader.join(LEAVE_S)  # what is typed from here on is somebody else's


def _typed(terminal: int) -> bytes:
    """Everything typed so far, at least one byte; none when the terminal is gone."""
    try:
        return os.read(terminal, MOST_BYTES)
    except OSError as error:
        logger.debug("no more keys: %s", error)
        return b""
