"""The decoded frames of one stream as 8-bit SDR images, each by its own tags: a video may change them in the middle.

What comes out means what the first frame meant, so outputs are tagged once. Knows when colours change; colour.py and
hdr.py know how they are converted.
"""

import logging
from dataclasses import replace

import av
from av.video.reformatter import VideoReformatter

from engines.image.hdr_light import Light, WidePlanes
from engines.types import Image
from realtime.media.colour import BT709, ToBgr, has_alpha, settle, tags_of
from realtime.media.hdr import HDR_TRANSFERS, HdrToBgr, hdr_facts, is_hdr, planes_of, said_light, settle_hdr, ten_bit
from realtime.pictures.original import BLACK, OPAQUE, Original, on_ground
from realtime.types import ColourTags

logger = logging.getLogger(__name__)

HIDING = 2
"""Most of OPAQUE that nobody can see through. What hides there is not handed on: many players ignore transparency."""
SDR = ColourTags(BT709, BT709, BT709)


class FrameReader:
    """first: the first frame. light: of an HDR video, None for what the video says of itself. For one thread.

    keeps_hdr: `planes` are wanted too; hdr: what they are, None where the video is no HDR or that is not wanted.

    tags: what images are to be tagged as when they are written. name: of the stream, for messages. has_alpha: whether
    images may be transparent.
    original: what the latest image was made of, where that is transparent: it is seen on black, as in players.
    """

    def __init__(self, first: av.VideoFrame, name: str, light: Light | None = None, *, keeps_hdr: bool = False) -> None:
        self._name, self._light = name, light
        self._reformatter = VideoReformatter()
        self._kept: tuple[av.VideoFrame, av.VideoFrame] | None = None
        self._converters: dict[ColourTags, ToBgr | HdrToBgr] = {}
        self._loss_is_told = False
        self.original: Original | None = None
        said = tags_of(first)
        self.tags = SDR if is_hdr(said) else settle(said, (first.width, first.height))
        self.hdr = hdr_facts(first, light) if keeps_hdr and is_hdr(said) else None
        self.has_alpha = has_alpha(first) and self.hdr is None

    def __call__(self, frame: av.VideoFrame) -> Image:
        """(H, W, 3) uint8 BGR of the frame's own size; a new array."""
        said = tags_of(frame)
        tags = settle_hdr(said) if is_hdr(said) else settle(said, (frame.width, frame.height))
        if self.hdr is not None and is_hdr(tags):
            frame, tags = self._ten_bit(frame, tags), replace(tags, full_range=False)
        if tags not in self._converters:
            self._converters[tags] = self._converter(tags, frame)
        converter, self.original = self._converters[tags], None
        return self._on_black(frame, converter, tags) if has_alpha(frame) else converter(frame)

    def planes(self, frame: av.VideoFrame) -> WidePlanes | None:
        """What the image was made of, as HdrFacts says; None for a frame that is not of that kind."""
        said = tags_of(frame)
        if self.hdr is None or not is_hdr(said) or replace(settle_hdr(said), full_range=False) != self.hdr.tags:
            return None
        return planes_of(self._ten_bit(frame, settle_hdr(said)))

    def _ten_bit(self, frame: av.VideoFrame, tags: ColourTags) -> av.VideoFrame:
        """Asked for twice of each frame, made once."""
        if self._kept is None or self._kept[0] is not frame:
            self._kept = frame, ten_bit(frame, tags, self._reformatter)
            self._tell_of_alpha(frame, tags)
        return self._kept[1]

    def _tell_of_alpha(self, frame: av.VideoFrame, tags: ColourTags) -> None:
        """Once, that HDR is kept without transparency."""
        if self._loss_is_told or not has_alpha(frame) or ToBgr(tags).with_alpha(frame)[1].min() == OPAQUE:
            return
        self._loss_is_told = True
        logger.warning("%s: what is transparent is black: --hdr keep keeps no transparency, SDR does", self._name)

    def _on_black(self, frame: av.VideoFrame, converter: ToBgr | HdrToBgr, tags: ColourTags) -> Image:
        if isinstance(converter, ToBgr):
            straight, alpha = converter.with_alpha(frame)
        else:
            straight, alpha = converter(frame), ToBgr(tags).with_alpha(frame)[1]
        if alpha.min() == OPAQUE:
            return straight
        straight[alpha <= HIDING] = BLACK
        seen = on_ground(straight, alpha, BLACK)
        self.original = Original(seen, straight, None, alpha, BLACK)
        return seen

    def _converter(self, tags: ColourTags, frame: av.VideoFrame) -> ToBgr | HdrToBgr:
        if not is_hdr(tags):
            return ToBgr(tags)
        if self.hdr is None:
            curve = HDR_TRANSFERS[tags.transfer]
            logger.warning("%s: HDR (%s) was converted to SDR; --hdr keep keeps it", self._name, curve)
        return HdrToBgr(tags, self._light or said_light(frame))
