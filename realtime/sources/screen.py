"""The screen as a source, through mss: a monitor or a rectangle of the desktop. Windows, macOS and X11.

Wayland shows no program what others draw unless a person agrees in a dialogue (PipeWire portal), which mss cannot ask
for; there a black picture would come, so it is refused instead. Knows screens; knows nothing of what is on them.
"""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import mss
import numpy as np

from engines.image.geometry import fit_into
from engines.types import Image
from realtime.errors import SourceError
from realtime.sources.pacing import Pacer
from realtime.types import Frame, StreamInfo

PLACE = r"(?P<x>-?\d{1,6}),(?P<y>-?\d{1,6}),(?P<width>\d{1,6})x(?P<height>\d{1,6})"
GRAMMAR = re.compile(rf"screen(?::(?:(?P<number>\d{{1,4}})|{PLACE}))?")
DEFAULT_RATE = Fraction(30)
LEAST_PX = 16


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the desktop, px."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def of(cls, monitor: Mapping[str, Any]) -> "Area":
        """monitor: as mss gives it."""
        return cls(monitor["left"], monitor["top"], monitor["width"], monitor["height"])

    def as_mss(self) -> dict[str, int]:
        return {"left": self.left, "top": self.top, "width": self.width, "height": self.height}


class ScreenSource:
    """Grabs a part of the screen at a steady rate.

    where: "screen" (the first monitor), "screen:2", or "screen:X,Y,WxH" in px of the whole desktop. size_wh: what the
    picture is fitted into; None keeps its size. Raises SourceError.
    """

    def __init__(self, where: str, *, size_wh: tuple[int, int] | None = None, rate: Fraction | None = None) -> None:
        self._area = find_area(where)
        self._closed = threading.Event()
        size = size_wh or (self._area.width, self._area.height)
        self.info = StreamInfo(where, size, rate or DEFAULT_RATE, live=True)

    def frames(self) -> Iterator[Frame]:
        pacer, number = Pacer(self.info.rate, self._closed), 0
        with _connected() as screen:  # made here, because X11 and GDI want one connection per thread
            while not self._closed.is_set():
                number = pacer.wait_for(number)
                captured_ns = time.monotonic_ns()
                image = fit_into(_grab(screen, self._area), self.info.size_wh)
                yield Frame(image, number, captured_ns, pts=int(number / self.info.rate / self.info.time_base))
                number += 1

    def close(self) -> None:
        self._closed.set()


def find_area(where: str) -> Area:
    """The rectangle that `where` means on this desktop. Raises SourceError when it is not on it."""
    match = GRAMMAR.fullmatch(where)
    if match is None:
        raise SourceError(f"--input {where} is not a part of a screen", remedy="use screen, screen:2 or screen:X,Y,WxH")
    with _connected() as screen:
        desktop, *monitors = [Area.of(monitor) for monitor in screen.monitors]
    if match["width"] is not None:
        area = Area(*(int(match[key]) for key in ("x", "y", "width", "height")))
        if not _is_within(area, desktop) or min(area.width, area.height) < LEAST_PX:
            size = f"{desktop.width}x{desktop.height} from {desktop.left},{desktop.top}"
            raise SourceError(f"--input {where} is not on the desktop", remedy=f"it is {size}")
        return area
    number = int(match["number"] or 1)
    if not 1 <= number <= len(monitors):
        raise SourceError(f"there is no screen {number}", remedy=f"use screen:1 to screen:{len(monitors)}")
    return monitors[number - 1]


def _connected() -> mss.MSS:
    if sys.platform == "linux" and os.environ.get("XDG_SESSION_TYPE") == "wayland":
        raise SourceError(
            "Wayland does not let programs see the screen",
            remedy="log in to an X11 session, or send the screen with OBS and read its virtual camera",
        )
    try:
        return mss.MSS()
    except mss.ScreenShotError as error:
        raise SourceError(
            f"the screen cannot be read: {error}", remedy="run it in a desktop session (on X11, set DISPLAY)"
        ) from error


def _grab(screen: mss.MSS, area: Area) -> Image:
    try:
        shot = screen.grab(area.as_mss())
    except mss.ScreenShotError as error:
        raise SourceError(f"the screen was lost: {error}", remedy="is the desktop still there?") from error
    pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR), np.uint8)


def _is_within(area: Area, desktop: Area) -> bool:
    return (
        desktop.left <= area.left
        and desktop.top <= area.top
        and area.left + area.width <= desktop.left + desktop.width
        and area.top + area.height <= desktop.top + desktop.height
    )
