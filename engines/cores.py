"""How many cores there are for this process.

Knows the system's answer; knows nothing of what runs on them.
"""

import os


def available_cores() -> int:
    """Those it may use, which a container or `taskset` can make fewer than the machine has; at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
