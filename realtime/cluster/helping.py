"""The workers of a video that one node has made and others help with: the own node's counts, a helper's is a gain.

A helper that cannot begin is left out; whatever else it cannot do is done elsewhere, as if it were lost; and one that
keeps a segment for so long that the own node, with nothing to do, could have made it, has it taken away. Knows who
answers what; helpers.py knows the nodes.
"""

import logging
import threading
import time
from collections.abc import Callable

from realtime.cluster.film_seat import FilmSeat
from realtime.cluster.film_worker import Filming, FilmWorker
from realtime.cluster.inputs import LostError
from realtime.segments.make import Made, Task
from realtime.segments.messages import CannotWrite, Failed, Gone, Inbox, Ready, Refused

logger = logging.getLogger(__name__)


class OwnPace:
    """How long the own node takes for a segment, and since when it has had nothing to do. Any thread. clock: s."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._turn = clock, threading.Lock()
        self._began_s = self._longest_s = 0.0
        self._free_s: float | None = None

    def begin(self) -> None:
        """It has a segment."""
        with self._turn:
            self._began_s, self._free_s = self._clock(), None

    def end(self) -> None:
        """It has made it."""
        with self._turn:
            self._free_s = self._clock()
            self._longest_s = max(self._longest_s, self._free_s - self._began_s)

    def could_have_made_one(self) -> bool:
        """Whether it was free for long enough; says so once, until it has had another segment."""
        with self._turn:
            if self._free_s is None or self._clock() - self._free_s <= self._longest_s:
                return False
            self._free_s = None
            return True


class OwnWorker(FilmWorker):
    """Of the node that the video is on."""

    def __init__(self, seat: FilmSeat, film: Filming, inbox: Inbox, pace: OwnPace) -> None:
        self._pace = pace
        super().__init__(seat, film, inbox)

    def ask(self, task: Task) -> None:
        self._pace.begin()
        super().ask(task)

    def _say(self, message: object) -> None:
        if isinstance(message, Made):
            self._pace.end()
        super()._say(message)


class HelpingWorker(FilmWorker):
    """Of another node. pace: of the own one."""

    def __init__(self, seat: FilmSeat, film: Filming, inbox: Inbox, pace: OwnPace) -> None:
        self._pace, self._has_begun = pace, False
        super().__init__(seat, film, inbox)

    def _check(self) -> None:
        super()._check()
        if self._has_begun and self._pace.could_have_made_one():
            raise LostError("slower than the node that it helps")

    def _say(self, message: object) -> None:
        match message:
            case Ready():
                self._has_begun = True
            case Refused(why, _) | CannotWrite(_, why) | Failed(why):
                message = Gone(why)
        if isinstance(message, Gone) and not self._has_begun:
            logger.warning("a node does not help: %s", message.why)
            self._filming.give_back(self._seat, is_idle=False, is_lost=self._is_lost)  # with what is there of the film
        else:
            super()._say(message)


class Nobody:
    """An `AnyWorker` for which there is no node: it never begins, so it is asked for nothing."""

    def ask(self, task: Task) -> None:
        """Never."""

    def stop(self) -> None:
        """It makes nothing."""

    def kill(self) -> None:
        """It is not there."""
