"""A picture as a stream of one frame."""

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from realtime.pictures import read_whole
from realtime.types import Frame, StreamInfo


class ImageSource:
    """One still. Raises SourceError when it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._read = read_whole(path)
        height, width = self._read.image.shape[:2]
        self.info = StreamInfo(path.name, (width, height), Fraction(25), live=False, frame_count=1)

    def frames(self) -> Iterator[Frame]:
        yield Frame(self._read.image, 0, time.monotonic_ns(), 0, self._read.original)

    def close(self) -> None:
        """Nothing is held open."""
