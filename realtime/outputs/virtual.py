"""A virtual camera, through pyvirtualcam: what a video call sees.

A call that lost its camera once does not look for it again, so the device gets a picture at all times: the newest one
at once, the last one again when none comes, words when none came for long, and it is opened again when it goes away.
The size is fixed when it is opened; pictures of another shape are fitted into it.

Knows devices of three systems; knows nothing of faces. What it is given was made fit to be seen before.
"""

import logging
import platform
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Protocol

from engines.image.geometry import fit_into
from engines.types import Image
from models.install import to_add
from realtime.errors import SinkError
from realtime.outputs.encoder_frames import KEPT_IN_FILES, LossOfAlpha
from realtime.outputs.kinds import OUTPUTS, OutputOptions
from realtime.outputs.v4l2_reset import reset_device
from realtime.sources.camera_list import list_virtual_cameras
from realtime.stream.privacy import draw_placeholder
from realtime.types import FrameSink, ShownFrame, StreamInfo

logger = logging.getLogger(__name__)

STARTING, LOST = "Starting", "No picture from the camera"
STALE_S = 2.0
"""After so long without a new picture, words are shown instead of a frozen face."""
REOPEN_S, REOPEN_MOST_S = 0.25, 2.0
"""Wait before a device that went away is tried again: at first, and at most."""
LEAVE_S = 1.0
"""How long `close` waits for a device that is just being opened; one that takes longer is let go when it is there."""
GONE = (OSError, RuntimeError)
"""What drivers, their lists and pyvirtualcam raise while a device goes or comes."""
LATE = 1.5
"""Frame times without a new picture before the last one is sent again."""
FASTEST = 60
CURES = {
    "Linux": "sudo modprobe v4l2loopback devices=1 video_nr=10 card_label=LiveSwap exclusive_caps=1 "
    "(package v4l2loopback-dkms), then run the same command again",
    "Darwin": "install OBS Studio (https://obsproject.com), start its virtual camera once, quit OBS",
    "Windows": "install OBS Studio (https://obsproject.com), start its virtual camera once, quit OBS; or UnityCapture",
}


class Device(Protocol):
    """What is used of pyvirtualcam.Camera."""

    @property
    def device(self) -> str: ...

    def send(self, frame: Image) -> None: ...
    def close(self) -> None: ...


def open_device(where: str | None, size_wh: tuple[int, int], rate: float) -> Device:
    """The device called `where`, or the first there is. Raises RuntimeError with every backend's reason."""
    import pyvirtualcam  # noqa: PLC0415  only where it is asked for

    for device_path in [where] if where else [camera.where for camera in list_virtual_cameras()]:
        if platform.system() == "Linux":
            reset_device(device_path)
    device: Device = pyvirtualcam.Camera(*size_wh, rate, fmt=pyvirtualcam.PixelFormat.BGR, device=where)
    return device


class VirtualCamera:
    """A FrameSink whose device always has a picture. `send` comes from one thread; another repeats and reopens.

    where: "virtual", or "virtual:DEVICE". size_wh: default the source's, made even. opener: makes the device; for
    tests. on_repeat: told of every picture that is sent again; set it before the first frame. reopened: how often the
    device came back. Raises SinkError when there is none.
    """

    def __init__(
        self,
        where: str,
        info: StreamInfo,
        *,
        size_wh: tuple[int, int] | None = None,
        opener: Callable[[str | None, tuple[int, int], float], Device] = open_device,
    ) -> None:
        self._asked = where.partition(":")[2] or None
        width, height = size_wh or info.size_wh
        self._size_wh = (width // 2 * 2, height // 2 * 2)
        rate = min(info.rate, Fraction(FASTEST))
        self._interval_s = float(1 / rate)
        self._opener, self._rate = opener, float(rate)
        self._device: Device | None = self._first_device()
        self.name = f"virtual camera {self._device.device}"
        self._loss = LossOfAlpha(self.name, KEPT_IN_FILES)
        self.on_repeat: Callable[[], None] = lambda: None
        self.reopened = 0
        self._picture = draw_placeholder(self._size_wh, STARTING)
        self._lost_slate = draw_placeholder(self._size_wh, LOST)
        self._newest_s = self._sent_s = time.monotonic()
        self._lock, self._closing = threading.Lock(), threading.Event()
        self._push(self._picture)
        self._keeper = threading.Thread(target=self._keep_alive, name="virtual camera", daemon=True)
        self._keeper.start()

    def send(self, frame: ShownFrame) -> None:
        """Show `frame` at once. A device that went away is no error: it is opened again as soon as it can be."""
        self._loss.note(frame)
        picture = fit_into(frame.image, self._size_wh)
        with self._lock:
            self._picture, self._newest_s = picture, time.monotonic()
            self._push(picture)

    def close(self) -> None:
        """Let the device go. May be called twice."""
        self._closing.set()
        self._keeper.join(timeout=LEAVE_S)
        with self._lock:
            self._let_go()

    def _keep_alive(self) -> None:
        wait_s = REOPEN_S
        while not self._closing.wait(self._interval_s / 2 if self._device is not None else wait_s):
            if self._device is None:
                wait_s = REOPEN_S if self._reopen() else min(2 * wait_s, REOPEN_MOST_S)
                continue
            with self._lock:
                now_s = time.monotonic()
                if now_s - self._sent_s >= LATE * self._interval_s:
                    self._push(self._lost_slate if now_s - self._newest_s > STALE_S else self._picture)
                    self.on_repeat()

    def _push(self, picture: Image) -> None:
        """Hand a picture to the device; note when it is gone. The lock is held, or nobody else is there yet."""
        if self._device is None:
            return
        try:
            self._device.send(picture)
            self._sent_s = time.monotonic()
        except GONE as error:
            logger.warning("%s was lost (%s); it is opened again when it is back", self.name, error)
            self._let_go()

    def _let_go(self) -> None:
        """Close the device, if there is one. The lock is held."""
        device, self._device = self._device, None
        if device is None:
            return
        try:
            device.close()
        except GONE as error:
            logger.debug("%s does not close: %s", self.name, error)

    def _open(self) -> Device:
        return self._opener(self._asked, self._size_wh, self._rate)

    def _reopen(self) -> bool:
        try:
            device = self._open()
        except GONE as error:
            logger.debug("%s is not back: %s", self.name, error)
            return False
        with self._lock:
            self._device = device
            if self._closing.is_set():  # while it was being opened
                self._let_go()
                return False
            self.reopened += 1
            self._push(self._picture)
        logger.warning("%s is back", self.name)
        return True

    def _first_device(self) -> Device:
        try:
            return self._open()
        except ImportError as error:
            raise SinkError(f"pyvirtualcam does not load: {error}", remedy=to_add("virtual")) from error
        except GONE as error:
            device = self._asked or "a virtual camera"
            raise SinkError(
                f"{device} cannot be opened: {'; '.join(str(error).splitlines())}",
                remedy=CURES.get(platform.system(), "this system has no virtual camera that pyvirtualcam knows"),
            ) from error


@OUTPUTS.register("virtual")
def open_virtual(where: str, info: StreamInfo, options: OutputOptions) -> FrameSink:
    """The first device there is, or the one behind the colon."""
    return VirtualCamera(where, info, size_wh=options.size_wh)
