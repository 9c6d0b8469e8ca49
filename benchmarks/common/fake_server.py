"""A server with fakes in the place of engines, in this process: for tests, and for what measures requests alone.

Knows the server's parts and how they are put together; knows no engine.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from benchmarks.common.video_fakes import Maker, TwoEyes, make_workshop
from engines.errors import SourcePhotoError
from engines.recognition.appearance import Appearance
from engines.source_faces.fitness import Doubt, FoundFace
from engines.types import Image, SourcePhoto
from realtime.choices import Faces, Strangers
from realtime.cluster.order import HostOrder
from realtime.cluster.seat import Seat
from realtime.faces.consent import ConsentLedger
from realtime.faces.source_bank import InitialFaces, SourceBank
from realtime.faces.swap_settings import SwapSettings
from realtime.fakes import FakeFace, FakeTracker, landmarks_in
from realtime.stream.live_settings import LiveControl
from realtime.stream.metrics import StreamMetrics
from realtime.stream.painter import FramePainter
from realtime.stream.pipeline import SwapPipeline
from realtime.stream.privacy import PrivacyGate, PrivacyPolicy
from realtime.tracking.assignment import OrderAssigner
from realtime.tracking.reidentification import Track
from realtime.tracking.wanted_people import WantedPeople
from realtime.web.api import Api
from realtime.web.auth import Doorkeeper, Guard
from realtime.web.faces_api import FacesApi
from realtime.web.gallery import entry_of
from realtime.web.keys import KeyMaker, new_key
from realtime.web.offer import Offer
from realtime.web.opened import OpenedServer
from realtime.web.photo_api import PhotoApi
from realtime.web.server import make_application
from realtime.web.session import BROWSER, Stream
from realtime.web.sessions import Sessions
from realtime.web.target_photo import PhotoStudio
from realtime.web.uploads import Uploads
from realtime.web.video_api import VideoApi
from realtime.web.videos.last_use import LastUses
from realtime.web.videos.making import Workshop
from realtime.web.videos.private_folder import Limits, PrivateFolder
from realtime.web.videos.queue import RunWords
from realtime.web.visitors import Visitors

PAINT_BGR = (20, 200, 40)
"""What the fake face paints, in a box."""
DARK = 20
GREY = np.full((24, 24, 3), 40, np.uint8)


def examine(image: Image, name: str) -> SourcePhoto:
    """Finds a face in everything but a black picture."""
    if not image.any():
        raise SourcePhotoError(f"no human face found in {name}", remedy="use a photo of a face")
    return SourcePhoto(name, image, landmarks_in((2, 2, 18, 18)))


def find(image: Image, name: str) -> list[FoundFace]:
    """As `examine`; two faces in a wide picture, a dark one in a grey one that is darker than 20."""
    doubts = (Doubt("dark", float(image.max())),) if image.max() < DARK else ()
    wide = image.shape[1] > 1.5 * image.shape[0]
    halves = np.array_split(image, 2, axis=1) if wide else [image]
    return [FoundFace(examine(half, name), doubts, None) for half in halves]


class TwoSquares:
    """Sees two faces in any picture, and paints whoever wears one green."""

    def people_in(self, image: Image) -> tuple[Track, ...]:
        high, wide = image.shape[:2]
        boxes = [(0, 0, wide // 3, high // 2), (wide // 2, high // 2, wide, high)]
        size_wh = wide, high
        return tuple(Track(n, landmarks_in(box), 1, size_wh, Appearance()) for n, box in enumerate(boxes))

    def prepare(self, _photo: SourcePhoto, _look: SwapSettings) -> FakeFace:
        return FakeFace(PAINT_BGR)


STUDIO = PhotoStudio(TwoSquares())


@dataclass
class Served:
    """A running server. client: for HTTP. closed: streams that were let go."""

    client: TestClient[Any, Any]
    sessions: Sessions
    visitors: Visitors
    workshop: Workshop
    closed: list[Stream] = field(default_factory=list)


@dataclass
class Behind:
    """What stands behind the requests for videos. uses: when they were used last."""

    sight: TwoEyes = field(default_factory=TwoEyes)
    uses: LastUses = field(default_factory=LastUses)
    make: RunWords | None = None
    limits: Limits = field(default_factory=Limits)


@asynccontextmanager
async def served(
    home: Path,
    *,
    token: str | None = None,
    guard: Guard | None = None,
    most: int = 4,
    silent_s: float = 20,
    behind: Behind | None = None,
) -> AsyncIterator[Served]:
    """In the block, a server whose faces are "ann" (green) and "bob"."""
    closed: list[Stream] = []
    given = behind or Behind()
    sessions = Sessions(partial(make_fake_stream, closed.append), home, most=most, silent_s=silent_s)
    parts = parts_of(home, sessions, given, PrivateFolder(home / "visitors", given.uses))
    app = parts.application(guard or Guard(token))
    async with TestClient(TestServer(app)) as client:
        yield Served(client, sessions, parts.visitors, parts.workshop, closed)
    parts.uploads.close()


@asynccontextmanager
async def opened_fake(
    order: HostOrder, seat: Seat, door: Doorkeeper, _addresses: list[str]
) -> AsyncIterator[OpenedServer]:
    """As a host of a cluster opens it, see `OpenServer`."""
    make_key = KeyMaker(seat.name)
    sessions = Sessions(partial(make_fake_stream, lambda _: None), seat.folder, most=order.places, make_key=make_key)
    folders = PrivateFolder(seat.folder / "visitors")
    parts = parts_of(seat.folder, sessions, Behind(), folders, make_key)
    try:
        yield OpenedServer(parts.application(door), sessions, parts.visitors, folders)
    finally:
        parts.uploads.close()


def make_fake_stream(on_closed: Callable[[Stream], None], photos: Sequence[SourcePhoto]) -> Stream:
    """Paints a green box on every picture."""
    worn = InitialFaces(SwapSettings("mesh"), tuple(photos), tuple(FakeFace(PAINT_BGR) for _ in photos))
    source_bank = SourceBank(worn, lambda _style: lambda _photo: FakeFace(PAINT_BGR))
    control, metrics = LiveControl(source_bank), StreamMetrics(primary="browser", swapper="mesh", device="cpu")
    gate = PrivacyGate(PrivacyPolicy.choose(None, live=True))
    assigner = OrderAssigner(source_bank, people=WantedPeople(Faces()))
    painter = FramePainter(FakeTracker(), assigner, Strangers.BLUR, live=True, observer=metrics)
    pipeline = SwapPipeline(painter, gate, info=BROWSER, control=control, observer=metrics)
    stream = Stream(pipeline, control, source_bank, metrics, Strangers.BLUR, lambda: on_closed(stream))
    return stream


@dataclass
class FakeParts:
    """Of a server: what an application is made of."""

    sessions: Sessions
    visitors: Visitors
    uploads: Uploads
    workshop: Workshop
    videos: VideoApi

    def application(self, guard: Doorkeeper) -> web.Application:
        """Ready to run."""
        api, faces = Api(self.sessions, self.visitors, [], Offer), FacesApi(self.sessions, self.visitors, self.uploads)
        return make_application(api, faces, PhotoApi(self.visitors, self.uploads, STUDIO, Offer), self.videos, guard)


def parts_of(
    home: Path,
    sessions: Sessions,
    given: Behind,
    folders: PrivateFolder,
    make_key: Callable[[int], str] = new_key,
) -> FakeParts:
    """With the faces "ann" and "bob"."""
    uploads = Uploads(find, ConsentLedger(home))
    shared = {name: entry_of(examine(GREY, name), name) for name in ("ann", "bob")}
    visitors = Visitors(shared, is_known=folders.knows, make_key=make_key)
    workshop = make_workshop(folders, given.sight, given.make or Maker(), given.limits, uploads.consents)
    return FakeParts(sessions, visitors, uploads, workshop, VideoApi(visitors, folders, workshop, Offer))
