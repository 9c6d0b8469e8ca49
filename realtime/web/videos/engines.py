"""The engines that look at visitors' videos while the server serves: who is in a frame, and how a job would make it.

A preview goes through the very pipeline of a run, for one frame. One thread at a time. Knows engines and runs; knows no
visitor and no HTTP.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

from engines.backends.session_pool import SharedModels
from engines.errors import SourcePhotoError
from engines.types import Image, SourcePhoto
from models.store import ModelStore
from realtime.app import make_pipeline, source_options
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines
from realtime.faces.loaded_faces import LoadedFaces
from realtime.sources import open_source
from realtime.stills import people_in
from realtime.stream.metrics import StreamMetrics
from realtime.tracking.recognition import Embed
from realtime.tracking.reidentification import Track
from realtime.types import Outcome
from realtime.web.videos.people import Embedding

KEPT_LOOKS = 3
"""Sets of faces that stay ready for the next preview."""
Look: TypeAlias = tuple[RunConfig, tuple[int, ...]]


class VideoEngines:
    """config: the server's. shared: the models of this process. Close it."""

    def __init__(self, config: RunConfig, store: ModelStore, shared: SharedModels) -> None:
        self._config, self._store, self._shared = config, store, shared
        self._turn = threading.Lock()
        self._looks: OrderedDict[Look, tuple[LoadedFaces, tuple[SourcePhoto, ...]]] = OrderedDict()

    @property
    def can_recognise(self) -> bool:
        """Whether people are told apart by a recogniser."""
        return self._host.can_recognise

    def people_in(self, image: Image) -> tuple[Track, ...]:
        """See `Eyes`."""
        with self._turn:
            return tuple(people_in(self._host, image))

    def embedding(self, image: Image, track: Track) -> Embedding | None:
        """See `Eyes`."""
        if not self.can_recognise:
            return None
        with self._turn:
            return self._embed(image, track.face)

    def is_target(self, image: Image) -> bool:
        """Whether a picture is good enough to know the person in it by."""
        with self._turn:
            try:
                self._host.examiner.examine(image, "a frame")
            except SourcePhotoError:
                return False
        return True

    def swapped(self, config: RunConfig, photos: Sequence[SourcePhoto]) -> tuple[Image, Outcome]:
        """The frame at `config.at_s`, as the run makes it, BGR. photos: for the run's sources. Raises UserError."""
        source = open_source(config.input, source_options(config, self._store))
        with self._turn:
            loaded = self._loaded(config, tuple(photos))
            metrics = StreamMetrics(primary="preview", swapper=config.swapper, device=loaded.engines.device)
            pipeline, _ = make_pipeline(config, loaded.engines, loaded.source_bank, source.info, metrics)
            shown = [ready for frame in source.frames() for ready in pipeline.take(frame)]
            made = next(iter([*shown, *pipeline.rest()]))
        return made.image, made.outcome

    def close(self) -> None:
        """When nobody asks any more."""
        for loaded, _ in self._looks.values():
            loaded.close()
        self._looks.clear()
        if "_host" in self.__dict__:
            self._host.close()

    @cached_property
    def _host(self) -> FaceEngines:
        return FaceEngines(self._config, self._store, live=False, shared=self._shared)

    @cached_property
    def _embed(self) -> Embed:
        return self._host.embedder()

    def _loaded(self, config: RunConfig, photos: tuple[SourcePhoto, ...]) -> LoadedFaces:
        """Engines and faces for this look; those of the last ones are kept."""
        look = replace(config, input="", at_s=None, trim=None), tuple(map(id, photos))
        if look not in self._looks:
            engines = FaceEngines(config, self._store, live=False, shared=self._shared)
            try:
                self._looks[look] = LoadedFaces(engines, engines.source_bank_of(photos)), photos
            except BaseException:
                engines.close()
                raise
        self._looks.move_to_end(look)
        while len(self._looks) > KEPT_LOOKS:
            self._looks.popitem(last=False)[1][0].close()
        return self._looks[look][0]
