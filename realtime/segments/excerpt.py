"""The pictures of one segment, with the times that they have in the result, and those beside it.

Knows pictures and times; realtime/sources knows how one gets to them.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from realtime.media.damage import Damage
from realtime.segments.plan import Segment
from realtime.stream.backfill import LOOKAHEAD
from realtime.stream.role import SAMPLE, Role
from realtime.types import Frame, FrameSource, StreamInfo

PAINTED_S, TRACKED_S = Fraction(1, 2), 2
"""How long before a segment pictures are painted, because what of a face is smoothed from picture to picture settles in
that time, and how long all are tracked. Before that, one of SAMPLE is."""


class Excerpt:
    """A segment of `video`, which begins at the segment's `warm_s`, as a source of its own.

    result_s: video time that is time 0 of the result. Pictures beside the segment have other roles. `damage` counts
    what was found while the segment's own pictures were read.
    """

    def __init__(self, video: FrameSource, segment: Segment, result_s: Fraction) -> None:
        self._video, self._segment = video, segment
        base = video.info.time_base
        self._is_first = segment.number == 0
        self._shift = Fraction(0) if self._is_first else (segment.warm_s - result_s) / base
        self._start = 0 if self._is_first else round((segment.start_s - result_s) / base)
        self._painted, self._tracked = (self._start - round(before_s / base) for before_s in (PAINTED_S, TRACKED_S))
        self._end = None if segment.end_s is None else round((segment.end_s - result_s) / base)
        self.damage = Damage()
        self._info = replace(
            video.info, frame_count=None, sound_from=None, timeline=None, extras_from=None, damage=self.damage
        )

    @property
    def info(self) -> StreamInfo:
        return self._info

    def frames(self) -> Iterator[Frame]:
        ahead = 0 if self._segment.is_last else LOOKAHEAD
        before = (0, 0) if self._is_first else self._count()
        for seq, frame in enumerate(self._video.frames()):
            pts = frame.pts if self._is_first else max(0, round(frame.pts + self._shift))
            if pts < self._start:
                before = self._count()
            elif self._end is not None and pts >= self._end:
                ahead -= 1
            else:
                faulty, lost = self._count()
                self.damage.faulty_frames, self.damage.lost_pieces = faulty - before[0], lost - before[1]
            if ahead < 0:
                return
            role = self._role(pts)
            if role is not Role.SAMPLED or seq % SAMPLE == 0:
                yield replace(frame, seq=seq, pts=pts, role=role)

    def close(self) -> None:
        self._video.close()

    def _role(self, pts: int) -> Role:
        if pts >= self._start and (self._end is None or pts < self._end):
            return Role.SHOWN
        if pts < self._tracked:
            return Role.SAMPLED
        return Role.PAINTED if self._painted <= pts < self._start else Role.TRACKED

    def _count(self) -> tuple[int, int]:
        """What is damaged so far: faulty pictures, lost pieces."""
        found = self._video.info.damage or Damage()
        return found.faulty_frames, found.lost_pieces
