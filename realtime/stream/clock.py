"""When a frame happens, as far as the picture is concerned.

Knows which of a frame's two times counts: for a live source the moment of capture, for a file its presentation time,
so that a file gives the same result however fast it is worked through.
"""

from realtime.types import Frame, StreamInfo

NS_PER_S = 1_000_000_000


def stream_time_ns(frame: Frame, info: StreamInfo) -> int:
    """The time of `frame` in the stream `info`, ns, rising from frame to frame; the origin is the stream's own."""
    if info.live:
        return frame.captured_ns
    return int(frame.pts * info.time_base * NS_PER_S)
