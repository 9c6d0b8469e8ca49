"""The workers of a Ray cluster as a crew that makes videos of segments (realtime/segments/crew.py).

One actor for each core of the cluster, or for each share of a GPU, that keeps its engines from one film to the next.
Knows how many and where; film_worker.py knows one of them at work.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import cast

import ray
from ray.util.client import ray as client

from models.errors import UserError
from realtime.cluster.film_seat import LEAVE_S, FilmSeat, end
from realtime.cluster.film_worker import FilmWorker
from realtime.cluster.inputs import LostError
from realtime.cluster.shared_film import SharedFilm
from realtime.config import CPU_DEVICES, MESH, RunConfig
from realtime.segments.joined_run import AnyWorker
from realtime.segments.messages import Inbox

GPU_SHARE = 0.5
"""Of a GPU, for a worker that runs networks on it: while one of two reads and writes, the other one has it."""


class FilmCrew:
    """In a block of `connected`. config: what all films have in common. home: of the models here.

    size: how many workers the cluster has room for. Raises UserError when it has none.
    """

    def __init__(self, config: RunConfig, home: Path) -> None:
        room = cast("dict[str, float]", ray.cluster_resources())  # type: ignore[no-untyped-call]
        self._cores, gpus = int(room.get("CPU", 0)), room.get("GPU", 0.0)
        is_neural = config.swapper != MESH and config.device == "auto"
        needs_gpu = config.device not in CPU_DEVICES or (is_neural and gpus > 0)
        self.size = min(self._cores, int(gpus / GPU_SHARE)) if needs_gpu else self._cores
        if self.size < 1:
            what = f"GPU for --device {config.device}" if needs_gpu else "core"
            raise UserError(f"the cluster has no {what}", remedy="add a node that has: ray start --address=HOST:6379")
        self.home, self._gpus = home, GPU_SHARE if needs_gpu else 0.0
        is_far = client.is_connected()  # type: ignore[no-untyped-call]
        self.here = "" if is_far else ray.get_runtime_context().get_node_id()
        nodes = ray.nodes()  # type: ignore[no-untyped-call]
        self._most_cores = int(max(node["Resources"].get("CPU", 0) for node in nodes if node["Alive"]))
        self._idle: list[FilmSeat] = []
        self._run, self._name = "", secrets.token_hex(8)

    def warm(self, workers: int) -> None:
        """Let the processes of so many workers begin, which takes seconds."""
        count = min(workers, self.size)
        self._idle += [self._new_seat(self._share(count)) for _ in range(count)]

    def starter(self, config: RunConfig, folder: Path, workers: int) -> Callable[[Inbox], AnyWorker]:  # noqa: ARG002
        """See `Crew`."""
        self._forget()
        filming, cores = SharedFilm(config, self), self._share(workers)
        self._run = filming.run
        return lambda inbox: FilmWorker(self._seat(cores), filming, inbox)

    def give_back(self, seat: FilmSeat, *, is_idle: bool, is_lost: bool) -> None:
        """A film does not need it any more."""
        if is_idle:
            self._idle.append(seat)
            return
        end(seat, is_lost=is_lost)

    def close(self) -> None:
        """End all, with nothing left on their nodes."""
        for seat in self._idle:
            end(seat)
        self._idle.clear()

    def _share(self, workers: int) -> int:
        """The cores of one of so many."""
        return max(1, min(self._most_cores, self._cores // max(1, workers)))

    def _new_seat(self, cores: int) -> FilmSeat:
        return FilmSeat(self._name, cores, {"num_cpus": cores, "num_gpus": self._gpus})

    def _seat(self, cores: int) -> FilmSeat:
        fit = [seat for seat in self._idle if seat.cores == cores]
        if not fit:  # what others hold is what the new one needs
            self.close()
            return self._new_seat(cores)
        self._idle.remove(fit[0])
        return fit[0]

    def _forget(self) -> None:
        """The files of the last film."""
        for seat in self._idle:
            if self._run and seat.node:
                with suppress(LostError):
                    seat.answer(seat.begin("forget", self._run), LEAVE_S)
