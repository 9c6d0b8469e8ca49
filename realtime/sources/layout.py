"""Videos that are meant for more than a flat screen: 3D and 360°. Their pictures are kept, and not the word for it.

Knows what decoded frames and containers say of it; writes nothing.
"""

import logging
import struct

import av
from av.sidedata.sidedata import Type

from realtime.media.hdr import side_data

logger = logging.getLogger(__name__)

FLAT_WORDS = (None, "mono")
"""Matroska's stereo modes of videos that are not 3D."""
FLAT = 0
"""As ffmpeg's AVStereo3D begins."""


def tell_of_layout(first: av.VideoFrame, stream: av.VideoStream, name: str) -> None:
    """Say what players will not be told of a video. first: a decoded frame of the stream. name: for messages."""
    stereo = side_data(first, Type.STEREO3D)
    is_stereo = stereo is not None and struct.unpack_from("=i", stereo)[0] != FLAT
    if is_stereo or stream.metadata.get("stereo_mode") not in FLAT_WORDS:
        logger.warning("%s: not kept: that it is 3D, so players show both views at once", name)
    if side_data(first, Type.SPHERICAL) is not None:
        logger.warning("%s: not kept: that it is a 360° video, so players show it flat", name)
