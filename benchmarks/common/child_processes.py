"""The processes that a process has started, and those that these have: for tests and benchmarks that end or time them.

Knows /proc; knows nothing of what any of them does. Linux only.
"""

from contextlib import suppress
from pathlib import Path

from realtime.bench.processes import cpu_s


def children_of(pid: int) -> list[int]:
    """Of a process, and theirs."""
    try:
        listed = Path(f"/proc/{pid}/task").iterdir()
        direct = [int(child) for task in listed for child in (task / "children").read_text().split()]
    except OSError:  # it has ended
        return []
    return [*direct, *(below for child in direct for below in children_of(child))]


def children_called(name: bytes, of: int) -> list[int]:
    """Those whose command begins so."""
    return [pid for pid in children_of(of) if command_of(pid).startswith(name)]


def command_of(pid: int) -> bytes:
    """Its words, a 0 behind each; none where it has just ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def core_s_of(roots: list[int]) -> float:
    """Of processes and all below them, so far."""
    total = 0.0
    for pid in {pid for root in roots for pid in [root, *children_of(root)]}:
        with suppress(OSError):
            total += cpu_s(pid)
    return total
