"""Fewer frames than a file has: --fps below its own rate.

Knows times; the frames that stay keep theirs, so the video keeps its length and its sound stays in step.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from realtime.sources.trimmed import SeekableSource
from realtime.types import Frame, FrameSource, StreamInfo


class ReducedRate:
    """A source of which at most `rate` frames per second are taken."""

    def __init__(self, source: FrameSource, rate: Fraction) -> None:
        self._source = source
        self._rate = rate

    @property
    def info(self) -> StreamInfo:
        whole = self._source.info
        count = whole.frame_count and round(whole.frame_count * self._rate / whole.rate)
        return replace(whole, rate=self._rate, frame_count=count)

    def frames(self) -> Iterator[Frame]:
        """The first frame of each 1/rate of a second, numbered anew."""
        last_tick, taken = None, 0
        for frame in self._source.frames():
            tick = int(frame.pts * self._source.info.time_base * self._rate)
            if tick != last_tick:
                yield replace(frame, seq=taken, duration=0)
                last_tick, taken = tick, taken + 1

    def skip_to(self, video_s: Fraction) -> None:
        """See SeekableSource; a video that cannot is read from its beginning."""
        if isinstance(self._source, SeekableSource):
            self._source.skip_to(video_s)

    def close(self) -> None:
        self._source.close()
