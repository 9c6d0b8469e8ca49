"""A process that makes one video: `python -m realtime.web.videos.worker run ...`, the words of `liveswap run`.

It gives way to whatever else runs on this machine, says how far it is on stdout, a JSON object a line, and ends when
its owner goes, in whatever way: then its stdin ends. Consent was asked for when the faces were sent. Knows the way of
one video; job_process.py is its owner's side.
"""

import json
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import IO, Any

from models.errors import UserError
from models.store import ModelStore
from realtime.app import Run, build_run
from realtime.cli.words import config_of
from realtime.stream.run_notes import nobody_swapped, too_many

NICE = 19
"""Of 19: live sessions come first."""
TELL_S = 0.25
BUG = "report it with the server's messages: liveswap is at fault here"


class Worker:
    """outbox: the pipe to the owner."""

    def __init__(self, outbox: IO[str]) -> None:
        self._outbox, self._turn = outbox, threading.Lock()

    def work(self, words: Sequence[str]) -> int:
        """Make the video, and say what came of it. Returns the exit status, as the command line has them."""
        try:
            built = build_run(config_of(words), ModelStore())
            self._make(built)
            numbers = built.metrics.snapshot()
            notes = nobody_swapped(numbers), too_many(numbers, built.most_faces, built.strangers)
            said = [{"error": note.problem, "hint": note.remedy} for note in notes if note is not None]
            self.say(done=True, outcomes=numbers["outcomes"], notes=said, wall_s=numbers["wall_s"])
        except UserError as error:
            self.say(error=str(error), hint=error.remedy)
            return 2
        except Exception as error:  # noqa: BLE001  its owner tells it
            traceback.print_exc()
            self.say(error=f"{type(error).__name__}: {error}", hint=BUG)
            return 1
        return 0

    def say(self, **message: Any) -> None:
        """From any thread."""
        with self._turn:
            try:
                self._outbox.write(json.dumps(message) + "\n")
                self._outbox.flush()
            except OSError:
                os._exit(1)

    def _make(self, built: Run) -> None:
        self.say(frames=0, total=built.info.frame_count, fps=None)
        is_over = threading.Event()
        teller = threading.Thread(target=self._tell, args=(built, is_over), name="tell", daemon=True)
        teller.start()
        try:
            built.runner.run()
        finally:
            is_over.set()
            teller.join()
            built.close()

    def _tell(self, built: Run, is_over: threading.Event) -> None:
        while not is_over.wait(TELL_S):
            recent = built.metrics.recent()
            frames = sum(recent.outcomes.values())
            self.say(frames=frames, total=built.info.frame_count, fps=recent.fps)


def _end_with_owner() -> None:
    """What was written so far is unfinished, and thrown away by whoever starts this anew."""
    while os.read(0, 4096):  # not through sys.stdin, whose lock this thread would still hold at a normal end
        pass
    os._exit(1)


def main() -> None:
    """Keep stdout for the answers: what else writes there goes to stderr."""
    outbox = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(NICE)
    threading.Thread(target=_end_with_owner, name="owner", daemon=True).start()
    sys.exit(Worker(outbox).work(sys.argv[1:]))


if __name__ == "__main__":
    main()
