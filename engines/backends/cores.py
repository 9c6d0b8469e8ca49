"""How many cores there are for this process, and work on another one than the caller's.

Knows the system's answer; knows nothing of what runs on them. Only work that lets go of the interpreter's lock gains.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

MOST_BESIDE = 4
SHARE = "LIVESWAP_CORES"
"""Set in the environment of one of several processes that share the machine: how many cores are its own."""
Given = ParamSpec("Given")
Result = TypeVar("Result")


def available_cores() -> int:
    """Those it may use, which a container or `taskset` can make fewer than the machine has, or SHARE; at least 1."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(found, int(os.environ.get(SHARE, found))))


def told_to_share(cores: int) -> dict[str, str]:
    """Environment of a process that is to use so many cores, beside what else is in it."""
    return {SHARE: str(cores), "OPENCV_FOR_THREADS_NUM": str(cores)}


def beside(work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> "Future[Result]":
    """Begin `work` on another core; where there is none it is done at once. Ask the future for its result."""
    if available_cores() > 1:
        return _others().submit(work, *given, **named)
    done: Future[Result] = Future()
    done.set_result(work(*given, **named))
    return done


@cache
def _others() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(MOST_BESIDE, available_cores() - 1), thread_name_prefix="beside")
