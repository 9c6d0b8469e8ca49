"""Work that takes too long: which, where in the code it hangs, and that it goes on.

A thread says when it begins a piece of work, such as a frame, and when it is done; another one looks up now and then.
Nothing is interrupted: a driver that hangs cannot be. Knows times and threads; knows nothing of what they do.
"""

import logging
import sys
import threading
import time
import traceback
from pathlib import Path

from realtime.stream.clock import NS_PER_S

logger = logging.getLogger(__name__)

HANG_S = 3.0
"""A piece that takes longer is worth a warning; the first one may, because kernels are compiled for it."""
OURS = Path(__file__).parents[2]


class Work:
    """What one thread does, piece by piece.

    name: of a piece. consequence: what people see meanwhile. Both for people, without a capital and a full stop.
    """

    def __init__(self, name: str, consequence: str) -> None:
        self._name, self._consequence = name, consequence
        self._thread = 0
        self._since_ns: int | None = None
        self._told_of_ns: int | None = None

    def begin(self) -> None:
        """A piece, by the thread that calls."""
        self._thread, self._since_ns = threading.get_ident(), time.monotonic_ns()

    def end(self) -> None:
        """The piece is done, or put aside while others are waited for."""
        self._since_ns = None

    def look(self) -> None:
        """Warn once of a piece that takes more than HANG_S, and say when it is over. Always the same thread calls."""
        since_ns, told_of_ns, now_ns = self._since_ns, self._told_of_ns, time.monotonic_ns()
        if told_of_ns is not None and since_ns != told_of_ns:
            logger.warning("%s goes on, after %.1f s", self._name, (now_ns - told_of_ns) / NS_PER_S)
            self._told_of_ns = None
        if since_ns is None or since_ns == told_of_ns or now_ns - since_ns <= HANG_S * NS_PER_S:
            return
        self._told_of_ns, stack = since_ns, stack_of(self._thread)
        logger.warning("%s takes more than %g s%s; %s", self._name, HANG_S, place_in(stack), self._consequence)
        logger.info("%s, at\n%s", self._name, "".join(stack.format()))


def stack_of(thread: int) -> traceback.StackSummary:
    """Where a thread is, by its ident; empty for one that has ended."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001  documented, and the only way
    return traceback.StackSummary.from_list([]) if frame is None else traceback.extract_stack(frame)


def place_in(stack: traceback.StackSummary) -> str:
    """The innermost place in our own code, as the end of a clause; empty for a stack without one."""
    for entry in reversed(stack):
        path = Path(entry.filename)
        if path.is_relative_to(OURS) and "site-packages" not in path.relative_to(OURS).parts:
            return f", in {path.relative_to(OURS).as_posix()}:{entry.lineno} ({entry.line})"
    return ""
