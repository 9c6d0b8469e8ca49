"""From the bytes of an upload to a face that can be worn: beside the event loop, and a few at a time.

Knows photos, consent and threads; knows nothing of HTTP, and where a face is kept is `gallery`'s business.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from engines.types import Image, SourcePhoto
from realtime.faces.consent import QUESTION, ConsentLedger
from realtime.pictures.reading import decode_image
from realtime.web.auth import RefusedError, network_of
from realtime.web.gallery import Entry, entry_of

MOST_PIXELS = 32_000_000
"""Of a photo before it is made smaller. Decoding takes seconds, and 140 MB of a JPEG or PNG, 290 of an AVIF, 500 of a
WebP; a HEIC of 12 megapixels takes 220."""
FIT_PIXELS = 4_000_000
"""To which it is made smaller: more is memory that visitors could fill."""
AT_ONCE, AT_ONCE_OF_ADDRESS = 2, 2
"""Decoded and examined; held in memory for one address."""
T = TypeVar("T")


class Uploads:
    """Used in the event loop. examine: finds the face in a photo; may be called by AT_ONCE threads. Close it."""

    def __init__(self, examine: Callable[[Image, str], SourcePhoto], consents: ConsentLedger) -> None:
        self._examine, self._consents = examine, consents
        self._threads = ThreadPoolExecutor(AT_ONCE, "upload")
        self._in_hand: Counter[str] = Counter()

    @contextmanager
    def one_of(self, address: str) -> Iterator[None]:
        """An upload is received and read in the block. Raises RefusedError (429) while `address` has too many."""
        network = network_of(address)
        if self._in_hand[network] >= AT_ONCE_OF_ADDRESS:
            raise RefusedError(
                429, "photos of yours are being read", remedy="send one after the other", retry_after_s=2
            )
        self._in_hand[network] += 1
        try:
            yield
        finally:
            self._in_hand[network] -= 1
            self._in_hand += Counter()  # forgets whoever has none

    async def read(self, content: bytes, name: str, *, has_consent: bool, whose: str) -> Entry:
        """A face. content: a picture file's bytes. name: what it is called. whose: the visitor who says they may.

        Raises RefusedError (403) without consent, SourceError and SourcePhotoError.
        """
        if not has_consent:
            raise RefusedError(
                403, QUESTION.format(name=name), remedy="confirm consent with the picture, and send it again"
            )

        def work() -> Entry:
            image = decode_image(content, name, most_pixels=MOST_PIXELS, fit_pixels=FIT_PIXELS)
            return entry_of(self._examine(image, name), name)

        entry = await self.beside(work)
        self._consents.require(content, name, given=True, ask=None, whose=whose)
        return entry

    async def beside(self, work: Callable[[], T]) -> T:
        """Something slow, in a thread that no stream waits for."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Let what waits go undone."""
        self._threads.shutdown(wait=False, cancel_futures=True)
