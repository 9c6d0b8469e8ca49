"""A process that makes segments, one after another: `python -m realtime.segments.worker`.

It reads tasks from stdin and answers on stdout. When its owner goes, in whatever way, stdin ends: then it removes what
is not finished and goes too. Knows the way of one worker; processes.py is its owner's side.
"""

import contextlib
import logging
import os
import queue
import sys
import threading
from functools import partial
from pathlib import Path
from typing import IO, Any, NoReturn

from models.store import ModelStore
from realtime.faces.loaded_faces import load_faces
from realtime.segments.kept import KeptSegments
from realtime.segments.make import SegmentRun, Task, answered
from realtime.segments.messages import Begin, Progress, Ready, Telling, messages, put

PROGRESS_S = 0.25


class Worker:
    """inbox, outbox: the pipes from and to the owner."""

    def __init__(self, inbox: IO[bytes], outbox: IO[bytes]) -> None:
        self._inbox, self._outbox = inbox, outbox
        self._turn = threading.Lock()
        self._tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._run: SegmentRun | None = None
        self._stop_asked = False
        self._task: Task | None = None

    def work(self) -> None:
        """Until the owner goes, or something fails for good."""
        logging.getLogger().addHandler(Telling(self.say))
        commands = messages(self._inbox)
        begin = next(commands, None)
        if not isinstance(begin, Begin):
            return
        threading.Thread(target=self._listen, args=(commands,), name="listen", daemon=True).start()
        self.say(answered(partial(self._serve, begin)))

    def _serve(self, begin: Begin) -> NoReturn:
        """Raises what ends it."""
        store = ModelStore(Path(begin.home))
        faces = load_faces(begin.config, store, live=False)
        self.say(Ready())
        while True:
            self._task = self._tasks.get()
            self._make(SegmentRun(begin.config, store, faces, self._task))

    def say(self, message: Any) -> None:
        """From any thread. An owner that is gone hears nothing."""
        with self._turn:
            try:
                put(self._outbox, message)
            except OSError:
                os._exit(1)

    def _make(self, run: SegmentRun) -> None:
        self._run, is_over = run, threading.Event()
        if self._stop_asked:  # while it was being opened
            run.stop()
        teller = threading.Thread(target=self._tell, args=(run, is_over), name="tell", daemon=True)
        teller.start()
        try:
            made = run.run()
        finally:
            is_over.set()
            teller.join()
            self._run = None
        self.say(made)

    def _tell(self, run: SegmentRun, is_over: threading.Event) -> None:
        while not is_over.wait(PROGRESS_S):
            self.say(Progress(run.metrics.recent().outcomes))

    def _listen(self, commands: Any) -> None:
        for command in commands:
            if isinstance(command, Task):
                self._tasks.put(command)
                continue
            self._stop_asked = True
            if self._run is not None:
                self._run.stop()
        if self._task is not None:
            with contextlib.suppress(OSError):  # another worker is at it, too
                KeptSegments(self._task.into.parent, ()).leave()
        os._exit(1)  # its threads may be anywhere


def main() -> None:
    """Keep stdout for the answers: what else writes there goes to stderr."""
    outbox = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Worker(sys.stdin.buffer, outbox).work()


if __name__ == "__main__":
    main()
