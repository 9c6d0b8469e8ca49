"""Encoders are scheduled like everything else, also for root.

SVT-AV1 makes its threads, and the one that opens it, real-time (SCHED_FIFO 99) when root runs it, as in most
containers: they go before all other programs of the machine, and so does whatever that thread starts later. This was
seen to stop a machine for minutes. Knows threads of Linux; knows no codec.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TASKS = Path("/proc/self/task")


@contextmanager
def as_scheduled_before() -> Iterator[None]:
    """In the block an encoder is opened. After it this thread, and those begun in it, have the caller's priority."""
    if sys.platform != "linux":
        yield
        return
    policy, parameters, before = os.sched_getscheduler(0), os.sched_getparam(0), _threads()
    try:
        yield
    finally:
        for thread in (0, *(_threads() - before)):  # 0: this one
            with suppress(ProcessLookupError):  # it has ended
                os.sched_setscheduler(thread, policy, parameters)


def _threads() -> set[int]:
    """Of this process."""
    return {int(task.name) for task in TASKS.iterdir()}
