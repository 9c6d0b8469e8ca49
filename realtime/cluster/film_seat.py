"""One actor as its owner reaches it: asked, waited for without end only while it shows signs of life, and ended.

Every way in which Ray says that a worker is lost becomes a LostError. Knows Ray's calls; film_actor.py is the other
side.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayError, RayTaskError

from realtime.cluster.film_actor import FilmActor
from realtime.cluster.inputs import LostError

POLL_S = 0.25
LOST_S = 60.0
"""After so long without an answer a worker is lost, whatever Ray believes."""
LEAVE_S = 10.0
"""How long it may take to remove what is its own from its node."""
THREADS = 4
"""Of an actor: the work, and those that ask beside it."""


class FilmSeat:
    """An actor and its place, for which it waits until a node has room.

    crew, cores, gives_way: see FilmActor. options: where Ray puts it and what of a node is its own; raises ValueError
    where another actor has the name in them. node: where it is, known once `is_there`.
    """

    def __init__(self, crew: str, cores: int, options: Mapping[str, Any], *, gives_way: bool = False) -> None:
        self.cores = cores
        actor: Any = ray.remote(FilmActor).options(**options, max_concurrency=THREADS, max_restarts=0)
        self._actor = actor.remote(cores, crew, gives_way=gives_way)
        self._node = self._actor.node.remote()
        self.node = ""

    def is_there(self) -> bool:
        """Whether it has found its place; waits a moment for that. Raises LostError."""
        if not self.node and ray.wait([self._node], timeout=POLL_S)[0]:
            self.node = self.answer(self._node)
        return bool(self.node)

    def begin(self, method: str, *given: Any) -> Any:
        """A promise of an answer. Raises LostError."""
        try:
            return getattr(self._actor, method).remote(*given)
        except RayError as error:
            raise LostError(_why(error)) from error

    def answer(self, promise: Any, timeout_s: float = LOST_S) -> Any:
        """Raises LostError, and what the method raised."""
        try:
            return ray.get(promise, timeout=timeout_s)
        except RayTaskError:  # a bug in a method
            raise
        except (RayError, GetTimeoutError) as error:
            raise LostError(_why(error)) from error

    def ask(self, method: str, *given: Any) -> Any:
        """Raises LostError."""
        return self.answer(self.begin(method, *given))

    def wait_for(self, promise: Any, meanwhile: Callable[[], None]) -> Any:
        """The answer to what may take long. meanwhile: called again and again, and ends it by an exception."""
        while not ray.wait([promise], timeout=POLL_S)[0]:
            meanwhile()
        return self.answer(promise)

    def kill(self) -> None:
        """End it now. May be called twice."""
        ray.kill(self._actor)


def end(seat: FilmSeat, *, is_lost: bool = False) -> None:
    """Nobody needs it any more: nothing of its crew stays on its node. is_lost: it answers nobody."""
    if seat.node and not is_lost:
        with suppress(LostError):
            seat.answer(seat.begin("end"), LEAVE_S)
    seat.kill()


def _why(error: Exception) -> str:
    if isinstance(error, GetTimeoutError):
        return f"no answer for {LOST_S:.0f} s"
    words = str(error).strip().splitlines()
    return words[0] if words else type(error).__name__
