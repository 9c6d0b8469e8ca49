"""Pictures as messages of a WebSocket: JPEG, or a video codec where the browser has WebCodecs.

Knows the bytes of one picture; knows nothing of sockets and of when to send.
"""

from collections.abc import Callable
from typing import Protocol

import av
import cv2
import numpy as np
from av.error import FFmpegError

from engines.types import Image
from models.errors import UserError
from realtime.pictures.header import JPEG
from realtime.pictures.reading import judge
from realtime.web.broadcast import Shown
from realtime.web.decoders import MOST_PIXELS, open_decoder, refuse_large_vp8
from realtime.web.encoders import MOST_AT_720P, Adapting, LiveH264Encoder, LiveVp8Encoder
from realtime.web.session import Arrival
from realtime.web.tracks import DecodedPicture, VideoReader, VideoWriter

TICKS_PER_MS = 90
QUALITY = 85
VP8 = "libvpx"


class FrameCodec(Protocol):
    """How one conversation's pictures travel. `read` and `write` each by one thread at a time."""

    def read(self, stamp_ms: int, data: bytes) -> Arrival | None:
        """A picture that came; None when it shows nothing without an earlier one.

        Raises ValueError when it cannot be read, which an Arrival may find only later."""
        ...

    def write(self, shown: Shown, *, is_key: bool) -> tuple[bytes, bool]:
        """A picture to be sent, and whether a decoder can begin with it, which is_key makes sure of."""
        ...

    def slow_down(self, share: float) -> None:
        """Make at most this share (0..1) of the bits that help."""
        ...


class JpegPicture:
    """An Arrival that came as a JPEG; read in the session's thread."""

    def __init__(self, stamp_ms: int, jpeg: bytes) -> None:
        self.pts = stamp_ms * TICKS_PER_MS
        self._jpeg = jpeg

    def read(self) -> Image:
        """Its pixels, by the quickest decoder: a canvas writes neither EXIF nor colour profiles."""
        try:
            judge(self._jpeg, "the picture", MOST_PIXELS, formats=(JPEG,))
        except UserError as error:
            raise ValueError(str(error)) from error
        pixels = cv2.imdecode(np.frombuffer(self._jpeg, np.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise ValueError("the picture is damaged")
        return np.asarray(pixels, np.uint8)


class JpegFrameCodec:
    """Each picture for itself."""

    def __init__(self) -> None:
        self._quality = QUALITY

    def read(self, stamp_ms: int, data: bytes) -> Arrival | None:
        return JpegPicture(stamp_ms, data)

    def write(self, shown: Shown, *, is_key: bool) -> tuple[bytes, bool]:  # noqa: ARG002  every one is
        _, encoded = cv2.imencode(".jpg", shown.image, [cv2.IMWRITE_JPEG_QUALITY, self._quality])
        return np.asarray(encoded).tobytes(), True

    def slow_down(self, share: float) -> None:
        self._quality = max(30, round(QUALITY * share))


class VideoFrameCodec:
    """A tenth of JPEG's bytes, since most of a picture was in the one before."""

    def __init__(self, decoder: str, encoder: Adapting) -> None:
        self._decoder, self._is_vp8 = open_decoder(decoder), decoder == VP8
        self._reader, self._writer, self._encoder = VideoReader(), VideoWriter(), encoder

    def read(self, stamp_ms: int, data: bytes) -> Arrival | None:
        packet = av.Packet(data)
        packet.pts = stamp_ms * TICKS_PER_MS
        try:
            if self._is_vp8:
                refuse_large_vp8(data)
            frames: list[av.VideoFrame] = self._decoder.decode(packet)
        except FFmpegError as error:
            raise ValueError(str(error)) from error
        return DecodedPicture(frames[-1], self._reader) if frames else None

    def write(self, shown: Shown, *, is_key: bool) -> tuple[bytes, bool]:
        return self._encoder.coded(self._writer(shown), is_key=is_key)

    def slow_down(self, share: float) -> None:
        self._encoder.target_bitrate = int(share * MOST_AT_720P)


FRAME_CODECS: dict[str, Callable[[], FrameCodec]] = {
    "jpeg": JpegFrameCodec,
    "vp8": lambda: VideoFrameCodec(VP8, LiveVp8Encoder()),
    "h264": lambda: VideoFrameCodec("h264", LiveH264Encoder()),
}
"""By the name a page asks for."""
