"""Pictures into packets whose times every container takes.

x265 leaves the decoding times of a video that is shorter than its look-ahead (one or two frames) as they lay in memory,
and mp4 refuses them after all the work.

Knows times of packets; knows no codec's settings.
"""

from typing import TypeAlias

import av

VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"
SHORT = 2
"""Pictures of a video whose times x265 may leave out."""
MOST_AHEAD_S = 10.0
"""In so short a video, no picture is decoded earlier than this before it is shown. In a longer one it may be: a pause
or slides come between."""


def encoded(stream: av.VideoStream, picture: av.VideoFrame | None) -> list[VideoPacket]:
    """The packets that are ready. picture: None for the video's end. Raises av.FFmpegError."""
    packets = stream.encode(picture)
    is_whole_video = picture is None and 0 < len(packets) <= SHORT and packets[0].is_keyframe
    for packet in packets if is_whole_video else []:
        if packet.pts is not None and not _is_possible(packet):
            packet.dts = packet.pts
    return packets


def _is_possible(packet: VideoPacket) -> bool:
    if packet.pts is None or packet.dts is None:
        return False
    return 0 <= (packet.pts - packet.dts) * packet.time_base <= MOST_AHEAD_S
