"""Pictures on their way through aiortc's tracks: what came from a peer, and what one is sent.

Knows WebRTC media; knows nothing of connections.
"""

import asyncio
from contextlib import suppress

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from engines.types import Image
from realtime.colour import FromBgr, ToBgr, settle, tags_of
from realtime.slot import SlotClosed
from realtime.types import ColourTags
from realtime.web.broadcast import CLOCK, Broadcast, BroadcastOver, Shown
from realtime.web.session import SwapSession


class DecodedPicture:
    """An Arrival that a video decoder made."""

    def __init__(self, frame: av.VideoFrame) -> None:
        self._frame = frame
        self.pts = int(frame.pts or 0)
        self.tags: ColourTags = settle(tags_of(frame), (frame.width, frame.height))

    def to_bgr(self) -> Image:
        """Its pixels."""
        return ToBgr(self.tags)(self._frame)


class NewestFrameTrack(MediaStreamTrack):
    """Sends what a Broadcast shows, newest first."""

    kind = "video"

    def __init__(self, broadcast: Broadcast) -> None:
        super().__init__()
        self._broadcast = broadcast
        self._number = 0

    async def recv(self) -> av.VideoFrame:
        """The newest picture that was not sent yet, as encoders take it."""
        try:
            self._number, shown = await self._broadcast.after(self._number)
        except BroadcastOver as error:
            self.stop()
            raise MediaStreamError from error
        return await asyncio.to_thread(_planar, shown)


async def feed(session: SwapSession, track: MediaStreamTrack) -> None:
    """Give a visitor's pictures to their session, until either ends."""
    with suppress(MediaStreamError, SlotClosed):
        while True:
            frame = await track.recv()
            if isinstance(frame, av.VideoFrame):
                session.take(DecodedPicture(frame))


def _planar(shown: Shown) -> av.VideoFrame:
    """Planar 4:2:0 of an even size, which is what encoders of WebRTC take."""
    height, width = shown.image.shape[:2]
    frame = FromBgr(shown.tags, (max(2, width // 2 * 2), max(2, height // 2 * 2)), "yuv420p")(shown.image)
    frame.pts, frame.time_base = shown.pts, CLOCK
    return frame
