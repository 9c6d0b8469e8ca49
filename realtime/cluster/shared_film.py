"""One film as all its workers share it: its files are on each node before the node's first worker begins.

Knows which node has the files already; inputs.py sends them to others.
"""

import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from realtime.cluster.film_actor import Film
from realtime.cluster.film_seat import FilmSeat
from realtime.cluster.inputs import Inputs, absolute
from realtime.config import RunConfig


class Lender(Protocol):
    """Whose the seats are. here: the node that has the files; "" where none has. home: of the models there."""

    here: str
    home: Path

    def give_back(self, seat: FilmSeat, *, is_idle: bool, is_lost: bool) -> None:
        """A film does not need it any more."""
        ...


class SharedFilm:
    """See `Filming` in film_worker.py. run: the name of the film's folder on nodes."""

    def __init__(self, config: RunConfig, crew: Lender) -> None:
        self._crew, self._config = crew, config
        self._turn = threading.Lock()
        self._inputs: Inputs | None = None
        self.run = secrets.token_hex(8)
        self.give_back = crew.give_back

    def film_for(self, seat: FilmSeat, check: Callable[[], None]) -> Film:
        """As it is where the seat is, with its files there. check: ends it by an exception.

        Raises LostError, and OSError.
        """
        if seat.node == self._crew.here:
            return Film(absolute(self._config), self.run, str(self._crew.home))
        with self._turn:
            self._inputs = self._inputs or Inputs(self._config)
        self._inputs.send(self.run, seat.node, seat, check)
        return Film(self._inputs.there, self.run, "")
