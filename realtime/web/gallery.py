"""The source faces of a server: photos that came with the command line or were uploaded. In memory only.

Knows photos and consent; knows nothing of HTTP and of who wears them.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

import cv2

from engines.types import Image, SourcePhoto
from realtime.consent import QUESTION, ConsentLedger
from realtime.pictures import decode_image
from realtime.web.guard import RefusedError

MOST = 32
THUMBNAIL_PX = 160
NAME_LENGTH = 40
ODD = re.compile(r"[^\w ()-]+")
"""No dots: what stands behind one is an ending."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A face that can be worn. thumbnail: JPEG."""

    photo: SourcePhoto
    thumbnail: bytes


class Gallery:
    """Everything in the event loop. examine: finds the face in a photo, which takes a moment, so in a thread."""

    def __init__(self, examine: Callable[[Image, str], SourcePhoto], consents: ConsentLedger) -> None:
        self._examine, self._consents = examine, consents
        self._entries: dict[str, Entry] = {}
        self._one_at_a_time = asyncio.Lock()

    @property
    def names(self) -> tuple[str, ...]:
        """In the order they came."""
        return tuple(self._entries)

    @property
    def photos(self) -> tuple[SourcePhoto, ...]:
        """In the order they came."""
        return tuple(entry.photo for entry in self._entries.values())

    def thumbnail(self, name: str) -> bytes:
        """JPEG. Raises RefusedError (404)."""
        return self._find(name).thumbnail

    async def add(self, content: bytes, name: str, *, consent: bool) -> SourcePhoto:
        """One more face; a photo of the same name is replaced. content: a picture file's bytes.

        Raises RefusedError (403 without consent, 409 when it is full), SourceError and SourcePhotoError.
        """
        name = tidy(name)
        if not consent:
            raise RefusedError(403, QUESTION.format(name=name), remedy="say so beside the picture, and send it again")
        self._refuse_too_many(name)
        async with self._one_at_a_time:
            photo = await asyncio.to_thread(lambda: self._examine(decode_image(content, name), name))
        self._consents.require(content, name, given=True, ask=None)
        await self.take_in(photo, name)
        return photo

    async def take_in(self, photo: SourcePhoto, name: str) -> None:
        """One more face, for which there is consent, under this name. Raises RefusedError (409) when it is full."""
        name = tidy(name)
        self._refuse_too_many(name)
        thumbnail = await asyncio.to_thread(thumbnail_of, photo)
        self._entries[name] = Entry(replace(photo, name=name), thumbnail)

    def remove(self, name: str) -> None:
        """Forget a photo. Raises RefusedError (404, or 409 for the last one)."""
        self._find(name)
        if len(self._entries) == 1:
            raise RefusedError(409, "the last face stays: somebody has to be worn", remedy="add another one first")
        del self._entries[name]

    def _refuse_too_many(self, name: str) -> None:
        if len(self._entries) >= MOST and name not in self._entries:
            raise RefusedError(409, f"there are {MOST} faces already", remedy="remove one first")

    def _find(self, name: str) -> Entry:
        if name not in self._entries:
            raise RefusedError(404, f"there is no face {name!r}", remedy=f"there are: {', '.join(self.names)}")
        return self._entries[name]


def thumbnail_of(photo: SourcePhoto) -> bytes:
    """A small JPEG."""
    scale = min(1.0, THUMBNAIL_PX / max(photo.image.shape[:2]))
    small = cv2.resize(photo.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small)
    return jpeg.tobytes()


def tidy(name: str) -> str:
    """A name that can stand in an address, a command and a message: no folder, no ending, no odd characters."""
    stem = PurePath(name.replace("\\", "/").replace("\0", "")).stem
    return ODD.sub("_", stem).strip(" .")[:NAME_LENGTH] or "photo"
