"""Which cameras there are, by what they are asked for, and what they can give.

Knows Linux's sysfs and two ioctls (videodev2.h); elsewhere numbers are tried. A virtual camera, ours among them, is no
camera to read from: a run that watched itself would show a hall of mirrors.
"""

import logging
import os
import re
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

logger = logging.getLogger(__name__)

PROBED = 5
"""Numbers tried where the system has no list of cameras."""
SYSFS = Path("/sys/class/video4linux")
CAPTURE, DISCRETE = 1, 1
FORMAT, SIZE = "=III32sIIIII", "=IIIIIIIIIII"
"""struct v4l2_fmtdesc (index, type, flags, description, fourcc ...) and v4l2_frmsizeenum (index, fourcc, kind, width,
height ...)."""
ENUM_FORMAT = 3 << 30 | struct.calcsize(FORMAT) << 16 | ord("V") << 8 | 2
ENUM_SIZE = 3 << 30 | struct.calcsize(SIZE) << 16 | ord("V") << 8 | 74
MOST = 64


@dataclass(frozen=True, slots=True)
class CameraListing:
    """A camera. where: what --input (or virtual: in --output) takes. formats: e.g. {"MJPG": ((1280, 720), ...)}."""

    where: str
    name: str
    formats: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


def list_cameras(devices: Path = SYSFS, *, try_number: Callable[[int], bool] | None = None) -> list[CameraListing]:
    """The cameras of this machine. try_number: whether camera N opens, where the system has no list."""
    if sys.platform == "linux":
        return _listings(node for node in _nodes(devices) if not _is_virtual(node) and _first_of_its_device(node))
    if try_number is None:
        return []
    return [CameraListing(str(number), f"camera {number}") for number in range(PROBED) if try_number(number)]


def list_virtual_cameras(devices: Path = SYSFS) -> list[CameraListing]:
    """The v4l2loopback devices of this machine; elsewhere OBS's camera cannot be listed."""
    return _listings(node for node in _nodes(devices) if _is_virtual(node)) if sys.platform == "linux" else []


def camera_called(name: str, cameras: list[CameraListing]) -> CameraListing | None:
    """The camera whose name is `name`, or the only one whose name has `name` in it; case does not matter."""
    wanted = name.casefold()
    exact = [camera for camera in cameras if camera.name.casefold() == wanted]
    found = exact or [camera for camera in cameras if wanted in camera.name.casefold()]
    return found[0] if len(found) == 1 or exact else None


def _nodes(devices: Path) -> list[Path]:
    return sorted(devices.glob("video*"), key=lambda node: int(re.sub(r"\D", "", node.name) or 0))


def _listings(nodes: Iterable[Path]) -> list[CameraListing]:
    """Those that are still there: a camera may be unplugged while it is asked for its name."""
    listings = []
    for node in nodes:
        where = f"/dev/{node.name}"
        try:
            name = (node / "name").read_text(errors="replace").strip()
        except OSError as error:
            logger.debug("%s is gone: %s", node.name, error)
            continue
        listings.append(CameraListing(where, name, dict(_formats(where))))
    return listings


def _is_virtual(node: Path) -> bool:
    """v4l2loopback's devices hang on no bus."""
    return "virtual" in node.resolve().parts


def _first_of_its_device(node: Path) -> bool:
    """A webcam's later nodes carry metadata, not pictures."""
    try:
        return int((node / "index").read_text()) == 0
    except (OSError, ValueError):
        return True


def _formats(where: str) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    """Pixel formats and sizes, as the driver tells them; nothing when it does not."""
    try:
        device = os.open(where, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return
    try:
        for index in range(MOST):
            told = _ask(device, ENUM_FORMAT, struct.pack(FORMAT, index, CAPTURE, 0, b"", 0, 0, 0, 0, 0))
            if told is None:
                return
            code = told[44:48]
            name = "".join(letter for letter in code.decode("ascii", "ignore") if letter.isprintable()).strip()
            yield name, tuple(_sizes(device, int.from_bytes(code, sys.byteorder)))
    finally:
        os.close(device)


def _sizes(device: int, code: int) -> Iterator[tuple[int, int]]:
    for index in range(MOST):
        told = _ask(device, ENUM_SIZE, struct.pack(SIZE, index, code, *[0] * 9))
        if told is None:
            return
        _, _, kind, width, height, *_ = struct.unpack(SIZE, told)
        if kind != DISCRETE:  # a range of sizes: any will do
            return
        yield width, height


def _ask(device: int, request: int, content: bytes) -> bytes | None:
    import fcntl  # noqa: PLC0415  not on Windows

    try:
        return fcntl.ioctl(device, request, content)
    except OSError:
        return None
