"""Who makes the segments of videos: worker processes of this machine, or of others (realtime/cluster).

Knows which of them a run asks for; processes.py and realtime/cluster/films.py know them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from realtime.config import RunConfig
from realtime.segments.joined_run import AnyWorker
from realtime.segments.messages import Inbox
from realtime.segments.processes import WorkerProcess, share_of_cores


class Crew(Protocol):
    """size: how many workers there can be at a time."""

    @property
    def size(self) -> int: ...

    def warm(self, workers: int) -> None:
        """So many will be asked for soon."""
        ...

    def starter(self, config: RunConfig, folder: Path, workers: int) -> Callable[[Inbox], AnyWorker]:
        """Gives workers for one video, at most so many at a time. folder: of its segments."""
        ...


class ProcessCrew:
    """Processes of this machine, which end with the video. home: where the models are."""

    def __init__(self, size: int, home: Path) -> None:
        self.size, self._home = size, home

    def warm(self, workers: int) -> None:
        """They begin with a video."""

    def starter(self, config: RunConfig, folder: Path, workers: int) -> Callable[[Inbox], AnyWorker]:
        numbers, share = count(1), share_of_cores(workers)

        def start(inbox: Inbox) -> AnyWorker:
            return WorkerProcess(config, self._home, share, inbox, folder / f"worker-{next(numbers)}.said")

        return start


@contextmanager
def crew_of(config: RunConfig, home: Path) -> Iterator[Crew]:
    """Those that `config` asks for, until the end of the block. home: where the models are. Raises UserError."""
    if config.cluster is None:
        yield ProcessCrew(config.workers, home)
        return
    from realtime.cluster.connect import connected  # noqa: PLC0415  an extra

    with connected(config.cluster):
        from realtime.cluster.films import FilmCrew  # noqa: PLC0415  as above

        crew = FilmCrew(config, home)
        try:
            yield crew
        finally:
            crew.close()
