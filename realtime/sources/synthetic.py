"""A camera without a camera: a portrait that sways, turns and comes nearer, with the time in its pixels.

Every frame follows from its number alone, so two runs see the same. Knows motion and pacing; knows nothing of faces.
"""

import math
import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np

from engines.types import Affine, Image
from realtime.pacing import Pacer
from realtime.timecode import write_timecode
from realtime.types import Frame, StreamInfo

DEFAULT_SIZE_WH, DEFAULT_RATE = (1280, 720), Fraction(30)
BACKDROP_CELLS = 24
"""The picture is shrunk to so many cells for a blurred backdrop."""
HEIGHT_SHARE = 1.25
"""Height of the picture, in frame heights."""
# Amplitudes and periods (s) of the head's motion; periods share no factor, so it does not repeat for minutes.
SWAY, SWAY_S = 0.04, 5.0  # share of the width
NOD, NOD_S = 0.02, 3.1  # share of the height
ROLL_RAD, ROLL_S = math.radians(6), 4.3
ZOOM, ZOOM_S = 0.06, 7.3


class SyntheticSource:
    """Moves `picture`, somewhat higher than the frame with its top in view, as portraits want it.

    paced: one frame each 1/rate s by the clock, numbers of missed ones skipped; else as fast as they are taken.
    """

    def __init__(
        self,
        picture: Image,
        *,
        size_wh: tuple[int, int] | None = None,
        rate: Fraction | None = None,
        paced: bool = True,
    ) -> None:
        size = size_wh or DEFAULT_SIZE_WH
        self.info = StreamInfo("test", size, rate or DEFAULT_RATE, live=True)
        self._picture = picture
        cells = cv2.resize(picture, (BACKDROP_CELLS, BACKDROP_CELLS), interpolation=cv2.INTER_AREA)
        self._backdrop = cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC)
        self._paced = paced
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        pacer, number = Pacer(self.info.rate, self._closed), 0
        while not self._closed.is_set():
            image = self.render(number)
            if self._paced:
                number = pacer.wait_for(number)
            now_ns = time.monotonic_ns()
            write_timecode(image, now_ns)
            yield Frame(image, number, now_ns, pts=int(number / self.info.rate / self.info.time_base))
            number += 1

    def close(self) -> None:
        self._closed.set()

    def render(self, number: int) -> Image:
        """The camera's picture of that number, without the time code. A new array."""
        frame = self._backdrop.copy()
        cv2.warpAffine(
            self._picture,
            self._pose(float(number / self.info.rate)),
            self.info.size_wh,
            dst=frame,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
        return np.asarray(frame, np.uint8)

    def _pose(self, at_s: float) -> Affine:
        """Picture px -> frame px at a time."""
        width, height = self.info.size_wh
        picture_height, picture_width = self._picture.shape[:2]

        def swing(period_s: float) -> float:
            return math.sin(2 * math.pi * at_s / period_s)

        scale = HEIGHT_SHARE * height / picture_height * (1 + ZOOM * swing(ZOOM_S))
        angle = ROLL_RAD * swing(ROLL_S)
        linear = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) * scale
        pivot = np.array([picture_width / 2, min(picture_height / 2, height / scale / 2)])
        centre = np.array([width * (0.5 + SWAY * swing(SWAY_S)), height * (0.5 + NOD * swing(NOD_S))])
        return np.column_stack([linear, centre - linear @ pivot])
