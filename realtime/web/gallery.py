"""The faces that one visitor may wear: those that the server was started with, which stay, and their own uploads.

In memory only. Knows photos and their names; knows nothing of HTTP, and whose it is is `visitors`' business.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import PurePath

import cv2

from engines.types import SourcePhoto
from realtime.web.auth import RefusedError

MOST = 32
"""Uploads of one visitor."""
THUMBNAIL_PX = 160
NAME_LENGTH = 40
ODD = re.compile(r"[^\w ()-]+")
"""No dots: what stands behind one is an ending."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A face that can be worn. thumbnail: JPEG. consents: keys in the record, of photos that need one."""

    photo: SourcePhoto
    thumbnail: bytes
    consents: tuple[str, ...] = ()


class Gallery:
    """shared: by name, those of all visitors, which nobody changes here."""

    def __init__(self, shared: Mapping[str, Entry]) -> None:
        self._shared = shared
        self._own: dict[str, Entry] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The shared ones first, each in the order they came."""
        return (*self._shared, *self._own)

    @property
    def own_names(self) -> tuple[str, ...]:
        """Of the uploads."""
        return tuple(self._own)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """In the order of `names`."""
        return tuple(self.entry(name) for name in self.names)

    @property
    def consents(self) -> tuple[str, ...]:
        """Keys in the record, of all that may be worn."""
        return tuple(key for entry in self.entries for key in entry.consents)

    def drop(self, is_gone: Callable[[Entry], bool]) -> None:
        """Forget uploads."""
        self._own = {name: entry for name, entry in self._own.items() if not is_gone(entry)}

    @property
    def photos(self) -> tuple[SourcePhoto, ...]:
        """In the order of `names`."""
        return tuple(self.entry(name).photo for name in self.names)

    @property
    def photos_kept(self) -> int:
        """Of the uploads; several may show one face."""
        return sum(len(entry.photo.views) for entry in self._own.values())

    def photo(self, name: str) -> SourcePhoto:
        """Raises RefusedError (404)."""
        return self.entry(name).photo

    def thumbnail(self, name: str) -> bytes:
        """JPEG. Raises RefusedError (404)."""
        return self.entry(name).thumbnail

    def name_for(self, name: str) -> str:
        """What an upload of this name will be called: made harmless, and not as a shared face.

        Raises RefusedError (409) when there is no room for it.
        """
        plain = tidy(name)
        numbered = (f"{plain[: NAME_LENGTH - 4]} {number}" for number in count(2))
        free = plain if plain not in self._shared else next(name for name in numbered if name not in self._shared)
        if len(self._own) >= MOST and free not in self._own:
            raise RefusedError(409, f"there are {MOST} photos of yours already", remedy="remove one first")
        return free

    def put(self, entry: Entry) -> None:
        """One more upload, of the name that `name_for` gave its photo; one of the same name is replaced."""
        self._own[entry.photo.name] = entry

    def remove(self, name: str) -> None:
        """Forget an upload. Raises as `require_own`."""
        self.require_own(name)
        del self._own[name]

    def require_own(self, name: str) -> None:
        """Raises RefusedError (404, or 403 for a shared one)."""
        self.entry(name)
        if name not in self._own:
            raise RefusedError(403, f"{name} came with the server and stays", remedy="remove photos of your own")

    def entry(self, name: str) -> Entry:
        """Raises RefusedError (404)."""
        entry = self._own.get(name) or self._shared.get(name)
        if entry is None:
            raise RefusedError(404, f"there is no face {name!r}", remedy=f"there are: {', '.join(self.names)}")
        return entry


def entry_of(photo: SourcePhoto, name: str, consents: tuple[str, ...] = ()) -> Entry:
    """A face to put into a gallery under this name. consents: see `Entry`."""
    scale = min(1.0, THUMBNAIL_PX / max(photo.image.shape[:2]))
    small = cv2.resize(photo.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small)
    return Entry(replace(photo, name=name), jpeg.tobytes(), consents)


def tidy(name: str) -> str:
    """A name that can stand in an address, a command and a message: no folder, no ending, no odd characters."""
    stem = PurePath(name.replace("\\", "/").replace("\0", "")).stem
    return ODD.sub("_", stem).strip(" .")[:NAME_LENGTH] or "photo"
