"""Pictures into packets whose times every container takes.

x265 leaves the decoding times of a film that is shorter than its look-ahead (one or two frames) as they lay in memory,
and mp4 refuses them after all the work.

Knows times of packets; knows no codec's settings.
"""

from typing import TypeAlias

import av

VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"
MOST_AHEAD_S = 10.0
"""No encoder decodes a picture earlier than this before it is shown: they reorder a second's worth at most."""


def encoded(stream: av.VideoStream, picture: av.VideoFrame | None) -> list[VideoPacket]:
    """The packets that are ready. picture: None for the film's end. Raises av.FFmpegError."""
    packets = stream.encode(picture)
    for packet in packets:
        if packet.pts is not None and not _is_possible(packet):
            packet.dts = packet.pts
    return packets


def _is_possible(packet: VideoPacket) -> bool:
    if packet.pts is None or packet.dts is None:
        return False
    return 0 <= (packet.pts - packet.dts) * packet.time_base <= MOST_AHEAD_S
