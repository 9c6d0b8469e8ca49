"""Single keys from the terminal, while something runs in it.

Knows termios; knows nothing of what keys mean. On a terminal without termios (Windows) nothing is read.
"""

import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

POLL_S = 0.1


@contextmanager
def keys_read(on_key: Callable[[str], None]) -> Iterator[None]:
    """Call `on_key` for every key that is pressed in the block, from a thread. Ctrl-C stays Ctrl-C."""
    try:
        import termios  # noqa: PLC0415  not on Windows
        import tty  # noqa: PLC0415
    except ImportError:
        yield
        return
    if not sys.stdin.isatty():
        yield
        return
    stdin, done = sys.stdin.fileno(), threading.Event()
    before = termios.tcgetattr(stdin)

    def read() -> None:
        while not done.is_set():
            if select.select([stdin], [], [], POLL_S)[0]:
                key = sys.stdin.read(1)
                if not key:
                    return
                on_key(key)

    reader = threading.Thread(target=read, name="keys", daemon=True)
    try:
        tty.setcbreak(stdin)  # keys at once, signals as ever
        reader.start()
        yield
    finally:
        done.set()
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)
