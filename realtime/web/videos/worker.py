"""A process that makes one video: `python -m realtime.web.videos.worker run ...`, the words of `liveswap run`.

It gives way to whatever else runs on this machine, says how far it is on stdout, a JSON object a line, and ends when
its owner goes, in whatever way: then its stdin ends. With --cluster other nodes help, where that is a gain. Consent was
asked for when the faces were sent. Knows the way of one video; job_process.py is its owner's side.
"""

import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any, TypeAlias

from models.errors import UserError
from models.store import ModelStore
from realtime.app import build_run
from realtime.cli.words import config_of
from realtime.config import RunConfig
from realtime.segments.messages import Telling
from realtime.stream.metrics import Recent, Snapshot
from realtime.stream.run_notes import Note, nobody_swapped, too_many
from realtime.web.videos.on_nodes import make_on_nodes

NICE = 19
"""Of 19: live sessions come first."""
TELL_S = 0.25
BUG = "report it with the server's messages: liveswap is at fault here"
Result: TypeAlias = tuple[Snapshot, list[Note | None]]
"""The numbers of a video, and what is to be told of it."""


class Worker:
    """outbox: the pipe to the owner."""

    def __init__(self, outbox: IO[str]) -> None:
        self._outbox, self._turn = outbox, threading.Lock()

    def work(self, words: Sequence[str]) -> int:
        """Make the video, and say what came of it. Returns the exit status, as the command line has them."""
        try:
            config, store = config_of(words), ModelStore()
            numbers, notes = self._made_on_nodes(config, store) or self._made_alone(config, store)
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

    @contextmanager
    def telling(self, recent: Callable[[], Recent], total: int | None) -> Iterator[None]:
        """Say in the block how far it is. total: frames that there will be, if that is known."""
        self.say(frames=0, total=total, fps=None)
        is_over = threading.Event()

        def tell() -> None:
            while not is_over.wait(TELL_S):
                now = recent()
                self.say(frames=sum(now.outcomes.values()), total=total, fps=now.fps)

        teller = threading.Thread(target=tell, name="tell", daemon=True)
        teller.start()
        try:
            yield
        finally:
            is_over.set()
            teller.join()

    def _made_on_nodes(self, config: RunConfig, store: ModelStore) -> Result | None:
        """None where this process is to make it. What is amiss with nodes is told, as who runs the server must know."""
        if config.cluster is None:
            return None
        logging.getLogger().addHandler(Telling(lambda said: self.say(warning=said.text)))
        numbers = make_on_nodes(config, store, self.telling)
        return None if numbers is None else (numbers, [nobody_swapped(numbers)])

    def _made_alone(self, config: RunConfig, store: ModelStore) -> Result:
        """By this process."""
        built = build_run(replace(config, cluster=None), store)
        try:
            with self.telling(built.metrics.recent, built.info.frame_count):
                built.runner.run()
        finally:
            built.close()
        numbers = built.metrics.snapshot()
        return numbers, [nobody_swapped(numbers), too_many(numbers, built.most_faces, built.strangers)]


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
