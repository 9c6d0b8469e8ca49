"""The command line for the tests of it: as a process, and, far quicker, as the call that a process makes.

A process shows what only a process has: signals, the start from nothing, the way out. Whatever depends on arguments
alone is asked of `main` in this process, which has loaded everything already.
"""

import io
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from realtime.cli.interrupts import OTHERS
from realtime.cli.main import main

LIVESWAP = [sys.executable, "-m", "liveswap"]
SIGNALS = (signal.SIGINT, *OTHERS)
COLUMNS = "200"


def invoke(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """What `liveswap ARGUMENTS` says and ends with, without a process. An error that is a bug is raised."""
    words = [*map(str, arguments)]
    said, told = io.StringIO(), io.StringIO()
    with _as_if_started(words, home), redirect_stdout(said), redirect_stderr(told):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return subprocess.CompletedProcess(words, code, said.getvalue(), told.getvalue())


def liveswap(*arguments: str | Path, home: Path, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """The same from a process of its own."""
    return subprocess.run(
        [*LIVESWAP, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
        env=environment(home),
        stdin=subprocess.DEVNULL,
    )


def environment(home: Path) -> dict[str, str]:
    """Of a process whose models and memories are in `home`."""
    return {**os.environ, "LIVESWAP_HOME": str(home), "COLUMNS": COLUMNS}


@contextmanager
def _as_if_started(words: list[str], home: Path) -> Iterator[None]:
    """In the block the process looks new to `main`; what it sets for a process is taken back."""
    handled = {number: signal.getsignal(number) for number in SIGNALS}
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    root.handlers = []  # pytest's, with which basicConfig would leave everything as it is
    try:
        with (
            patch.object(sys, "argv", ["liveswap", *words]),
            patch.object(sys, "stdin", io.StringIO()),
            patch.dict(os.environ, environment(home)),
        ):
            yield
    finally:
        root.handlers = handlers
        root.setLevel(level)
        for number, handler in handled.items():
            signal.signal(number, handler)
