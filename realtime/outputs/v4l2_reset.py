"""v4l2loopback devices that an earlier program left in a state in which nobody can write to them.

With exclusive_caps=1 such a device says "output" until somebody writes, then "capture". Version 0.12 never says
"output" again when the writer only wrote (pyvirtualcam issue 61, v4l2loopback issue 470): it then says neither, and the
driver has to be loaded anew. The driver's own bookkeeping is put right by a writer that starts streaming and closes.

Knows that state and its cure; knows nothing of pictures.
"""

import logging
import os
import struct

logger = logging.getLogger(__name__)

QUERYCAP = 2 << 30 | 104 << 16 | ord("V") << 8 | 0
STREAMON = 1 << 30 | 4 << 16 | ord("V") << 8 | 18
DEVICE_CAPS_AT = 88
CAPTURE, OUTPUT = 1, 2
OUTPUT_QUEUE = 2
"""Numbers of linux/videodev2.h: struct v4l2_capability has 104 bytes, its device_caps are at 88."""


def reset_device(device: str) -> bool:
    """Make `device` writable again if it says neither "capture" nor "output". Returns whether it was in that state.

    A device that somebody writes to says "capture" and is left alone.
    """
    import fcntl  # noqa: PLC0415  not on Windows

    try:
        handle = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        told = fcntl.ioctl(handle, QUERYCAP, bytes(104))
        if struct.unpack_from("=I", told, DEVICE_CAPS_AT)[0] & (CAPTURE | OUTPUT):
            return False
        try:
            fcntl.ioctl(handle, STREAMON, struct.pack("=i", OUTPUT_QUEUE))
        except OSError as error:  # it has no buffers yet; that we are a writer is noted all the same
            logger.debug("%s: %s", device, error)
    except OSError as error:
        logger.debug("%s cannot be asked: %s", device, error)
        return False
    finally:
        os.close(handle)
    logger.info("%s was left unusable by an earlier program and was reset", device)
    return True
