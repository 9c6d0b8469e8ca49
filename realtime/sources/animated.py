"""Animated pictures as videos: GIF, WebP and APNG, with their own times, each frame as it is shown.

Knows what a moving picture says of its frames; decoder.py knows decoders, colours.py transparency.
"""

import logging
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from realtime.errors import SourceError
from realtime.pictures.colours import to_srgb
from realtime.pictures.decoder import DamagedPictureError, MovingPicture
from realtime.pictures.header import FORMATS
from realtime.pictures.reading import MAX_PIXELS, judge
from realtime.types import Frame, StreamInfo
from realtime.wording import counted

logger = logging.getLogger(__name__)

MS = Fraction(1, 1000)
TOO_SHORT_MS, INSTEAD_MS = 10, 100
"""Frames that are to be shown for no more than this are shown for that, as browsers do."""


class AnimatedSource:
    """One animated picture, of a file's bytes; frames are decoded as they are asked for.

    Raises SourceError when the first cannot be.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self._name = Path(name).name
        header = judge(content, name, MAX_PIXELS, FORMATS)
        try:
            self._picture = MovingPicture(content, header)
            first, first_ms = self._picture.frame(0)
        except DamagedPictureError as error:
            raise SourceError(
                f"{name} cannot be read: its first frame is damaged", remedy="copy or download it again"
            ) from error
        self.info = StreamInfo(
            self._name,
            (header.width, header.height),
            Fraction(1000, _shown_ms(first_ms)),
            live=False,
            time_base=MS,
            frame_count=self._picture.count,
            plays=self._picture.plays,
            has_alpha=first.has_transparency_data,
        )

    def frames(self) -> Iterator[Frame]:
        at_ms = 0
        for number in range(self._picture.count):
            try:
                picture, lasts_ms = self._picture.frame(number)
            except DamagedPictureError:
                logger.warning(
                    "%s is cut off: it holds %d of %s", self._name, number, counted(self._picture.count, "frame")
                )
                return
            read, shown_ms = to_srgb(picture, self._name, keeps=True), _shown_ms(lasts_ms)
            yield Frame(read.image, number, time.monotonic_ns(), at_ms, read.original, shown_ms)
            at_ms += shown_ms

    def close(self) -> None:
        """Nothing is held open."""


def _shown_ms(said_ms: int) -> int:
    return said_ms if said_ms > TOO_SHORT_MS else INSTEAD_MS
