"""The process that makes a video, as the server sees it: started, heard, ended.

It is in a session of its own, so Ctrl-C in the server's terminal reaches the server alone. Knows processes and pipes;
worker.py is what runs in it.
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engines.backends.cores import available_cores, told_to_share

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", __name__.replace("job_process", "worker"))  # whatever the package is called here
SAID = "messages.txt"
"""What it says for whoever mends bugs, in its folder."""
LAST_BYTES = 2000
EXPECTED = {0, 2}
"""Exit statuses: done, and what a person can mend, which is told."""
LOWER = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
"""For Windows; elsewhere the process itself gives way."""


async def run_words(
    words: Sequence[str],
    folder: Path,
    tell: Callable[[dict[str, Any]], None],
    *,
    home: Path,
    cluster: Callable[[], str | None] = lambda: None,
    command: Sequence[str] = COMMAND,
) -> int:
    """Make a video in a process that works in `folder`; cancel it to end the process at once.

    home: where the models are. cluster: see `Asked`. tell: given each message but warnings, which are logged. Returns
    the exit status.
    """
    address = await asyncio.to_thread(cluster)
    helped = words if address is None else [*words[:1], "--cluster", address, *words[1:]]
    with (folder / SAID).open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *command,
            *helped,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            cwd=folder,
            env=_environment(home),
            start_new_session=True,
            creationflags=LOWER,
        )
    try:
        async for line in process.stdout or ():  # type: ignore[union-attr]
            _pass_on(json.loads(line), tell)
        status = await process.wait()
        if status not in EXPECTED:
            logger.warning("a video was not made (%d): %s", status, _last_words(folder / SAID))
        return status
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _pass_on(said: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
    """A warning is for whoever runs the server, all else for the visitor."""
    if "warning" in said:
        logger.warning("of a video that is made: %s", said["warning"])
    else:
        tell(said)


def _last_words(said: Path) -> str:
    return said.read_bytes()[-LAST_BYTES:].decode(errors="replace").strip()


def _environment(home: Path) -> dict[str, str]:
    """The package is imported from where this process has it, though the other one works in another folder."""
    share = max(1, available_cores() // 2)  # the other half is for who is live
    root = str(Path(__file__).parents[len(__name__.split(".")) - 1])
    paths = [root, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    told = {"LIVESWAP_HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return {**os.environ, **told_to_share(share), **told}
