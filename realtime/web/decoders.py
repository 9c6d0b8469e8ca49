"""Video decoders that refuse large pictures before there is memory for them; also in the place of aiortc's.

One limit for everything that comes from visitors. libav's own is told to it; libvpx takes its memory before libav knows
the size, so that is read from the bytes. Knows codecs; knows nothing of connections.
"""

from errno import EINVAL
from typing import Any, cast

import av
from aiortc import RTCRtpCodecParameters
from aiortc.codecs import get_decoder
from aiortc.codecs.base import Decoder
from aiortc.codecs.h264 import H264Decoder
from aiortc.codecs.vpx import Vp8Decoder
from aiortc.jitterbuffer import JitterFrame
from av.frame import Frame

MOST_PIXELS = 1920 * 1200
"""Of one picture: what the page sends at most, with its strip."""
VP8_START, VP8_HEADER = b"\x9d\x01\x2a", 10


def open_decoder(name: str) -> Any:
    """One of libav's decoders, by its name there, for one stream of live pictures."""
    decoder = cast("Any", av.CodecContext.create(name, "r"))
    decoder.thread_count = 1
    return bounded(decoder)


def bounded(decoder: Any) -> Any:
    """A decoder of libav's that was not used yet, with the limit."""
    decoder.options = {"max_pixels": str(MOST_PIXELS)}
    return decoder


def refuse_large_vp8(data: bytes) -> None:
    """Raises FFmpegError for a coded picture of VP8 that says it is too large (RFC 6386, 9.1)."""
    if len(data) >= VP8_HEADER and not data[0] & 1 and data[3:6] == VP8_START:
        width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        if width * height > MOST_PIXELS:
            raise av.error.InvalidDataError(EINVAL, f"{width} x {height} pixels; at most {MOST_PIXELS} are read")


class BoundedH264Decoder(H264Decoder):
    """aiortc's, with the limit."""

    def __init__(self) -> None:
        super().__init__()
        bounded(self.codec)


class BoundedVp8Decoder(Vp8Decoder):
    """aiortc's, with the limit."""

    def __init__(self) -> None:
        super().__init__()
        bounded(self.codec)

    def decode(self, encoded_frame: JitterFrame) -> list[Frame]:
        """Raises FFmpegError, which has aiortc ask for a key frame."""
        refuse_large_vp8(encoded_frame.data)
        return super().decode(encoded_frame)


DECODERS: dict[str, type[Decoder]] = {"video/h264": BoundedH264Decoder, "video/vp8": BoundedVp8Decoder}


def bounded_decoder(codec: RTCRtpCodecParameters) -> Decoder:
    """As aiortc's get_decoder."""
    kind = DECODERS.get(codec.mimeType.lower())
    return get_decoder(codec) if kind is None else kind()
