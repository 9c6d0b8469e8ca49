"""What a worker of a cluster does with films: keeps one set of engines, and makes segments one after another.

A Ray actor of several threads: `make` runs in one, and beside it the others ask how far it is. It has a folder of its
own, and shares the inputs that came from elsewhere with the other workers of its node. Knows files and segments; knows
nothing of Ray but the name of its node.
"""

import logging
import os
import queue
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engines.backends.cores import told_to_share
from models.disk import sha256_of
from models.store import ModelStore, home_folder
from realtime.cluster.crew_folder import CrewFolder
from realtime.cluster.inputs import placed
from realtime.config import RunConfig
from realtime.segments.messages import CannotWrite, Failed, Progress, Ready, Refused, Said, Telling

if TYPE_CHECKING:
    from realtime.faces.loaded_faces import LoadedFaces
    from realtime.segments.make import Made, SegmentRun, Task

NICE = 19
"""Of 19: live sessions come first."""


@dataclass(frozen=True, slots=True)
class Film:
    """What is made. run: a name of its own. home: of the models, on the machine that asks; "" on others.

    On others the config's paths are below the folder of the film.
    """

    config: RunConfig
    run: str
    home: str

    def at(self, inputs: Path) -> RunConfig:
        """The config as it is for a worker. inputs: the film's folder."""
        return self.config if self.home else placed(self.config, lambda path: inputs / path)


class FilmActor:
    """cores: of its own. crew: a name of all workers of one run. gives_way: to whatever else runs on its node.

    Its answers are those of a worker (realtime/segments/messages.py).
    """

    def __init__(self, cores: int, crew: str, *, gives_way: bool = False) -> None:
        os.environ.update(told_to_share(cores))
        if gives_way and hasattr(os, "setpriority"):  # not on Windows
            os.setpriority(os.PRIO_PROCESS, 0, NICE)  # of this thread and those that it starts: of all that work
        from realtime.segments import make  # noqa: F401, PLC0415  only now: OpenCV reads its share when it is loaded

        self._folder = CrewFolder(home_folder(), crew)
        self._said: queue.SimpleQueue[Said] = queue.SimpleQueue()
        logging.getLogger().addHandler(Telling(self._said.put))
        self._faces: LoadedFaces | None = None
        self._run: SegmentRun | None = None
        self._stop_asked = False

    def node(self) -> str:
        """The id of the node that it is on."""
        import ray  # noqa: PLC0415  an extra

        return str(ray.get_runtime_context().get_node_id())

    def lacks(self, run: str, names: list[str]) -> list[str]:
        """Which of the files of a film are not on this node. names: paths below its folder."""
        folder = self._folder.root / run
        return [name for name in names if not (folder / name).exists()]

    def receive(self, run: str, name: str, offset: int, chunk: bytes) -> None:
        """More of a file that is lacking. Any piece may come first."""
        part = self._part(run, name)
        with part.open("r+b") as file:
            file.seek(offset)
            file.write(chunk)

    def keep(self, run: str, name: str, sha256: str) -> bool:
        """The file has come. Returns whether it is the right one; if not, it is gone."""
        part = self._part(run, name)
        if sha256_of(part) != sha256:
            part.unlink()
            return False
        part.replace(self._folder.root / run / name)
        return True

    def begin(self, film: Film) -> Ready | Refused | CannotWrite | Failed:
        """Load the faces of a film, if they are not those that are loaded."""
        from realtime.faces.loaded_faces import load_faces  # noqa: PLC0415  see __init__
        from realtime.segments.make import answered  # noqa: PLC0415

        def load() -> Ready:
            if self._faces is None:
                config = film.at(self._folder.root / film.run)
                self._faces = load_faces(config, self._store(film), live=False)
            return Ready()

        self._stop_asked = False
        return answered(load)

    def make(self, film: Film, task: "Task") -> "Made | Refused | CannotWrite | Failed":
        """A segment, whose packets lie here until `packets` has told all of them."""
        from realtime.segments.make import SegmentRun, answered  # noqa: PLC0415  see __init__

        def made() -> "Made":
            if self._faces is None:
                raise RuntimeError("a worker makes a segment before it has faces")
            config = film.at(self._folder.root / film.run)
            here = replace(task, into=self._packets)
            self._run = SegmentRun(config, self._store(film), self._faces, here)
            if self._stop_asked:
                self._run.stop()
            return replace(self._run.run(), task=task)

        self._folder.make()
        try:
            return answered(made)
        finally:
            self._run = None

    def packets(self, offset: int, most: int) -> bytes:
        """Of the last segment's, from a byte on; nothing at the end."""
        with self._packets.open("rb") as file:
            file.seek(offset)
            return file.read(most)

    def poll(self) -> list[Progress | Said]:
        """What there is to tell since the last time."""
        told: list[Progress | Said] = []
        while not self._said.empty():
            told.append(self._said.get())
        if self._run is not None:
            told.append(Progress(self._run.metrics.recent().outcomes))
        return told

    def stop(self) -> None:
        """End the segment soon, and keep what is made of it."""
        self._stop_asked = True
        if self._run is not None:
            self._run.stop()

    def forget(self, run: str) -> None:
        """Remove the inputs of a film from this node."""
        shutil.rmtree(self._folder.root / run, ignore_errors=True)

    def end(self) -> None:
        """Remove from this node all that is the crew's."""
        self.stop()
        self._folder.remove()

    @property
    def _packets(self) -> Path:
        return self._folder.own / "packets"

    def _part(self, run: str, name: str) -> Path:
        """Of a file that comes, made where it is not there."""
        part = self._folder.root / run / f"{name}.{self._folder.own.name}"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
        return part

    def _store(self, film: Film) -> ModelStore:
        """Whoever asks has accepted the licences of all models, which are fetched where they are not."""
        return ModelStore(Path(film.home) if film.home else None, admit=lambda _: None)
