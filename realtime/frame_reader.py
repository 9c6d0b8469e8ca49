"""The decoded frames of one stream as 8-bit SDR images, each by its own tags: a film may change them in the middle.

What comes out means what the first frame meant, so outputs are tagged once. Knows when colours change; colour.py and
hdr.py know how they are converted.
"""

import logging

import av

from engines.hdr_light import Light
from engines.types import Image
from realtime.colour import BT709, ToBgr, settle, tags_of
from realtime.hdr import HDR_TRANSFERS, HdrToBgr, is_hdr, said_light, settle_hdr
from realtime.types import ColourTags

logger = logging.getLogger(__name__)

SDR = ColourTags(BT709, BT709, BT709)


class FrameReader:
    """first: the first frame. light: of an HDR film, None for what the film says of itself. For one thread.

    tags: what images are to be tagged as when they are written. name: of the stream, for messages.
    """

    def __init__(self, first: av.VideoFrame, name: str, light: Light | None = None) -> None:
        self._name, self._light = name, light
        self._converters: dict[ColourTags, ToBgr | HdrToBgr] = {}
        said = tags_of(first)
        self.tags = SDR if is_hdr(said) else settle(said, (first.width, first.height))

    def __call__(self, frame: av.VideoFrame) -> Image:
        """(H, W, 3) uint8 BGR of the frame's own size; a new array."""
        said = tags_of(frame)
        tags = settle_hdr(said) if is_hdr(said) else settle(said, (frame.width, frame.height))
        if tags not in self._converters:
            self._converters[tags] = self._converter(tags, frame)
        return self._converters[tags](frame)

    def _converter(self, tags: ColourTags, frame: av.VideoFrame) -> ToBgr | HdrToBgr:
        if not is_hdr(tags):
            return ToBgr(tags)
        logger.warning("%s: HDR (%s) was converted to SDR", self._name, HDR_TRANSFERS[tags.transfer])
        return HdrToBgr(tags, self._light or said_light(frame))
