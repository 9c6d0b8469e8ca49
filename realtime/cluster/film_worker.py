"""A worker of a cluster as the owner of one film has it: what realtime/segments/processes.py has of this machine.

A thread talks to the actor and puts what it says into the owner's inbox. Knows the order of talk; film_seat.py knows
how one talks, joined_run.py what is to be made.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from realtime.cluster.film_actor import Film
from realtime.cluster.film_seat import FilmSeat
from realtime.cluster.inputs import AT_A_TIME, CHUNK, LostError
from realtime.outputs.partial_file import WholeWrites
from realtime.segments.make import Made, Task
from realtime.segments.messages import CannotWrite, Failed, Gone, Inbox, Ready, Said

NO_ROOM_S = 30.0


class Over(Exception):  # noqa: N818  no error
    """The owner does not want it any more."""


class Filming(Protocol):
    """What a film's workers share."""

    def film_for(self, seat: FilmSeat, check: Callable[[], None]) -> Film:
        """See shared_film.py."""
        ...

    def give_back(self, seat: FilmSeat, *, is_idle: bool, is_lost: bool) -> None: ...


class FilmWorker:
    """See `AnyWorker`. inbox: gets (this worker, message) for all it says."""

    def __init__(self, seat: FilmSeat, filming: Filming, inbox: Inbox) -> None:
        self._seat, self._filming, self._inbox = seat, filming, inbox
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._is_over = self._is_idle = self._is_lost = False
        self._asked_s = time.monotonic()
        self._thread = threading.Thread(target=self._work, name="worker of a cluster", daemon=True)
        self._thread.start()

    def ask(self, task: Task) -> None:
        self._tasks.put(task)

    def stop(self) -> None:
        try:
            self._seat.begin("stop")
        except LostError:  # its thread tells that
            return

    def kill(self) -> None:
        """Its actor stays for the next film where it has nothing to do."""
        self._is_over = True
        self._tasks.put(None)
        self._thread.join()
        self._filming.give_back(self._seat, is_idle=self._is_idle, is_lost=self._is_lost)

    def _work(self) -> None:
        try:
            self._make_all()
        except Over:
            return
        except LostError as error:
            self._is_idle, self._is_lost = False, True
            self._say(Gone(str(error)))
        except Exception as error:  # noqa: BLE001  its owner raises it
            self._say(Failed(repr(error)))

    def _make_all(self) -> None:
        while not self._seat.is_there():
            self._check()
        film = self._filming.film_for(self._seat, self._check)
        answer = self._talk("begin", film)
        self._is_idle = isinstance(answer, Ready)
        self._say(answer)
        while self._is_idle and (task := self._tasks.get()) is not None:
            self._is_idle = False
            answer = self._talk("make", film, task)
            if isinstance(answer, Made):
                answer = self._fetched(answer)
            self._is_idle = isinstance(answer, Made)
            self._say(answer)

    def _talk(self, method: str, *given: Any) -> Any:
        """Have something made, passing on what is told of it."""

        def meanwhile() -> None:
            self._check()
            for told in self._seat.ask("poll"):
                self._say(told)

        return self._seat.wait_for(self._seat.begin(method, *given), meanwhile)

    def _fetched(self, made: Made) -> Made | CannotWrite:
        """The packets are here, under their name only when all have come."""
        part = made.task.into.with_suffix(".part")
        try:
            with WholeWrites(part, "w") as file:
                for chunk in self._packets():
                    file.write(chunk)
            part.replace(made.task.into)
        except OSError as error:
            return CannotWrite(error.errno or 0, error.strerror or str(error))
        return made

    def _packets(self) -> Any:
        offset, coming = 0, list[Any]()
        while True:
            while len(coming) < AT_A_TIME:
                coming.append(self._seat.begin("packets", offset, CHUNK))
                offset += CHUNK
            chunk = self._seat.answer(coming.pop(0))
            self._check()
            if not chunk:
                return
            yield chunk

    def _check(self) -> None:
        if self._is_over:
            raise Over
        if not self._seat.node and time.monotonic() - self._asked_s > NO_ROOM_S:
            self._say(
                Said(logging.WARNING, "some workers of the cluster have no place yet: they begin when a node has room")
            )
            self._asked_s = float("inf")

    def _say(self, message: object) -> None:
        self._inbox.put((self, message))
