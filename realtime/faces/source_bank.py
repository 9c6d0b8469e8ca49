"""The faces that can be worn in one stream, made ready before anybody wears them, and the one that is chosen.

A new photo or another way of swapping is prepared beside the stream and takes its place between two frames, so nothing
stalls; when it fails, what was worn goes on, and the reason is said. Knows styles and turns; which face is which is
face_set.py's business. Knows no engine.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias, Unpack

from engines.types import PreparedFace, SourcePhoto
from models.errors import UserError
from realtime.faces.face_set import FaceSet
from realtime.faces.selection import Selection
from realtime.faces.swap_settings import SettingsChange, SwapSettings

logger = logging.getLogger(__name__)


PrepareFn: TypeAlias = Callable[[SourcePhoto], PreparedFace]
"""Makes a photo's face ready to be worn in one style."""
Opener: TypeAlias = Callable[[SwapSettings], PrepareFn]
"""Opens what a style needs; may take seconds. Raises UserError when there is no such style here."""


@dataclass(frozen=True, slots=True)
class InitialFaces:
    """What can be worn to begin with. photos and faces in the same order; a face of a network's own has no photo."""

    settings: SwapSettings
    photos: tuple[SourcePhoto, ...]
    faces: tuple[PreparedFace, ...]


class SourceBank:
    """Any thread may ask for a change; the stream iterates over the faces once per frame.

    initial: to begin with, the first of them chosen. prepare_fn: of its style; None opens it when first needed. opener:
    of other styles.
    """

    def __init__(self, initial: InitialFaces, opener: Opener, prepare_fn: PrepareFn | None = None) -> None:
        self._faces, self._settings = FaceSet.of(initial.photos, initial.faces), initial.settings
        self._opener, self._prepare_fn = opener, prepare_fn
        self._wanted = initial.settings
        self._turn = threading.Lock()  # for whoever replaces the faces, or what is wanted
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="source bank")
        self.notice, self._closed = "", False

    def __iter__(self) -> Iterator[PreparedFace]:
        """The faces that can be worn now, in their order from the chosen one on."""
        return iter(self._faces)

    @property
    def selection(self) -> Selection:
        """The photos that can be chosen, and the chosen one."""
        return self._faces.selection

    @property
    def names(self) -> tuple[str, ...]:
        """Of the photos that can be chosen, without their endings, in their order."""
        return self.selection.names

    @property
    def settings(self) -> SwapSettings:
        """The one that is worn now."""
        return self._settings

    @property
    def wanted(self) -> SwapSettings:
        """The one that was asked for last, unless it did not work."""
        return self._wanted

    def choose(self, identity: str) -> None:
        """Have this face worn first, from the next frame on. Raises UserError when there is none of that identity."""
        with self._turn:
            self._faces = self._faces.choosing(identity)

    def apply_settings(self, **changes: Unpack[SettingsChange]) -> None:
        """Have all faces put on in another way, soon. Returns at once; `notice` says how it goes."""
        with self._turn:
            wanted = self._wanted.changed(**changes)
            if wanted == self._wanted:
                return
            self._wanted = wanted
        self.notice = f"preparing {wanted.swapper}"
        self._soon(self._apply_settings, wanted)

    def add(self, photo: SourcePhoto) -> None:
        """One more face to wear, soon; a photo of the same name is removed."""
        self.notice = f"preparing {photo.name}"
        self._soon(self._add, photo)

    def remove(self, name: str) -> None:
        """Forget a photo and its face; a chosen one is worn until another is chosen, and then forgotten.

        Raises UserError when there is none of that name.
        """
        if name not in self.names:
            raise UserError(f"there is no face {name!r}", remedy=f"there are: {', '.join(self.names) or 'none'}")
        self._soon(self._remove, name)
        self.settle()

    def settle(self) -> None:
        """Wait until all that was asked for is done, or the source bank is closed."""
        last = self._soon(lambda: None)
        with suppress(CancelledError):
            if last is not None:
                last.result()

    def close(self) -> None:
        """Let what waits go undone, and what is under way go to no avail. May be called twice."""
        self._closed = True
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _soon(self, work: Callable[..., None], *arguments: object) -> "Future[None] | None":
        """None when it is closed: nobody wears anything any more."""
        try:
            return self._worker.submit(work, *arguments)
        except RuntimeError:
            logger.debug("%s comes after the end", work)
            return None

    def _apply_settings(self, settings: SwapSettings) -> None:
        if settings != self._wanted:
            return  # somebody changed their mind while it waited
        try:
            prepare_fn = self._opener(settings)
            made = self._faces.dressed(prepare_fn)
        except Exception as error:  # noqa: BLE001  whatever it is, the stream goes on with what it has
            self._give_up(settings.swapper, error, is_wanted=self._wish_ends(settings))
            return
        with self._turn:
            self._faces = made.as_chosen_in(self._faces)
            self._prepare_fn, self._settings = prepare_fn, settings
        self.notice = ""

    def _wish_ends(self, settings: SwapSettings) -> bool:
        """Whether it was the last wish; then what is worn is wanted again."""
        with self._turn:
            is_last = self._wanted == settings
            if is_last:
                self._wanted = self._settings
            return is_last

    def _add(self, photo: SourcePhoto) -> None:
        try:
            self._prepare_fn = self._prepare_fn or self._opener(self._settings)
            face = self._prepare_fn(photo)
        except Exception as error:  # noqa: BLE001  as above
            self._give_up(photo.name, error)
            return
        with self._turn:
            self._faces = self._faces.adding(photo, face)
        self.notice = ""

    def _remove(self, name: str) -> None:
        with self._turn:
            self._faces = self._faces.removing(name)

    def _give_up(self, what: str, error: Exception, *, is_wanted: bool = True) -> None:
        """is_wanted: whether anybody still waits for it."""
        if self._closed:  # its engines were closed under its hands
            logger.debug("%s is not prepared: %s", what, error)
            return
        problem = f"{what} did not work: {error}"
        if is_wanted:
            self.notice = problem
        expected = isinstance(error, UserError)
        logger.warning("%s; the previous face stays", problem, exc_info=None if expected else error)
