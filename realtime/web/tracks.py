"""Pictures on their way through aiortc's tracks: what came from a peer, and what one is sent.

Knows WebRTC media; knows nothing of connections.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from engines.types import Image
from realtime.media.colour import BT601, BT709, UNSPECIFIED, FromBgr, ToBgr, settle, tags_of
from realtime.stream.frame_queue import SlotClosed
from realtime.types import ColourTags
from realtime.web.broadcast import CLOCK, Broadcast, BroadcastOver, Shown
from realtime.web.session import SwapSession

FOOTROOM, HEADROOM = 8, 245
"""Half way between the ends of the limited range (16..235) and of the full one: codecs overshoot a little."""
STRAYS = 0.005
"""Part of a picture that may be outside."""


WRITTEN = ColourTags(BT601, primaries=1, transfer=13)
"""What is sent: VP8 can say nothing else (RFC 6386, 9.2), and H.264 says it (encoders.H264_OPTIONS)."""


class RangeGuess:
    """Whether one sender's numbers span 0..255, although its codec cannot say so.

    Chromium sends a canvas like that and tells it in an RTP extension that aiortc does not know; taken for 16..235,
    shadows turn black and lights white (by 8/255, in a bare echo too). Limited pictures have next to nothing outside.
    """

    def __init__(self) -> None:
        self._is_full = False

    def look(self, frame: av.VideoFrame) -> bool:
        """Once full, always full: a dark scene must not make it flicker."""
        if not self._is_full and frame.format.name == "yuv420p":
            plane = frame.planes[0]
            luma = np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, plane.line_size)[::4, : plane.width : 4]
            self._is_full = bool(np.mean((luma < FOOTROOM) | (luma > HEADROOM)) > STRAYS)
        return self._is_full


class VideoReader:
    """The decoded pictures of one sender -> pixels. For one thread."""

    def __init__(self) -> None:
        self._guess = RangeGuess()
        self.tags: ColourTags | None = None
        """Of the last picture, settled."""

    def __call__(self, frame: av.VideoFrame) -> Image:
        """As Arrival.read."""
        said = tags_of(frame)
        is_full = said.full_range or self._guess.look(frame)
        if is_full and said.matrix == UNSPECIFIED:
            said = replace(said, matrix=BT709)  # a browser's canvas, of any size (measured in Chromium)
        tags = replace(settle(said, (frame.width, frame.height)), full_range=is_full)
        if tags != self.tags:
            self.tags, self._to_bgr = tags, ToBgr(tags)
        return self._to_bgr(frame)


class DecodedPicture:
    """An Arrival that a video decoder made. reader: its sender's."""

    def __init__(self, frame: av.VideoFrame, reader: VideoReader) -> None:
        self._frame, self._reader = frame, reader
        self.pts = int(frame.pts or 0)

    def read(self) -> Image:
        """Its pixels."""
        return self._reader(self._frame)


class VideoWriter:
    """Shown pictures -> planar 4:2:0 of an even size in WRITTEN, as the encoders of WebRTC take it. For one thread."""

    def __init__(self) -> None:
        self._size_wh = 0, 0

    def __call__(self, shown: Shown) -> av.VideoFrame:
        """A new frame."""
        height, width = shown.image.shape[:2]
        size_wh = max(2, width // 2 * 2), max(2, height // 2 * 2)
        if size_wh != self._size_wh:
            self._size_wh, self._from_bgr = size_wh, FromBgr(WRITTEN, size_wh, "yuv420p")
        frame = self._from_bgr(shown.image)
        frame.pts, frame.time_base = shown.pts, CLOCK
        return frame


class NewestFrameTrack(MediaStreamTrack):
    """Sends what a Broadcast shows, newest first."""

    kind = "video"

    def __init__(self, broadcast: Broadcast) -> None:
        super().__init__()
        self._broadcast, self._writer = broadcast, VideoWriter()
        self._number = 0

    async def recv(self) -> av.VideoFrame:
        """The newest picture that was not sent yet, as encoders take it."""
        try:
            self._number, shown = await self._broadcast.after(self._number)
        except BroadcastOver as error:
            self.stop()
            raise MediaStreamError from error
        return await asyncio.to_thread(self._writer, shown)


async def feed(session: SwapSession, track: MediaStreamTrack) -> None:
    """Give a visitor's pictures to their session, until either ends."""
    reader = VideoReader()
    with suppress(MediaStreamError, SlotClosed):
        while True:
            frame = await track.recv()
            if isinstance(frame, av.VideoFrame):
                session.take(DecodedPicture(frame, reader))
