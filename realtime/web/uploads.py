"""From the bytes of an upload to the faces in it: beside the event loop, and a few at a time.

Knows photos, consent and threads; knows nothing of HTTP, and where a face is kept is `gallery`'s business.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from engines.source_faces.fitness import FoundFace
from engines.types import Image
from realtime.faces.consent import QUESTION, Answer, ConsentLedger, How, Scope, key_of
from realtime.pictures.reading import decode_image
from realtime.web.auth import AtOnce, RefusedError, network_of

MOST_PIXELS = 32_000_000
"""Of a photo before it is made smaller. Decoding takes seconds, and 140 MB of a JPEG or PNG, 290 of an AVIF, 500 of a
WebP; a HEIC of 12 megapixels takes 220."""
FIT_PIXELS = 4_000_000
"""To which it is made smaller: more is memory that visitors could fill."""
AT_ONCE, AT_ONCE_OF_ADDRESS = 2, 2
"""Decoded and examined; held in memory for one address."""
T = TypeVar("T")


class Uploads:
    """Used in the event loop. find: the faces in a photo, the largest first; may be called by AT_ONCE threads.

    consents: what was agreed to. Close it.
    """

    def __init__(self, find: Callable[[Image, str], Sequence[FoundFace]], consents: ConsentLedger) -> None:
        self._find, self.consents = find, consents
        self._threads = ThreadPoolExecutor(AT_ONCE, "upload")
        self._in_hand = AtOnce(
            AT_ONCE_OF_ADDRESS, "photos of yours are being read", remedy="send one after the other", retry_after_s=2
        )

    def one_of(self, address: str) -> AbstractContextManager[None]:
        """An upload is received and read in the block. Raises RefusedError (429) while `address` has too many."""
        return self._in_hand.one_of(network_of(address))

    async def read(self, content: bytes, name: str, *, has_consent: bool, whose: str) -> list[FoundFace]:
        """The faces in a photo that can be worn, the largest first; if none can, the largest, which says why not.

        content: a picture file's bytes. name: for messages. whose: the visitor who says they may.
        Raises RefusedError (403) without consent, SourceError and SourcePhotoError.
        """
        if not has_consent:
            raise RefusedError(
                403, QUESTION.format(name=name), remedy="confirm consent with the picture, and send it again"
            )

        def work() -> list[FoundFace]:
            image = decode_image(content, name, most_pixels=MOST_PIXELS, fit_pixels=FIT_PIXELS)
            found = self._find(image, name)
            return [face for face in found if face.problem is None] or [found[0]]

        found = await self.beside(work)
        self.consents.require(key_of(content, whose), name, tuple(Scope), Answer(given=How.PAGE))
        return found

    async def beside(self, work: Callable[[], T]) -> T:
        """Something slow, in a thread that no stream waits for."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Let what waits go undone."""
        self._threads.shutdown(wait=False, cancel_futures=True)
