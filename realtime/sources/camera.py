"""Cameras, through OpenCV: the only user of cv2.VideoCapture.

The reader takes every frame as soon as the driver has it, so the driver's own queue (four frames on V4L2, 133 ms) stays
empty; a slot behind it drops what is too much.

Knows devices; knows nothing of what happens to a frame.
"""

import errno
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from engines.types import Image
from realtime.choices import NUMBER
from realtime.errors import SourceError
from realtime.sources.camera_list import list_cameras
from realtime.sources.health import PictureHealth, RateHealth
from realtime.types import Frame, StreamInfo

logger = logging.getLogger(__name__)

DEFAULT_SIZE_WH, DEFAULT_RATE = (1280, 720), Fraction(30)
FAILED_GRABS = 10
"""In a row, before a camera counts as lost."""
BACKENDS = {
    "linux": {"V4L2": cv2.CAP_V4L2},
    "win32": {"DirectShow": cv2.CAP_DSHOW, "Media Foundation": cv2.CAP_MSMF},
    "darwin": {"AVFoundation": cv2.CAP_AVFOUNDATION},
}
"""By platform, in the order they are tried: DirectShow opens at once, Media Foundation knows more cameras."""
GRAB_TIMEOUT_S = 1
"""OpenCV waits 10 s for a V4L2 picture; ten of those would make a pulled cable known after 100 s."""


class Capture(Protocol):
    """What is used of cv2.VideoCapture."""

    def isOpened(self) -> bool: ...  # noqa: N802  OpenCV's name
    def set(self, prop: int, value: float) -> bool: ...
    def get(self, prop: int) -> float: ...
    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


def open_capture(where: str, backend: int) -> Capture:
    """OpenCV's capture of a number or a device path, asked to keep quiet. backend: one of cv2.CAP_*."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(GRAB_TIMEOUT_S))  # the only way to say it
    device: int | str = int(where) if NUMBER.fullmatch(where) else where
    return cv2.VideoCapture(device, backend)


class CameraSource:
    """One camera, from opening until closed or lost.

    where: a number or /dev/videoN. opener: makes the capture; for tests. Raises SourceError.
    """

    def __init__(
        self,
        where: str,
        *,
        size_wh: tuple[int, int] | None = None,
        rate: Fraction | None = None,
        opener: Callable[[str, int], Capture] = open_capture,
    ) -> None:
        self._where = where
        self._closed = False
        self._watch = PictureHealth(f"camera {where}")
        capture, reasons = _first_that_opens(where, opener)
        if capture is None:
            raise SourceError(f"camera {where} does not open: {'; '.join(reasons)}", remedy=_what_to_do(where))
        self._capture = capture
        width, height = size_wh or DEFAULT_SIZE_WH
        # MJPG first: uncompressed 720p does not fit through USB 2 at 30 fps. Then the size, then the rate.
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        self._capture.set(cv2.CAP_PROP_FPS, float(rate or DEFAULT_RATE))
        self.info = self._describe(rate or DEFAULT_RATE)
        self._say_what_was_given((width, height), rate or DEFAULT_RATE, insisted=size_wh is not None)
        self._pace = RateHealth(f"camera {where}", self.info.rate)

    def frames(self) -> Iterator[Frame]:
        number, failed, began_ns = 0, 0, time.monotonic_ns()
        try:
            while not self._closed:
                grabbed = self._capture.grab()
                captured_ns = time.monotonic_ns()
                image = self._retrieve() if grabbed else None
                if image is None:
                    failed += 1
                    if failed >= FAILED_GRABS:
                        raise SourceError(
                            f"camera {self._where} was lost: it gave no picture {FAILED_GRABS} times in a row",
                            remedy="check its cable and that no other program took it, then start again",
                        )
                    continue
                failed = 0
                self._watch.look(image, captured_ns)
                self._pace.note(captured_ns)
                pts = int((captured_ns - began_ns) / 1e9 / self.info.time_base)
                yield Frame(image, number, captured_ns, pts)
                number += 1
        finally:
            self._capture.release()

    def close(self) -> None:
        """The reading thread releases the device after its current frame."""
        self._closed = True

    def _retrieve(self) -> Image | None:
        decoded, image = self._capture.retrieve()
        return np.ascontiguousarray(image, np.uint8) if decoded and image is not None else None

    def _describe(self, asked: Fraction) -> StreamInfo:
        width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        said = self._capture.get(cv2.CAP_PROP_FPS)
        rate = Fraction(said).limit_denominator(1001) if said > 0 else asked
        return StreamInfo(f"camera {self._where}", (width, height), rate, live=True)

    def _say_what_was_given(self, asked_wh: tuple[int, int], rate: Fraction, *, insisted: bool) -> None:
        """A driver takes what is asked as a wish. insisted: somebody named the size, so another one is worth a word."""
        width, height = self.info.size_wh
        logger.log(
            logging.WARNING if insisted and self.info.size_wh != asked_wh else logging.INFO,
            "camera %s: asked for MJPG %dx%d at %.4g a second, given %s %dx%d at %.4g",
            *(self._where, *asked_wh, float(rate)),
            *(_spelled(int(self._capture.get(cv2.CAP_PROP_FOURCC))), width, height, float(self.info.rate)),
        )


def opens(number: int) -> bool:
    """Whether camera `number` opens: how cameras are found where the system has no list of them."""
    capture, _ = _first_that_opens(str(number), open_capture)
    if capture is not None:
        capture.release()
    return capture is not None


def _first_that_opens(where: str, opener: Callable[[str, int], Capture]) -> tuple[Capture | None, list[str]]:
    """The capture of the first backend that opens the camera, and why those before it did not."""
    reasons: list[str] = []
    for name, backend in BACKENDS.get(sys.platform, {"OpenCV": cv2.CAP_ANY}).items():
        capture = opener(where, backend)
        if capture.isOpened():
            return capture, reasons
        capture.release()
        reasons.append(f"{name}: {_why_not(where)}")
    return None, reasons


def _spelled(fourcc: int) -> str:
    """The four letters of a pixel format; "?" where a driver does not say."""
    letters = fourcc.to_bytes(4, "little", signed=fourcc < 0).decode("ascii", errors="replace")
    return letters if letters.isprintable() else "?"


def _device_path(where: str) -> Path:
    return Path(f"/dev/video{where}" if where.isdecimal() else where)


def _why_not(where: str) -> str:
    if sys.platform != "linux":
        return "the system gave no reason"
    path = _device_path(where)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
    except OSError as error:
        return f"{path}: {os.strerror(error.errno or errno.EIO)}"
    return f"{path} opens but gives no pictures (another program may be using it)"


def _what_to_do(where: str) -> str:
    path = _device_path(where)
    if sys.platform == "linux" and path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return "sudo usermod -aG video $USER, then log in again"
    cameras = list_cameras(try_number=opens)
    listed = ", ".join(f"{camera.where} ({camera.name})" for camera in cameras)
    return f"use one of: {listed}" if cameras else "plug a camera in, or try --input test"
