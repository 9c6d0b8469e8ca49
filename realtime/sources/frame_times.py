"""When each picture of a stream is shown: the best of its two stamps, from zero, always rising.

A packet has a time to be shown (pts) and a time to be decoded (dts). Containers lack the one or the other, and some
make the pts up. Which to believe is counted as libavcodec does (`guess_correct_pts`, libavcodec/decode.c): stamps that
do not rise are faulty, and the kind with fewer faults is taken.

Knows integers in one time base; knows nothing of codecs.
"""

CATCH_UP = 4
"""A picture that comes too early by its stamp is shown this part of a step after the one before."""


class FrameTimes:
    """Video times of the pictures of one stream, asked for in the order in which they are shown.

    step: usual time from picture to picture, 1 or more. dts_only: the container has no pts (AVI); pictures leave a
    decoder some packets late, so the first one is put at 0. All numbers are in the stream's time base.
    """

    def __init__(self, step: int, *, dts_only: bool = False) -> None:
        self._step, self._dts_only = max(1, step), dts_only
        self._first_dts: int | None = None
        self._last_pts: int | None = None
        self._last_dts: int | None = None
        self._faulty_pts = self._faulty_dts = 0
        self._has_dts = self._has_stamps = False
        self._last: int | None = None
        self.repaired = 0
        """Pictures whose stamps were missing or did not rise; 0 for a stream that has none at all."""

    def of(self, pts: int | None, dts: int | None) -> int:
        """Time of the next picture, in the container's count; larger than that of the one before."""
        self._has_stamps |= pts is not None or dts is not None
        found = self._best(pts, dts)
        last = self._last
        if found is None:
            self.repaired += self._has_stamps and not self._dts_only  # of an AVI, the last few come without
            found = 0 if last is None else last + self._step
        elif last is not None and found <= last:
            self.repaired += 1
            found = last + max(1, self._step // CATCH_UP)
        self._last = found
        return found

    def _best(self, pts: int | None, dts: int | None) -> int | None:
        if self._dts_only:
            self._first_dts = dts if self._first_dts is None else self._first_dts
            return None if dts is None else dts - (self._first_dts or 0)
        if dts is not None:
            self._faulty_dts += self._last_dts is not None and dts <= self._last_dts
            self._last_dts, self._has_dts = dts, True
        elif pts is not None:
            self._last_dts = pts
        if pts is not None:
            self._faulty_pts += self._last_pts is not None and pts <= self._last_pts
            self._last_pts = pts
        elif dts is not None:
            self._last_pts = dts
        trusts_pts = self._faulty_pts <= self._faulty_dts or not self._has_dts
        return pts if trusts_pts and pts is not None else dts
