"""Visitors' videos as they use them: pieces come, they are looked at, frames are shown as they are and swapped.

Knows the order of these steps; where things lie is `store`'s business, and who asks `video_api`'s.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import cv2

from engines.types import Image, SourcePhoto
from models.errors import UserError
from realtime.cli.words import config_of
from realtime.config import RunConfig
from realtime.errors import SourceError
from realtime.types import Outcome
from realtime.web.auth import RefusedError
from realtime.web.videos.beside import Beside
from realtime.web.videos.looking import VideoFacts, as_jpeg, facts_of, frame_of
from realtime.web.videos.order import Order, Places, words_of
from realtime.web.videos.people import Eyes, FoundPerson, people_of, sample_times
from realtime.web.videos.store import StoredVideo, VideoState, VideoStore

logger = logging.getLogger(__name__)

SEARCH_AFTER_S = 1.0
"""The first preview goes before."""
PREVIEW_PX = 1280
"""Width of a preview, at most."""


class Sight(Eyes, Protocol):
    """The engines (`engines.VideoEngines`). Any thread."""

    @property
    def can_recognise(self) -> bool: ...

    def is_target(self, image: Image) -> bool: ...

    def swapped(self, config: RunConfig, photos: tuple[SourcePhoto, ...]) -> tuple[Image, Outcome]: ...


class VideoLibrary:
    """Used in the event loop. more: words of the server's own, for every run."""

    def __init__(self, store: VideoStore, sight: Sight, beside: Beside, more: tuple[str, ...] = ()) -> None:
        self.store, self.sight, self.beside, self.more = store, sight, beside, more
        self._searches: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def resume(self) -> None:
        """Go on with what the last server did not end."""
        for video in self.store:
            if video.state is VideoState.READING:
                await self._read(video)
            elif video.state is VideoState.READY and video.people is None:
                self._search(video)

    async def take(self, video: StoredVideo, piece: bytes) -> None:
        """The next piece; with the last one the video is looked at. Raises RefusedError (413, 422, 507)."""
        self.store.require_room_for(video, len(piece))
        try:
            await self.beside.now(partial(self.store.append, video, piece))
        except RefusedError as error:
            if error.status == 422:  # no video at all
                self.store.remove(video)
            raise
        if video.uploaded == video.bytes:
            video.is_now(VideoState.READING)
            await self._read(video)

    async def frame(self, video: StoredVideo, at_s: float, width: int | None) -> bytes:
        """JPEG, as it is. Raises RefusedError (409) and SourceError."""
        facts = require_ready(video)
        image = await self.beside.now(partial(frame_of, video.path, facts.within(at_s)))
        return as_jpeg(image, width)

    async def preview(
        self, video: StoredVideo, order: Order, photos: tuple[SourcePhoto, ...], at_s: float
    ) -> tuple[bytes, Outcome]:
        """JPEG, as a job would make it, and what became of it. Raises RefusedError (409) and UserError."""
        facts = require_ready(video)
        places = Places(str(video.path), "preview.png", lambda place: f"{place}.png", partial(self.picture_name, video))
        words = [*words_of(replace(order, trim=None), places, self.more), "--at", f"{facts.within(at_s):.4f}"]

        def made() -> tuple[bytes, Outcome]:
            image, outcome = self.sight.swapped(config_of(words), photos)
            return as_jpeg(image, PREVIEW_PX), outcome

        return await self.beside.now(made)

    def picture(self, video: StoredVideo, number: int) -> bytes:
        """JPEG of somebody in it. Raises RefusedError (404)."""
        if number >= len(video.people or ()):
            raise RefusedError(404, f"there is no person {number} in this video", remedy="see its people")
        return _small(video.folder, number).read_bytes()

    def picture_name(self, video: StoredVideo, number: int) -> str:
        """The path of the picture by which a recogniser knows somebody."""
        return str(video.folder / f"person-{number}.png")

    def close(self) -> None:
        """When the server ends."""
        self._is_closed = True
        for search in self._searches:
            search.cancel()
        self.beside.close()

    async def _read(self, video: StoredVideo) -> None:
        try:
            video.facts = await self.beside.now(partial(facts_of, video.path, video.name))
        except SourceError as error:
            video.problem = str(error), error.remedy
            video.path.unlink(missing_ok=True)
            video.is_now(VideoState.REFUSED)
            return
        video.is_now(VideoState.READY)
        self._search(video)

    def _search(self, video: StoredVideo) -> None:
        task = asyncio.create_task(self._find_people(video), name=f"people of {video.id}")
        self._searches.add(task)
        task.add_done_callback(self._searches.discard)

    async def _find_people(self, video: StoredVideo) -> None:
        """Its people stay None where they cannot be searched: the page then offers all that needs none."""
        await asyncio.sleep(SEARCH_AFTER_S)
        try:
            people = await self.beside.later(partial(self._people, video))
            if video in self.store:  # nobody removed it meanwhile
                video.people = people
                video.save()
        except (UserError, OSError) as error:
            logger.warning("the people of a video cannot be searched: %s", error)
            video.people = ()

    def _people(self, video: StoredVideo) -> tuple[FoundPerson, ...]:
        found = []
        for number, person in enumerate(people_of(self._samples(video), self.sight)):
            can_be_mapped = self.sight.can_recognise and self.sight.is_target(person.picture)
            _small(video.folder, number).write_bytes(person.small)
            cv2.imwrite(self.picture_name(video, number), person.picture)
            found.append(FoundPerson(round(person.at_s, 3), person.frames, can_be_mapped))
        return tuple(found)

    def _samples(self, video: StoredVideo) -> Iterator[tuple[float, Image]]:
        facts = require_ready(video)
        for at_s in sorted({facts.within(at_s) for at_s in sample_times(facts.duration_s)}):
            if self._is_closed:
                return
            yield at_s, frame_of(video.path, at_s)


def require_ready(video: StoredVideo) -> VideoFacts:
    """Raises RefusedError (409) before a video is whole, and for one that is refused."""
    if video.state is not VideoState.READY or video.facts is None:
        raise RefusedError(409, f"{video.name} is {video.state}", remedy="ask GET /videos/ID how far it is")
    return video.facts


def _small(folder: Path, number: int) -> Path:
    return folder / f"person-{number}.jpg"
