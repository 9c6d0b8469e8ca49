"""The faces that can be worn in one stream, made ready before anybody wears them.

A new photo or another way of swapping is prepared beside the stream and takes its place between two frames, so nothing
stalls; when it fails, what was worn goes on, and the reason is said. Knows photos and styles; knows no engine.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from engines.types import PreparedFace, SourcePhoto
from models.errors import UserError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Style:
    """How faces are put on. swapper: "mesh" or the name of a model. strength: 0..1, 0.5 is the plain one."""

    swapper: str
    strength: float = 0.5


Tailor: TypeAlias = Callable[[SourcePhoto], PreparedFace]
"""Makes a photo's face ready to be worn in one style."""
Opener: TypeAlias = Callable[[Style], Tailor]
"""Opens what a style needs; may take seconds. Raises UserError when there is no such style here."""


@dataclass(frozen=True, slots=True)
class Worn:
    """What can be worn now. photos and faces in the same order."""

    style: Style
    photos: tuple[SourcePhoto, ...]
    faces: tuple[PreparedFace, ...]


class Wardrobe:
    """Any thread may ask for a change; the stream takes `faces()` once per frame.

    worn: to begin with. tailor: of its style; None opens it when first needed. opener: of other styles.
    """

    def __init__(self, worn: Worn, opener: Opener, tailor: Tailor | None = None) -> None:
        self._worn, self._opener, self._tailor = worn, opener, tailor
        self._wanted = worn.style
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="wardrobe")
        self.notice = ""

    def __iter__(self) -> Iterator[PreparedFace]:
        """The faces that can be worn now."""
        return iter(self._worn.faces)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the photos, without their endings, in the order of the faces."""
        return tuple(Path(photo.name).stem for photo in self._worn.photos)

    @property
    def style(self) -> Style:
        """The one that is worn now."""
        return self._worn.style

    def restyle(self, *, swapper: str | None = None, strength: float | None = None) -> None:
        """Have all faces put on in another way, soon. Returns at once; `notice` says how it goes."""
        before = self._wanted
        if swapper is not None and swapper != before.swapper:
            before = Style(swapper)  # at the strength it was trained at
        wanted = before if strength is None else replace(before, strength=strength)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self.notice = f"preparing {wanted.swapper}"
        self._soon(self._restyle, wanted)

    def add(self, photo: SourcePhoto) -> None:
        """One more face to wear, soon; a photo of the same name is replaced."""
        self.notice = f"preparing {photo.name}"
        self._soon(self._add, photo)

    def remove(self, name: str) -> None:
        """Forget a photo and its face. Raises UserError when there is none of that name."""
        if name not in self.names:
            raise UserError(f"there is no face {name!r}", remedy=f"there are: {', '.join(self.names) or 'none'}")
        self._soon(self._remove, name)
        self.settle()

    def settle(self) -> None:
        """Wait until all that was asked for is done, or the wardrobe is closed."""
        last = self._soon(lambda: None)
        with suppress(CancelledError):
            if last is not None:
                last.result()

    def close(self) -> None:
        """Let what waits go undone. May be called twice."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _soon(self, work: Callable[..., None], *arguments: object) -> "Future[None] | None":
        """None when it is closed: nobody wears anything any more."""
        try:
            return self._worker.submit(work, *arguments)
        except RuntimeError:
            logger.debug("%s comes after the end", work)
            return None

    def _restyle(self, style: Style) -> None:
        if style != self._wanted:
            return  # somebody changed their mind while it waited
        try:
            tailor = self._opener(style)
            faces = tuple(tailor(photo) for photo in self._worn.photos)
        except Exception as error:  # noqa: BLE001  whatever it is, the stream goes on with what it has
            self._wanted = self._worn.style
            self._give_up(style.swapper, error)
            return
        self._tailor, self._worn = tailor, Worn(style, self._worn.photos, faces)
        self.notice = ""

    def _add(self, photo: SourcePhoto) -> None:
        worn = self._worn
        try:
            self._tailor = self._tailor or self._opener(worn.style)
            face = self._tailor(photo)
        except Exception as error:  # noqa: BLE001  as above
            self._give_up(photo.name, error)
            return
        self._put_on([*self._without(Path(photo.name).stem), (photo, face)])
        self.notice = ""

    def _remove(self, name: str) -> None:
        self._put_on(self._without(name))

    def _without(self, name: str) -> list[tuple[SourcePhoto, PreparedFace]]:
        pairs = zip(self._worn.photos, self._worn.faces, strict=True)
        return [(photo, face) for photo, face in pairs if Path(photo.name).stem != name]

    def _put_on(self, pairs: Sequence[tuple[SourcePhoto, PreparedFace]]) -> None:
        photos, faces = tuple(photo for photo, _ in pairs), tuple(face for _, face in pairs)
        self._worn = Worn(self._worn.style, photos, faces)

    def _give_up(self, what: str, error: Exception) -> None:
        self.notice = f"{what} did not work: {error}"
        expected = isinstance(error, UserError)
        logger.warning("%s; what was worn goes on", self.notice, exc_info=None if expected else error)
