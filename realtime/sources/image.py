"""A picture as a stream: of one frame, or of as many as a video of some seconds needs."""

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from realtime.pictures.reading import decode_whole
from realtime.types import Frame, StreamInfo

RATE = Fraction(25)
"""Of a video that is made of a picture, where none is asked for."""


class ImageSource:
    """One still, of a file's bytes. duration_s, rate: of the video that it becomes. Raises SourceError if it is
    none."""

    def __init__(self, content: bytes, name: str, *, duration_s: float | None = None, rate: Fraction = RATE) -> None:
        self._read = decode_whole(content, name)
        self._count = 1 if duration_s is None else max(1, round(duration_s * rate))
        height, width = self._read.image.shape[:2]
        self.info = StreamInfo(
            Path(name).name,
            (width, height),
            rate,
            live=False,
            time_base=1 / rate,
            frame_count=self._count,
            is_still=duration_s is None,
            has_alpha=self._read.original is not None and self._read.original.alpha is not None,
        )

    def frames(self) -> Iterator[Frame]:
        for number in range(self._count):
            yield Frame(self._read.image.copy(), number, time.monotonic_ns(), number, self._read.original)

    def close(self) -> None:
        """Nothing is held open."""
