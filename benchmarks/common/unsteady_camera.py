"""A camera that misbehaves on purpose and remembers what it gave, for benchmarks and soaks.

Knows unplugging, black pictures and raw ones; knows nothing of what is measured.
"""

import random
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from engines.types import Image
from realtime import app
from realtime.errors import SourceError
from realtime.media.timecode import read_timecode
from realtime.sources import SourceOptions, open_source
from realtime.sources.recovery import RecoveringSource
from realtime.types import Frame, FrameSource

UNPLUGGED_S, TROUBLE_S = 0.5, (2.0, 6.0)
"""How long a trouble lasts, and between two."""
HALF = 0.5
REMEMBERED = 300


class UnsteadyCamera:
    """The synthetic camera, remembering what it gave. troubled: unplugged at random, or black.

    One object for all openings, so that a lost camera has come back when it is opened again.
    """

    def __init__(self, camera: FrameSource, given: OrderedDict[int, Image], *, troubled: bool) -> None:
        self.info, self._camera, self._troubled = camera.info, camera, troubled
        self._chance = random.Random(2)  # noqa: S311  no secret
        self._away_until_s = 0.0
        self.unplugged = self.blackened = 0
        self.given = given

    def open(self) -> FrameSource:
        if time.monotonic() < self._away_until_s:
            raise SourceError("unplugged", remedy="plug it in")
        return self

    def frames(self) -> Iterator[Frame]:
        trouble_s = time.monotonic() + self._chance.uniform(*TROUBLE_S)
        for frame in self._camera.frames():
            if self._troubled and time.monotonic() > trouble_s:
                trouble_s = time.monotonic() + self._chance.uniform(*TROUBLE_S)
                if self._chance.random() < HALF:
                    self.unplugged += 1
                    self._away_until_s = time.monotonic() + UNPLUGGED_S
                    raise SourceError("unplugged", remedy="plug it in")
                self.blackened += 1
                frame.image[:] = 0
            code = read_timecode(frame.image)
            if code is not None:
                self.given[code] = middle(frame.image)
            if len(self.given) > REMEMBERED:
                self.given.popitem(last=False)
            yield frame

    def close(self) -> None:
        self._camera.close()


def middle(image: Image) -> Image:
    """The middle of a picture, coarsely: where the face is."""
    height, width = image.shape[:2]
    return image[height // 3 : 2 * height // 3 : 4, width // 3 : 2 * width // 3 : 4].copy()


@contextmanager
def watched_camera(given: OrderedDict[int, Image], *, troubled: bool) -> Iterator[list[UnsteadyCamera]]:
    """In the block, runs read from a camera that notes in `given` what it gave."""
    cameras: list[UnsteadyCamera] = []

    def opener(where: str, options: SourceOptions) -> FrameSource:
        camera = UnsteadyCamera(open_source(where, options), given, troubled=troubled)
        cameras.append(camera)
        return RecoveringSource(camera.open)

    with patch.object(app, "open_source", opener):
        yield cameras
