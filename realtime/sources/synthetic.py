"""A camera without a camera: a portrait that sways, turns and comes nearer, with the time in its pixels if need be.

Every frame follows from its number alone, so two runs see the same. Knows motion and pacing; knows nothing of faces.
"""

import math
import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Affine, Image
from realtime.media.timecode import write_timecode
from realtime.sources.pacing import Pacer
from realtime.types import Frame, StreamInfo

DEFAULT_SIZE_WH, DEFAULT_RATE = (1280, 720), Fraction(30)
BACKDROP_CELLS = 24
"""The picture's surroundings are shrunk to so many cells: a blurred backdrop that goes on where the picture ends."""
FADE_SHARE = 0.04
"""Of the picture's shorter side, the rim in which it fades into the backdrop."""
ROOM_SHARE = 0.2
"""Of the frame's longer side, what the backdrop has to spare for the motion."""
HEIGHT_SHARE = 1.25
"""Height of the picture, in frame heights."""
# Amplitudes and periods (s) of the head's motion; periods share no factor, so it does not repeat for minutes.
SWAY, SWAY_S = 0.04, 5.0  # share of the width
NOD, NOD_S = 0.02, 3.1  # share of the height
ROLL_RAD, ROLL_S = math.radians(6), 4.3
ZOOM, ZOOM_S = 0.06, 7.3
DRIFT, DRIFT_RATIO = 0.3, 0.382
"""The share of each motion that is slower, and how much: nobody swings like a pendulum."""


class SyntheticSource:
    """Moves `picture`, somewhat higher than the frame with its top in view, as portraits want it.

    paced: one frame each 1/rate s by the clock, numbers of missed ones skipped; else as fast as they are taken.
    timed: `frames` writes the time into the top rows (timecode.py).
    """

    def __init__(
        self,
        picture: Image,
        *,
        size_wh: tuple[int, int] | None = None,
        rate: Fraction | None = None,
        paced: bool = True,
        timed: bool = True,
    ) -> None:
        size = size_wh or DEFAULT_SIZE_WH
        self.info = StreamInfo("test", size, rate or DEFAULT_RATE, live=True)
        self._scale = HEIGHT_SHARE * size[1] / picture.shape[0]
        self._picture_wh = picture.shape[1::-1]
        self._rim = _rim(self._picture_wh, (size[0] / self._scale, size[1] / self._scale))
        self._scene = _scene(picture, self._rim)
        self._paced, self._timed = paced, timed
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        pacer, number = Pacer(self.info.rate, self._closed), 0
        while not self._closed.is_set():
            image = self.render(number)
            if self._paced:
                number = pacer.wait_for(number)
            now_ns = time.monotonic_ns()
            if self._timed:
                write_timecode(image, now_ns)
            yield Frame(image, number, now_ns, pts=int(number / self.info.rate / self.info.time_base))
            number += 1

    def close(self) -> None:
        self._closed.set()

    def render(self, number: int) -> Image:
        """The camera's picture of that number, without the time code. A new array."""
        pose = self._pose(float(number / self.info.rate))
        pose[:, 2] -= pose[:, :2] @ self._rim
        frame = cv2.warpAffine(
            self._scene, pose, self.info.size_wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(frame, np.uint8)

    def _pose(self, at_s: float) -> Affine:
        """Picture px -> frame px at a time."""
        width, height = self.info.size_wh
        picture_width, picture_height = self._picture_wh

        def swing(period_s: float) -> float:
            turns = 2 * math.pi * at_s / period_s
            return (1 - DRIFT) * math.sin(turns) + DRIFT * math.sin(turns * DRIFT_RATIO)

        scale = self._scale * (1 + ZOOM * swing(ZOOM_S))
        angle = ROLL_RAD * swing(ROLL_S)
        linear = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) * scale
        pivot = np.array([picture_width / 2, min(picture_height / 2, height / scale / 2)])
        centre = np.array([width * (0.5 + SWAY * swing(SWAY_S)), height * (0.5 + NOD * swing(NOD_S))])
        return np.column_stack([linear, centre - linear @ pivot])


def _rim(picture_wh: tuple[int, int], seen_wh: tuple[float, float]) -> NDArray[np.int64]:
    """(2,) px: how much to add to a picture left and right, above and below. seen_wh: the frame in the picture's px."""
    missing = np.maximum(0, np.subtract(seen_wh, picture_wh) / 2)
    return np.asarray(np.ceil(missing + ROOM_SHARE * max(seen_wh)), np.int64)


def _scene(picture: Image, rim: NDArray[np.int64]) -> Image:
    """The picture with a rim on each side that goes on in its colours, blurred, and no edge between."""
    beside, above = (int(px) for px in rim)
    around = cv2.copyMakeBorder(picture, above, above, beside, beside, cv2.BORDER_REPLICATE)
    cells = cv2.resize(around, (BACKDROP_CELLS, BACKDROP_CELLS), interpolation=cv2.INTER_AREA)
    backdrop = cv2.resize(cells, around.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    fade_px = max(1.0, FADE_SHARE * min(picture.shape[:2]))
    rows, columns = (np.minimum(np.arange(size), np.arange(size)[::-1]) for size in picture.shape[:2])
    opacity = np.minimum(1, np.minimum.outer(rows, columns) / fade_px)[..., np.newaxis]
    inside = backdrop[above : above + picture.shape[0], beside : beside + picture.shape[1]]
    inside[:] = np.rint(inside + opacity * (picture.astype(np.float32) - inside))
    return np.asarray(backdrop, np.uint8)
