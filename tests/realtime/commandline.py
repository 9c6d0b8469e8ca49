"""The command line as a process, for the tests of it."""

import os
import subprocess
import sys
from pathlib import Path

LIVESWAP = [sys.executable, "-m", "realtime.cli"]


def liveswap(*arguments: str | Path, home: Path, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LIVESWAP_HOME": str(home), "COLUMNS": "200"}
    command = [*LIVESWAP, *map(str, arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
