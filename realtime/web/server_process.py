"""A server in a process of its own: started, its address known once it says it, and stopped.

Knows processes and that one line; knows nothing of what is served.
"""

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence

from models.errors import UserError

MAIN = __name__.partition(".web.")[0] + ".cli.main"
"""`realtime.cli.main`, by the name that the package has where it is installed."""
SERVE = (sys.executable, "-m", MAIN, "serve")
READY = "open "
KEPT_LINES = 50
BEGIN_S = 900.0
"""The first time, models are fetched and engines built."""
LEAVE_S = 20.0


class ServerProcess:
    """A running server; at the end of a `with` it is stopped.

    command: of a server that says "open ADDRESS" on stderr when it listens. within_s: how long that may take.
    environment: beside this process's own. url: that address. Raises UserError, with what the server said, when it ends
    before, or says nothing in that time.
    """

    def __init__(self, command: Sequence[str], *, within_s: float = BEGIN_S, **environment: str) -> None:
        self.url = ""
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
        self._said: deque[str] = deque(maxlen=KEPT_LINES)
        self._has_begun = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="server's stderr", daemon=True)
        self._listener.start()
        try:
            has_answered = self._has_begun.wait(within_s)
        except BaseException:
            self.stop()
            raise
        if not self.url:
            self.stop()
            late = "" if has_answered else f" within {within_s:g} s"
            raise UserError(f"the server did not start{late}", remedy=" ".join(self._said) or "run it in a terminal")

    def stop(self) -> int:
        """End it. Returns its exit status. May be called twice."""
        self.process.terminate()
        try:
            return self.process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(LEAVE_S)
        finally:
            self._listener.join(LEAVE_S)

    def __enter__(self) -> "ServerProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listen(self) -> None:
        """Read until the end: a server whose messages nobody takes stands still when the pipe is full."""
        for line in self.process.stderr or ():
            self._said.append(line.strip())
            if line.startswith(READY) and not self.url:
                self.url = line.split()[1]
                self._has_begun.set()
        if self.process.stderr is not None:
            self.process.stderr.close()
        self._has_begun.set()
