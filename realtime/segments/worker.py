"""A process that makes segments, one after another: `python -m realtime.segments.worker`.

It reads tasks from stdin and answers on stdout. When its owner goes, in whatever way, stdin ends: then it removes what
it made and goes too. Knows the way of one worker; processes.py is its owner's side.
"""

import logging
import os
import queue
import shutil
import sys
import threading
import traceback
from pathlib import Path
from typing import IO, Any

from models.errors import UserError
from models.store import ModelStore
from realtime.faces.loaded_faces import load_faces
from realtime.outputs.packet_file import PacketWriteError
from realtime.segments.make import SegmentRun, Task
from realtime.segments.messages import Begin, CannotWrite, Failed, Progress, Ready, Refused, Said, messages, put

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
        logging.getLogger().addHandler(_Telling(self))
        commands = messages(self._inbox)
        begin = next(commands, None)
        if not isinstance(begin, Begin):
            return
        threading.Thread(target=self._listen, args=(commands,), name="listen", daemon=True).start()
        store = ModelStore(Path(begin.home))
        try:
            faces = load_faces(begin.config, store, live=False)
            self.say(Ready())
            while True:
                self._task = self._tasks.get()
                self._make(SegmentRun(begin.config, store, faces, self._task))
        except UserError as error:
            self.say(Refused(str(error), error.remedy))
        except PacketWriteError as error:
            self.say(CannotWrite(error.cause.errno or 0, error.cause.strerror or str(error.cause)))
        except Exception:  # noqa: BLE001  its owner raises it
            self.say(Failed(traceback.format_exc()))

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
            shutil.rmtree(self._task.into.parent, ignore_errors=True)
        os._exit(1)  # its threads may be anywhere


class _Telling(logging.Handler):
    """Hands warnings to the owner, who has the terminal."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(logging.WARNING)
        self._worker = worker

    def emit(self, record: logging.LogRecord) -> None:
        self._worker.say(Said(record.levelno, record.getMessage()))


def main() -> None:
    """Keep stdout for the answers: what else writes there goes to stderr."""
    outbox = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Worker(sys.stdin.buffer, outbox).work()


if __name__ == "__main__":
    main()
