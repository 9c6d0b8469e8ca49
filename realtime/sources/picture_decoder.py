"""The decoder of a video's pictures, or several, one after another: of recordings in other codecs that were joined.

Knows when another one takes over; which it is, a packet says (realtime/media/joined_streams.py).
"""

from typing import cast

import av

from realtime.media.ffmpeg import BOUNDS
from realtime.media.joined_streams import foreign_decoder
from realtime.sources.packets import PicturePacket

FILE_THREADS, LIVE_THREADS = "AUTO", "SLICE"
"""Decoding several frames at once is faster, and holds back as many: 67 ms of a 30 fps stream on two cores."""


class PictureDecoder:
    """main: of the track's own codec. live: its pictures must not wait. For one thread."""

    def __init__(self, main: av.VideoCodecContext, *, live: bool) -> None:
        self._main = self._now = main
        self._threads = main.thread_type = LIVE_THREADS if live else FILE_THREADS
        main.options = BOUNDS

    def decode(self, packet: "PicturePacket | None") -> list[av.VideoFrame]:
        """The frames that are ready; None for those that are left. Raises av.FFmpegError."""
        other = None if packet is None else cast("av.VideoCodecContext | None", foreign_decoder(packet))
        decoder = self._now if packet is None else other or self._main
        if decoder is self._now:
            return decoder.decode(packet)
        before, self._now = self._now, decoder
        if not decoder.is_open:
            decoder.thread_type, decoder.options = self._threads, BOUNDS
        left = before.decode(None)
        before.flush_buffers()  # it may be needed again
        return [*left, *decoder.decode(packet)]

    def rest(self) -> None:
        """Have its threads wait for nothing."""
        self._now.flush_buffers()
