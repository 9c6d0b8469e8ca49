"""The nodes of a cluster that help one of them to make a video of the page: a worker on each, which gives way.

    the own node      always has one, as a job has without a cluster
    each other one    has one at most, whosever job it helps: a name is given once in a cluster
    none              has cores taken from it: live sessions and new hosts find as much room as without jobs

Knows nodes and names; helping.py knows these workers, and film_worker.py one at work.
"""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from realtime.cluster.directory import NAMESPACE
from realtime.cluster.film_seat import FilmSeat, end
from realtime.cluster.helping import HelpingWorker, Nobody, OwnPace, OwnWorker
from realtime.cluster.shared_film import SharedFilm
from realtime.config import RunConfig
from realtime.segments.joined_run import AnyWorker
from realtime.segments.messages import Inbox


class HelpedNode:
    """A `Crew` for one video. In a block of `connected`. home: of the models here. cores: of each worker.

    most: workers that are wanted. size: how many there are. Close it.
    """

    def __init__(self, home: Path, most: int, cores: int) -> None:
        self.home, self.here = home, str(ray.get_runtime_context().get_node_id())
        self._name, self._cores, self._pace = secrets.token_hex(8), cores, OwnPace()
        self._asked = {self.here}
        self._own: FilmSeat | None = self._new_own()
        self._helpers = list[FilmSeat]()
        while len(self._helpers) < most - 1 and (seat := self._new_helper()) is not None:
            self._helpers.append(seat)
        self.size = 1 + len(self._helpers)
        self._free = [self._own, *self._helpers]

    def warm(self, workers: int) -> None:
        """They have begun."""

    def starter(self, config: RunConfig, folder: Path, workers: int) -> Callable[[Inbox], AnyWorker]:  # noqa: ARG002
        """See `Crew`."""
        film = SharedFilm(config, self)
        return lambda inbox: self._worker(film, inbox)

    def give_back(self, seat: FilmSeat, *, is_idle: bool, is_lost: bool) -> None:  # noqa: ARG002
        """There is no other video."""
        self._own = None if seat is self._own else self._own
        end(seat, is_lost=is_lost)

    def close(self) -> None:
        """End those that no video had."""
        while self._free:
            end(self._free.pop())

    def _worker(self, film: SharedFilm, inbox: Inbox) -> AnyWorker:
        """One that is free; else one for one that was lost, on the own node if it was its, which is needed."""
        if self._free:
            seat = self._free.pop(0)
        elif self._own is None:
            seat = self._own = self._new_own()
        elif (helper := self._new_helper()) is not None:
            seat = helper
        else:
            return Nobody()
        return (OwnWorker if seat is self._own else HelpingWorker)(seat, film, inbox, self._pace)

    def _new_own(self) -> FilmSeat:
        """With the node's name, so that nobody helps from here; without it where somebody does already."""
        return self._named(self.here) or self._seat(self.here)

    def _new_helper(self) -> FilmSeat | None:
        """On a node that was not asked before and helps nobody else; None where there is none."""
        for node in ray.nodes():  # type: ignore[no-untyped-call]
            name, has_cores = node["NodeID"], node["Resources"].get("CPU", 0) >= 1
            if node["Alive"] and has_cores and name not in self._asked:
                self._asked.add(name)
                if (seat := self._named(name)) is not None:
                    return seat
        return None

    def _named(self, node: str) -> FilmSeat | None:
        """None where another one on this node has the name."""
        try:
            return self._seat(node, name=f"helper-{node}", namespace=NAMESPACE)
        except ValueError:  # Ray's, for a name that is used
            return None

    def _seat(self, node: str, **named: str) -> FilmSeat:
        where = NodeAffinitySchedulingStrategy(node, soft=False)
        options: dict[str, Any] = {"num_cpus": 0, "num_gpus": 0, "scheduling_strategy": where, **named}
        return FilmSeat(self._name, self._cores, options, gives_way=True)
