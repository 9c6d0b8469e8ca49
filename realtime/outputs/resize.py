"""The shape of a video that is written in another size: as large as fits, never stretched, no bars, square pixels.

Knows shapes; scales nothing.
"""

import logging
from dataclasses import replace
from fractions import Fraction

from realtime.types import StreamInfo

logger = logging.getLogger(__name__)


def resized(info: StreamInfo, box_wh: tuple[int, int] | None) -> StreamInfo:
    """`info` of the same pictures, scaled to fit into `box_wh`, px, with even sides; as it is where that is None."""
    if box_wh is None or (box_wh == info.size_wh and info.pixel_aspect == 1):
        return info
    width, height = info.size_wh[0] * float(info.pixel_aspect), info.size_wh[1]
    scale = min(box_wh[0] / width, box_wh[1] / height)
    size_wh = _even(width * scale, box_wh[0]), _even(height * scale, box_wh[1])
    if size_wh != box_wh:
        logger.warning("--size %dx%d: %s keeps its shape and becomes %dx%d", *box_wh, info.name, *size_wh)
    return replace(info, size_wh=size_wh, pixel_aspect=Fraction(1), hdr=None)


def _even(length: float, box: int) -> int:
    """The nearest even length, which 4:2:0 needs; the box's own where it is filled."""
    return box if round(length) == box else max(2, 2 * round(length / 2))
