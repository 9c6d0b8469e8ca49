"""The files that a film is made from, as they travel to nodes that do not have them.

Each goes to a node once, in pieces through Ray's object store, of which few are on their way at a time, so a film needs
no more room there than they do. Knows paths and bytes; film_actor.py is the other end.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from models.disk import sha256_of
from realtime.config import RunConfig
from realtime.faces.person import files_of
from realtime.media.local_path import local_path

CHUNK = 8 << 20
AT_A_TIME = 2
TURN_S = 0.25


class LostError(Exception):
    """A worker is not there any more. The message says why."""


class Caller(Protocol):
    """The way to a worker's methods. Both raise LostError."""

    def begin(self, method: str, *given: Any) -> Any:
        """A promise of its answer."""
        ...

    def wait_for(self, promise: Any, meanwhile: Callable[[], None]) -> Any:
        """The answer. meanwhile: called again and again, and ends it by an exception."""
        ...


class Inputs:
    """The files of one film, which are read once to be called by their content. config: with paths on this machine.

    there: the same config with paths below a folder. files: sha256 by those paths. Raises OSError.
    """

    def __init__(self, config: RunConfig) -> None:
        self._paths: dict[str, Path] = {}
        self.files: dict[str, str] = {}
        self.there = replace(placed(config, self._add), outputs=(Path(config.outputs[0]).name,))
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def send(self, run: str, node: str, worker: Caller, check: Callable[[], None]) -> None:
        """Have all of them on a node: the first of its workers takes them, the others find them.

        run: the name of their folder there. check: see `Caller.wait_for`. Raises LostError.
        """
        while not self._turns[node].acquire(timeout=TURN_S):
            check()
        try:
            for name in worker.wait_for(worker.begin("lacks", run, list(self.files)), check):
                self._send(run, name, worker, check)
        finally:
            self._turns[node].release()

    def _send(self, run: str, name: str, worker: Caller, check: Callable[[], None]) -> None:
        sent: deque[Any] = deque()
        for number, chunk in enumerate(chunks(self._paths[name])):
            if len(sent) >= AT_A_TIME:
                worker.wait_for(sent.popleft(), check)
            sent.append(worker.begin("receive", run, name, number * CHUNK, chunk))
        while sent:
            worker.wait_for(sent.popleft(), check)
        if not worker.wait_for(worker.begin("keep", run, name, self.files[name]), check):
            raise LostError(f"{self._paths[name].name} changed on its way")

    def _add(self, path: Path) -> Path:
        """Where it is on a node: in a folder that is called by what is in it."""
        content = {file: sha256_of(file) for file in files_of(path)}
        folder = Path("-".join(sorted(hexed[:16] for hexed in content.values()))[:64] or "empty")
        for file, hexed in content.items():
            below = folder / path.name / file.name if path.is_dir() else folder / path.name
            self._paths[str(below)], self.files[str(below)] = file, hexed
        return folder / path.name


def placed(config: RunConfig, where: Callable[[Path], Path]) -> RunConfig:
    """The same of files elsewhere. where: gives the new path of each that is read."""
    return replace(
        config,
        input=str(where(local_path(config.input))),
        faces_from=tuple(map(where, config.faces_from)),
        maps=tuple((where(target), where(source)) for target, source in config.maps),
    )


def absolute(config: RunConfig) -> RunConfig:
    """For a worker on this machine, whose folder may be another."""
    return placed(config, Path.absolute)


def chunks(path: Path) -> Iterator[bytes]:
    """Of a file, in order."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
