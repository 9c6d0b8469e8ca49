"""The decoded frames of one stream as 8-bit SDR images, each by its own tags: a film may change them in the middle.

What comes out means what the first frame meant, so outputs are tagged once. Knows when colours change; colour.py and
hdr.py know how they are converted.
"""

import logging

import av
import numpy as np
from numpy.typing import NDArray

from engines.hdr_light import Light
from engines.types import Image
from realtime.colour import BT709, ToBgr, has_alpha, settle, tags_of
from realtime.hdr import HDR_TRANSFERS, HdrToBgr, is_hdr, said_light, settle_hdr
from realtime.types import ColourTags

logger = logging.getLogger(__name__)

OPAQUE = 255
SDR = ColourTags(BT709, BT709, BT709)


class FrameReader:
    """first: the first frame. light: of an HDR film, None for what the film says of itself. For one thread.

    tags: what images are to be tagged as when they are written. name: of the stream, for messages.
    """

    def __init__(self, first: av.VideoFrame, name: str, light: Light | None = None) -> None:
        self._name, self._light = name, light
        self._converters: dict[ColourTags, ToBgr | HdrToBgr] = {}
        self._said_black = False
        said = tags_of(first)
        self.tags = SDR if is_hdr(said) else settle(said, (first.width, first.height))

    def __call__(self, frame: av.VideoFrame) -> Image:
        """(H, W, 3) uint8 BGR of the frame's own size; a new array."""
        said = tags_of(frame)
        tags = settle_hdr(said) if is_hdr(said) else settle(said, (frame.width, frame.height))
        if tags not in self._converters:
            self._converters[tags] = self._converter(tags, frame)
        converter = self._converters[tags]
        if isinstance(converter, ToBgr) and has_alpha(frame):
            return self._on_black(*converter.with_alpha(frame))
        return converter(frame)

    def _on_black(self, straight: Image, alpha: NDArray[np.uint8]) -> Image:
        """As players show what is transparent."""
        if alpha.min() == OPAQUE:
            return np.ascontiguousarray(straight)
        if not self._said_black:
            self._said_black = True
            logger.warning("%s: what is transparent is shown on black", self._name)
        share = alpha[:, :, np.newaxis].astype(np.uint16)
        return np.asarray((straight * share + OPAQUE // 2) // OPAQUE, np.uint8)

    def _converter(self, tags: ColourTags, frame: av.VideoFrame) -> ToBgr | HdrToBgr:
        if not is_hdr(tags):
            return ToBgr(tags)
        logger.warning("%s: HDR (%s) was converted to SDR", self._name, HDR_TRANSFERS[tags.transfer])
        return HdrToBgr(tags, self._light or said_light(frame))
