"""Engines and the faces to be worn, made ready once, for one run or for all files of a batch.

Knows what is loaded together and closed together; knows nothing of streams.
"""

from dataclasses import dataclass

from models.progress import Progress, ignore_progress
from models.store import ModelStore
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines
from realtime.faces.source_bank import SourceBank


@dataclass(frozen=True, slots=True)
class LoadedFaces:
    """Close it when the last run that wears them has ended."""

    engines: FaceEngines
    source_bank: SourceBank

    def close(self) -> None:
        """May be called twice."""
        self.source_bank.close()
        self.engines.close()


def load_faces(
    config: RunConfig, store: ModelStore, *, live: bool, progress: Progress = ignore_progress
) -> LoadedFaces:
    """What `config` asks for. live: see FaceEngines. Raises UserError, with nothing left open."""
    engines = FaceEngines(config, store, live=live, progress=progress)
    try:
        return LoadedFaces(engines, engines.source_bank(config.sources))
    except BaseException:
        engines.close()
        raise
