"""Worker processes, as their owner sees them: started, asked, heard, ended.

Each is in a process group of its own, so Ctrl-C in the terminal reaches the owner alone, who tells them. Each has a
share of the cores. Knows processes and pipes; worker.py is what runs in them.
"""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from engines.backends.cores import available_cores, told_to_share
from realtime.config import RunConfig
from realtime.segments.make import Task
from realtime.segments.messages import Begin, Gone, Inbox, Stop, messages, put

COMMAND = (sys.executable, "-m", __name__.replace("processes", "worker"))  # whatever the package is called here
LAST_BYTES = 2000
"""Of what a process said that died."""


class WorkerProcess:
    """One worker. inbox: gets (this worker, message) for all it says, and Gone at its end. said: where stderr goes."""

    def __init__(self, config: RunConfig, home: Path, share: int, inbox: Inbox, said: Path) -> None:
        self._inbox, self._said = inbox, said
        environment = os.environ | told_to_share(share)
        with said.open("wb") as stderr:
            self._process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environment,
                process_group=0,
            )
        self._listener = threading.Thread(target=self._listen, name="worker's answers", daemon=True)
        self._listener.start()
        self._put(Begin(config, str(home)))

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, task: Task) -> None:
        """Have a segment made. One at a time."""
        self._put(task)

    def stop(self) -> None:
        """Have it end its segment soon, and keep what is made."""
        self._put(Stop())

    def kill(self) -> None:
        """End it now. May be called twice."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in filter(None, (self._process.stdin, self._process.stdout)):
            with contextlib.suppress(OSError):  # what it was told last was not taken
                pipe.close()

    def _put(self, message: Any) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # it is gone, and that is said
                put(self._process.stdin, message)

    def _listen(self) -> None:
        if self._process.stdout is not None:
            for message in messages(self._process.stdout):
                self._inbox.put((self, message))
        status = self._process.wait()
        why = f"signal {-status}" if status < 0 else f"status {status}"
        self._inbox.put((self, Gone(why, self._last_words())))

    def _last_words(self) -> str:
        try:
            return self._said.read_bytes()[-LAST_BYTES:].decode(errors="replace").strip()
        except OSError:
            return ""


def share_of_cores(workers: int) -> int:
    """How many cores each of so many has."""
    return max(1, available_cores() // workers)
