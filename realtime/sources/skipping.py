"""Getting to a moment in a video without decoding all that lies before it.

A picture can be decoded from the key frame before it on: until the last one before the moment, packets are only read.

Knows packets; knows nothing of pictures.
"""

from collections.abc import Iterator

import av

from realtime.sources.packets import PicturePacket

MOST_HELD = 2000
"""Packets since the last key frame that are kept; of a video with fewer key frames, more is decoded."""


class KeyFrameSkip:
    """What lies between a video's packets and its decoder: it lets all through, until it is told to skip.

    decoder: it forgets what it held when something was skipped.
    """

    def __init__(self, decoder: av.VideoCodecContext) -> None:
        self._decoder = decoder
        self._held: list[PicturePacket] = []
        self._at: int | None = None

    def skip_to(self, at: int) -> None:
        """Let nothing through until `at` (units of the stream); then what is needed to decode from there on."""
        self._at = at

    def due(self, packet: "PicturePacket | None") -> list[PicturePacket]:
        """The packets that are to be decoded now that `packet` was read; None: there are no more."""
        if self._at is None:
            return [] if packet is None else [packet]
        if packet is not None:
            if packet.is_keyframe:
                self._held.clear()
            self._held.append(packet)
            is_there = packet.dts is not None and packet.dts >= self._at
            if not is_there and len(self._held) < MOST_HELD:
                return []
        self._at = None
        held, self._held = self._held, []
        if held and held[0].is_keyframe:  # else the decoder is still at the key frame before them
            self._decoder.flush_buffers()
        return held


def pictures_from(at: int, frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Those that are seen at `at` (units of the stream) or later: the first one may have begun before."""
    before = None
    for frame in frames:
        if (frame.pts or 0) < at:
            before = frame
            continue
        if before is not None:
            yield before
            before = None
        yield frame
    if before is not None:
        yield before
