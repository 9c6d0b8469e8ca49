"""The engines of a server, loaded once, and the faces that its visitors may wear.

Knows photos and engines; knows no connection.
"""

import asyncio
import re
from collections.abc import Sequence

from engines.backends.session_pool import SharedModels
from engines.kinds import SWAPPERS
from engines.types import Image, PreparedFace, SourcePhoto
from models.library import known_models
from models.store import ModelStore
from realtime.app import make_pipeline
from realtime.choices import Strangers
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines
from realtime.faces.consent import ConsentLedger, Scope, key_of
from realtime.faces.person import content_of, read_person
from realtime.faces.source_bank import SourceBank
from realtime.faces.swap_settings import SwapSettings
from realtime.stills import people_in
from realtime.stream.metrics import StreamMetrics
from realtime.tracking.reidentification import Track
from realtime.web.consents import is_revoked
from realtime.web.gallery import Entry, entry_of, tidy
from realtime.web.offer import Offer
from realtime.web.session import BROWSER, Stream
from realtime.web.uploads import Uploads
from realtime.web.videos.engines import VideoEngines

HASHED = re.compile(r"-[0-9a-f]{8}$")
"""What the model store adds to a name."""


class ServerState:
    """Made, opened and closed in the event loop. Raises UserError for engines that cannot be had.

    shared: the faces of the command line by name, once it is open; they stay as they are. uploads: reads others.
    videos: looks at theirs.
    """

    def __init__(self, config: RunConfig, store: ModelStore) -> None:
        self._config, self._store, self._shared = config, store, SharedModels()
        self._host = FaceEngines(config, store, live=True, shared=self._shared)
        self.videos = VideoEngines(config, store, self._shared)
        self._kept_open: SourceBank | None = None
        self.shared: dict[str, Entry] = {}
        self.consents = ConsentLedger(store.home)
        self.uploads = Uploads(self._host.examiner.faces, self.consents)

    async def open(self) -> None:
        """Take in the faces of the command line, and open the swapper before anybody comes.

        Raises UserError for a photo without a face, or a swapper that does not work: at the start, not at a visit.
        """
        home = self._store.home
        for path in self._config.sources:
            name = HASHED.sub("", path.stem) if home in path.parents else path.stem
            person = await asyncio.to_thread(read_person, path, self._host.examiner.examine)
            key = key_of(await asyncio.to_thread(content_of, path))
            self.shared[tidy(name)] = entry_of(person, tidy(name), consents=(key,))
        photos = tuple(entry.photo for entry in self.shared.values())
        # Held for as long as the server runs, or the models would be let go whenever nobody is there.
        self._kept_open = await asyncio.to_thread(self._host.source_bank_of, photos)

    def make_stream(self, photos: Sequence[SourcePhoto]) -> Stream:
        """For one visitor, who may wear these. Any thread; takes a moment."""
        engines = FaceEngines(self._config, self._store, live=True, shared=self._shared)
        source_bank = engines.source_bank_of(tuple(photos))
        metrics = StreamMetrics(primary="browser", swapper=self._config.swapper, device=engines.device)
        pipeline, control = make_pipeline(self._config, engines, source_bank, BROWSER, metrics)
        control.apply(f"faces {self._config.faces}")  # whoever is swapped wears what the visitor chose
        strangers = Strangers.choose(self._config.strangers, live=True, mapped=bool(self._config.maps))
        return Stream(pipeline, control, source_bank, metrics, strangers, engines.close)

    def people_in(self, image: Image) -> tuple[Track, ...]:
        """The faces in a picture, the largest first. One thread at a time."""
        return tuple(people_in(self._host, image))

    def prepare(self, photo: SourcePhoto, look: SwapSettings) -> PreparedFace:
        """A face for pictures. Raises UserError for a model that is not here."""
        return self._host.prepare_fn(look)(photo)

    def is_revoked(self, consents: Sequence[str]) -> bool:
        """Whether a face of these must not be put into a video any more. Raises UserError for a damaged record."""
        return is_revoked(self.consents.entries(), consents, Scope.FILE)

    def offer(self) -> Offer:
        """How faces may be put on without a download."""
        models = known_models(self._store.home)
        swappers, enhancers = (
            [row.name for row in models.for_task(task) if self._store.is_cached(row)] for task in ("swap", "enhance")
        )
        config = self._config
        return Offer((*SWAPPERS.names(), *swappers), tuple(enhancers), config.look, config.faces, config.sees_hands)

    def close(self) -> None:
        """When the last visitor has left."""
        if self._kept_open is not None:
            self._kept_open.close()
        self.uploads.close()
        self.videos.close()
        self._host.close()
