"""Interlaced frames as whole pictures, one for one, by ffmpeg's bwdif; frames that are not flagged are not touched.

A deinterlacer looks at the frames before and after, so it gives a frame when the next one came; streams without
interlaced frames never wait. Times, colours and side data stay each frame's own.

Knows frames and the filter; knows nothing of files.
"""

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import av.filter

logger = logging.getLogger(__name__)

FILTER = ("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
NOTHING_YET = (av.BlockingIOError, av.EOFError)


def deinterlaced(frames: Iterable[av.VideoFrame], name: str) -> Iterator[av.VideoFrame]:
    """The frames of one stream as whole pictures, in their order. name: of the stream, for messages."""
    filtering: _Deinterlacer | None = None
    is_told = False
    for frame in frames:
        if filtering is not None and not filtering.takes(frame):
            yield from filtering.rest()
            filtering = None
        if filtering is None and frame.interlaced_frame:
            filtering = _Deinterlacer(frame)
            if not is_told:
                logger.warning("%s is interlaced: it was deinterlaced", name)
                is_told = True
        if filtering is None:
            yield frame
        else:
            yield from filtering.give(frame)
    if filtering is not None:
        yield from filtering.rest()


class _Deinterlacer:
    """For frames of one size and format. first: the first of them, not yet given."""

    def __init__(self, first: av.VideoFrame) -> None:
        self._kind = _kind_of(first)
        self._waiting: deque[av.VideoFrame] = deque()
        self._graph = av.filter.Graph()
        self._graph.threads = 1
        time_base = first.time_base or Fraction(1, 1000)
        buffer = self._graph.add_buffer(None, first.width, first.height, first.format, time_base=time_base)
        self._graph.link_nodes(buffer, self._graph.add(*FILTER), self._graph.add("buffersink")).configure()

    def takes(self, frame: av.VideoFrame) -> bool:
        """Whether it is like the first."""
        return _kind_of(frame) == self._kind

    def give(self, frame: av.VideoFrame) -> Iterator[av.VideoFrame]:
        """Give one, and get those that are ready."""
        self._waiting.append(frame)
        self._graph.vpush(frame)
        yield from self._ready()

    def rest(self) -> Iterator[av.VideoFrame]:
        """Those that wait: no more will come."""
        self._graph.vpush(None)
        yield from self._ready()

    def _ready(self) -> Iterator[av.VideoFrame]:
        while self._waiting:
            try:
                made = self._graph.vpull()
            except NOTHING_YET:
                return
            given = self._waiting.popleft()
            made.pts, made.duration, made.time_base = given.pts, given.duration, given.time_base
            made.colorspace, made.color_range = given.colorspace, given.color_range
            made.color_primaries, made.color_trc = given.color_primaries, given.color_trc
            yield made


def _kind_of(frame: av.VideoFrame) -> tuple[int, int, str]:
    return frame.width, frame.height, frame.format.name
