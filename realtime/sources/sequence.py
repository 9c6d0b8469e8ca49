"""Numbered pictures as a video: frames/%05d.png, a frame each, at a rate that the person says.

Knows the order of pictures; reading.py reads them.
"""

import logging
import time
from collections.abc import Iterator
from fractions import Fraction

from engines.image.geometry import fit_into
from realtime.errors import SourceError
from realtime.pictures.numbered_names import NumberedNames
from realtime.pictures.reading import read_whole
from realtime.sources.image import RATE
from realtime.types import Frame, StreamInfo

logger = logging.getLogger(__name__)


class PictureSequence:
    """The pictures that are there, in the order of their numbers. rate: frames per second, RATE where none is said.

    The first one's size is the video's; others are fitted into it. One that cannot be read is left out with a word, and
    the one before it stays for its time. Raises SourceError when there is none, or the first cannot be read.
    """

    def __init__(self, names: NumberedNames, rate: Fraction | None = None) -> None:
        pattern = f"{names.folder / names.before}%0{names.digits}d{names.after}"
        self._files = names.existing()
        if not self._files:
            raise SourceError(f"there is no picture {pattern}", remedy="check the folder and the number of digits")
        missing = set(range(min(self._files), max(self._files))) - self._files.keys()
        if missing:
            logger.warning("%s: %d number(s) are missing, first %d", pattern, len(missing), min(missing))
        first = read_whole(next(iter(self._files.values())))
        self._size_wh = first.image.shape[1], first.image.shape[0]
        rate = rate or RATE
        self.info = StreamInfo(
            pattern,
            self._size_wh,
            rate,
            live=False,
            time_base=1 / rate,
            frame_count=len(self._files),
            has_alpha=first.original is not None and first.original.alpha is not None,
        )

    def frames(self) -> Iterator[Frame]:
        seq = 0
        for position, path in enumerate(self._files.values()):
            try:
                read = read_whole(path, tells=False)  # said of the first
            except SourceError as error:
                logger.warning("left out: %s", error)
                continue
            fits = read.image.shape[1::-1] == self._size_wh
            image = read.image if fits else fit_into(read.image, self._size_wh)
            yield Frame(image, seq, time.monotonic_ns(), position, read.original if fits else None)
            seq += 1

    def close(self) -> None:
        """Nothing is held open."""
