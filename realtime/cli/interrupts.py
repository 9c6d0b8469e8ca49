"""How a run is ended from outside: Ctrl-C, SIGTERM and a terminal that goes away (SIGHUP) are one and the same.

The first one asks the run to end, which finishes the files; a second one changes nothing; the third goes through.
Knows signals; knows nothing of what runs.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130
"""Exit status."""
FORCED_BY = 3
"""Interrupts that end a run at once, whatever is lost."""
OTHERS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Windows has no SIGHUP."""


def end_as_ctrl_c() -> None:
    """From now on every signal that asks a program to end is a Ctrl-C; what `nohup` made ignored stays ignored."""

    def end(_number: int, _frame: FrameType | None) -> None:
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # by a shell's `&`: nobody would hear it
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    for number in OTHERS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)


@contextmanager
def ends_at_once(*close: Callable[[], object]) -> Iterator[None]:
    """Ctrl-C in the block ends the process with INTERRUPTED and tears nothing down: nothing was made yet.

    An exception instead would come up anywhere: in the middle of a compiler or an engine that then hangs, crashes or
    swallows it. close: called first, to give the terminal back and to take away files that were only opened.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        try:
            for each in close:
                each()
            sys.stderr.flush()
        finally:
            os._exit(INTERRUPTED)

    previous = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def interrupts(stop: Callable[[], None]) -> Iterator[list[int]]:
    """Turn Ctrl-C into `stop`; yields the list of interrupts so far.

    A second one, from an impatient finger or a `timeout` that signals twice, must not cut short what the first one is
    finishing; the third goes through.
    """
    seen: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        seen.append(number)
        stop()
        if len(seen) >= FORCED_BY:
            raise KeyboardInterrupt

    previous = signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, previous)
        for number in (signal.SIGINT, *OTHERS) if seen else ():
            # The way out is not to be interrupted. Python would give its own handlers back to the system while it
            # shuts down, and a late second signal would then kill it; "ignored" it leaves alone.
            signal.signal(number, signal.SIG_IGN)
