"""A photo whose people a visitor wants changed: who is in it, and the picture in which they are.

In memory only; nothing of it is written. Knows pictures, faces and formats; knows nothing of HTTP, and whose it is is
`visitors`' business.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engines.image.geometry import box_of
from engines.types import Image, PreparedFace, SourcePhoto
from models.errors import UserError
from realtime.disclosure import Disclosure
from realtime.faces.consent import Scope
from realtime.faces.swap_settings import SwapSettings
from realtime.outputs.picture_file import encode_picture
from realtime.pictures.reading import decode_image
from realtime.provenance.credit import Credit
from realtime.provenance.no_badge import NoBadgeRecord
from realtime.provenance.signing import ManifestSigner
from realtime.stills import blur_others, put_on
from realtime.tracking.reidentification import Track

MOST_PIXELS, FIT_PIXELS = 32_000_000, 12_000_000
"""Of a photo before it is made smaller, and to which it is: a phone's is kept as it is."""
ENDINGS = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}
"""In which it is given back, by the second half of the media type."""


@dataclass(frozen=True, slots=True, eq=False)
class TargetPhoto:
    """image: BGR. people: those in it, the largest first. sha256: of its file."""

    image: Image
    people: tuple[Track, ...]
    sha256: str

    def facts(self) -> dict[str, object]:
        """For JSON: the size, and a box for each face, x1, y1, x2, y2 px."""
        boxes = [[round(float(edge), 1) for edge in box_of(track.face.points)] for track in self.people]
        return {"width": self.image.shape[1], "height": self.image.shape[0], "faces": boxes}


class StillEngines(Protocol):
    """What sees and swaps in pictures. One thread at a time."""

    def people_in(self, image: Image) -> tuple[Track, ...]: ...

    def prepare(self, photo: SourcePhoto, look: SwapSettings) -> PreparedFace: ...


@dataclass(frozen=True, slots=True)
class Wishes:
    """Who of the people wears what, by their place. hides: whether everybody else is blurred. media: one of ENDINGS.

    consents: keys in the record, of the faces that are worn.
    """

    wear: Mapping[int, SourcePhoto]
    look: SwapSettings
    hides: bool
    disclosure: Disclosure
    media: str
    consents: tuple[str, ...] = ()


class PhotoStudio:
    """Called in threads, which take turns: a photo takes seconds.

    home: where the certificate is that signs them; None for no signature.
    """

    def __init__(self, engines: StillEngines, home: Path | None = None) -> None:
        self._engines, self._home, self._turn = engines, home, threading.Lock()

    def read(self, content: bytes) -> TargetPhoto:
        """content: of a picture file. Raises SourceError."""
        image = decode_image(content, "the photo", most_pixels=MOST_PIXELS, fit_pixels=FIT_PIXELS)
        with self._turn:
            return TargetPhoto(image, self._engines.people_in(image), hashlib.sha256(content).hexdigest())

    def swapped(self, target: TargetPhoto, wishes: Wishes) -> bytes:
        """The picture file. Raises UserError for somebody who is not in it, and where a reason cannot be recorded."""
        strangers = [place for place in wishes.wear if not 0 <= place < len(target.people)]
        if strangers:
            raise UserError(f"there is no face {strangers[0]}", remedy=f"there are {len(target.people)}, from 0 on")
        with self._turn:
            worn = {id(photo): self._engines.prepare(photo, wishes.look) for photo in wishes.wear.values()}
            parts = [(target.people[place].face, worn[id(photo)]) for place, photo in wishes.wear.items()]
            made = target.image.copy()
            if wishes.hides:
                blur_others(made, target.people, wishes.wear)
            put_on(made, parts, wishes.disclosure)
        credit = None if self._home is None else self._credit(self._home, target, wishes)
        path = Path("photo").with_suffix(ENDINGS[wishes.media])
        return ManifestSigner(credit).picture(encode_picture(made, path), path)

    def _credit(self, home: Path, target: TargetPhoto, wishes: Wishes) -> Credit:
        """What the manifest says. Why there is no badge is recorded, if there is none."""
        no_badge = NoBadgeRecord(home, lambda: wishes.consents, [Scope.FILE])
        if wishes.disclosure.no_badge:
            no_badge.note(wishes.disclosure.no_badge)
        return Credit(home, wishes.look.swapper, target.sha256, no_badge.reasons)
