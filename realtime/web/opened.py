"""A server's parts, put together and opened: engines, visitors, sessions, videos, and the application that serves them.

Knows the parts; knows no address and no certificate.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web
from aiortc import RTCIceServer

from models.store import ModelStore
from realtime.config import RunConfig
from realtime.web.aiortc_patches import require_known_aiortc
from realtime.web.api import Api
from realtime.web.auth import Doorkeeper
from realtime.web.faces_api import FacesApi
from realtime.web.keys import new_key
from realtime.web.photo_api import PhotoApi
from realtime.web.server import make_application
from realtime.web.server_state import ServerState
from realtime.web.sessions import Sessions
from realtime.web.target_photo import PhotoStudio
from realtime.web.video_api import VideoApi
from realtime.web.videos.beside import Beside
from realtime.web.videos.job_process import run_words
from realtime.web.videos.jobs import JobStore
from realtime.web.videos.library import VideoLibrary
from realtime.web.videos.making import Workshop
from realtime.web.videos.order import server_words
from realtime.web.videos.private_folder import Limits, PrivateFolder
from realtime.web.videos.queue import JobQueue
from realtime.web.videos.store import VideoStore
from realtime.web.visitors import Visitor, Visitors


@dataclass(frozen=True, slots=True)
class Asked:
    """most: sessions at the same time. folder: of visitors' videos. addresses: where other machines find the server,
    which may be known later. make_key: of visitors, sessions and results. cluster: gives the address of one whose other
    nodes may help with a video; None where there are none.
    """

    ice: Sequence[RTCIceServer]
    most: int
    folder: Path
    addresses: Sequence[str] = ()
    make_key: Callable[[int], str] = new_key
    cluster: Callable[[], str | None] = lambda: None


@dataclass(frozen=True, slots=True)
class OpenedServer:
    """application: ready to run. videos: the folders that visitors have."""

    application: web.Application
    sessions: Sessions
    visitors: Visitors
    videos: PrivateFolder

    def keeps_something(self, visitor: Visitor) -> bool:
        """Whether a visitor would miss something that is here if they went to another server."""
        return bool(visitor.gallery.own_names) or visitor.photo is not None or self.videos.knows(visitor.key)


@asynccontextmanager
async def opened(config: RunConfig, store: ModelStore, guard: Doorkeeper, asked: Asked) -> AsyncIterator[OpenedServer]:
    """In the block, a server with its engines. Raises UserError, for a photo without a face too."""
    await require_known_aiortc()
    state = ServerState(config, store)
    sessions = Sessions(state.make_stream, store.home, most=asked.most, make_key=asked.make_key)
    folders = PrivateFolder(asked.folder)
    visitors = Visitors(state.shared, is_known=folders.knows, make_key=asked.make_key)
    application = make_application(
        Api(sessions, visitors, list(asked.ice), state.offer, asked.addresses),
        FacesApi(sessions, visitors, state.uploads),
        PhotoApi(visitors, state.uploads, PhotoStudio(state, store.home), state.offer),
        VideoApi(visitors, folders, _workshop(config, store, folders, state, asked), state.offer),
        guard,
    )
    try:
        await state.open()
        yield OpenedServer(application, sessions, visitors, folders)
    finally:
        state.close()


def _workshop(
    config: RunConfig,
    store: ModelStore,
    folders: PrivateFolder,
    state: ServerState,
    asked: Asked,
) -> Workshop:
    """What makes videos of visitors' videos."""
    limits = Limits()
    library = VideoLibrary(VideoStore(folders, limits), state.videos, Beside(), tuple(server_words(config)))
    jobs = JobStore(folders, most=limits.jobs, kept_s=limits.kept_s, make_key=asked.make_key)
    make = partial(run_words, home=store.home, cluster=asked.cluster)
    return Workshop(library, jobs, JobQueue(jobs, make, state.is_revoked), store.home)
