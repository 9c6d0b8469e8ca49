"""One frame of a video, by its time: what --at asks for.

Knows times. It is found before anything else is opened, so a time beyond the end costs nobody a wait for models.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from realtime.errors import SourceError
from realtime.sources.trimmed import SeekableSource
from realtime.types import Frame, FrameSource, StreamInfo


class OneFrame:
    """The frame that is shown `at_s` seconds into a video, which is closed.

    Raises SourceError when the video has ended by then, or has no end.
    """

    def __init__(self, video: FrameSource, at_s: float) -> None:
        try:
            if video.info.live:
                raise SourceError("--at is for videos, and this input has no end", remedy="omit --at")
            if isinstance(video, SeekableSource):
                video.skip_to(Fraction(at_s))
            self._frame = _frame_at(video, at_s)
        finally:
            video.close()
        self._info = replace(video.info, frame_count=1, is_still=True, sound_from=None)

    @property
    def info(self) -> StreamInfo:
        return self._info

    def frames(self) -> Iterator[Frame]:
        yield replace(self._frame, seq=0, captured_ns=time.monotonic_ns(), pts=0)

    def close(self) -> None:
        """Nothing is held open."""


def _frame_at(video: FrameSource, at_s: float) -> Frame:
    base, shown, end_s = video.info.time_base, None, 0.0
    for frame in video.frames():
        if shown is not None and frame.pts * base > at_s:
            return shown
        shown, end_s = frame, float(frame.pts * base + _lasts(frame, video.info))
    if shown is None or at_s >= end_s:
        raise SourceError(
            f"--at {at_s:g}: {video.info.name} ends at {end_s:.2f} s", remedy=f"give a time from 0 to {end_s:.2f}"
        )
    return shown


def _lasts(frame: Frame, info: StreamInfo) -> Fraction:
    """s."""
    return frame.duration * info.time_base or 1 / info.rate
