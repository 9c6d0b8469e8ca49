"""A part of a video: from one moment on until another, as a video of its own that begins at 0.

The picture that is seen at START is the first one, also when it began before; the sound is cut at the same moments,
because the video's timeline is.

Knows times; a source that can seek brings it near to START, any other is read until there.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Protocol, runtime_checkable

from realtime.errors import SourceError
from realtime.media.trim import Trim
from realtime.types import Frame, FrameSource, StreamInfo

NEAR = Fraction(1, 4)
"""Steps by which a picture may be before a moment and still be at it: containers round times."""
LATE = Fraction(3, 2)
"""Steps after START. A picture that begins later was not there at START: the one before was still seen."""


@runtime_checkable
class SeekableSource(FrameSource, Protocol):
    """A video that can begin somewhere else."""

    def skip_to(self, video_s: Fraction) -> None:
        """Let `frames` begin a little before video time `video_s`, or as it would; it was not called yet."""
        ...


class Trimmed:
    """The part `trim` of `video`. eager: look for its first picture now, so that a video that is shorter is told at
    once.

    Raises SourceError for a live source or a single picture, and where there is no picture in that part.
    """

    def __init__(self, video: FrameSource, trim: Trim, *, eager: bool) -> None:
        self._video, self._trim = video, trim
        whole = video.info
        if whole.live or whole.is_still:
            video.close()
            raise SourceError(f"--trim is for videos, and {whole.name} is not one", remedy="omit --trim")
        if trim.start_s and isinstance(video, SeekableSource):
            video.skip_to(trim.start_s)
        if whole.timeline is not None:
            whole.timeline.cut(float(trim.start_s))
        self._info = replace(whole, frame_count=self._count(whole))
        self._is_running = False
        self._frames = self._part()
        self._first = [next(self._frames)] if eager else []

    @property
    def info(self) -> StreamInfo:
        return self._info

    def frames(self) -> Iterator[Frame]:
        self._is_running = True
        yield from self._first
        yield from self._frames

    def close(self) -> None:
        self._video.close()
        if not self._is_running:
            self._frames.close()

    def _count(self, whole: StreamInfo) -> int | None:
        ends = [self._trim.end_s] if self._trim.end_s is not None else []
        if whole.frame_count is not None:
            ends.append(whole.frame_count / whole.rate)
        return max(1, round((min(ends) - self._trim.start_s) * whole.rate)) if ends else None

    def _part(self) -> Generator[Frame, None, None]:
        """Raises SourceError when there is none."""
        base, step = self._info.time_base, 1 / self._info.rate
        start, end = self._trim.start_s, self._trim.end_s
        seq, before, seen_s = 0, None, Fraction(0)
        for frame in self._video.frames():
            at_s = frame.pts * base
            if end is not None and at_s >= end - NEAR * step:
                seen_s = at_s
                break
            seen_s = at_s + step
            if at_s < start - NEAR * step:
                before = frame
                continue
            if before is not None and at_s > start + LATE * step:
                yield replace(before, seq=0, pts=0)
                seq = 1
            before = None
            yield replace(frame, seq=seq, pts=max(0, round((at_s - start) / base)) if seq else 0)
            seq += 1
        if not seq and before is not None and seen_s > start:
            yield replace(before, seq=0, pts=0)
        elif not seq:
            raise SourceError(
                f"--trim {self._trim}: {self._info.name} ends at {float(seen_s):.2f} s",
                remedy=f"begin within its {float(seen_s):.2f} s",
            )
