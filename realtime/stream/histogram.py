"""Percentiles of durations in fixed memory.

Knows buckets whose edges grow by 2 %; knows nothing of what was timed. A bucket is reported by its geometric middle, so
a percentile is within 1 % of the sample it stands for, however many there were.
"""

import math
from bisect import bisect_left
from itertools import accumulate

FLOOR_NS = 1_000
"""Everything shorter counts as this: a microsecond is below what any stage needs."""
GROWTH = 1.02
BUCKETS = 1 + math.ceil(math.log(3600 * 1_000_000_000 / FLOOR_NS, GROWTH))
"""Up to an hour; what is longer lands in the last one."""
_LOG_GROWTH = math.log(GROWTH)


class Histogram:
    """Counts durations. Not thread-safe."""

    def __init__(self) -> None:
        self._counts = [0] * BUCKETS
        self._total = 0
        self._min_ns = math.inf
        self._max_ns = -math.inf

    def add(self, took_ns: int) -> None:
        index = int(math.log(max(took_ns, FLOOR_NS) / FLOOR_NS) / _LOG_GROWTH)
        self._counts[min(index, BUCKETS - 1)] += 1
        self._total += 1
        self._min_ns = min(self._min_ns, took_ns)
        self._max_ns = max(self._max_ns, took_ns)

    @property
    def max_ns(self) -> float | None:
        """The longest, exactly; None when nothing was added."""
        return self._max_ns if self._total else None

    def percentile_ns(self, percent: float) -> float | None:
        """The least duration that `percent` % of all do not exceed (numpy's "inverted_cdf"), ns, within 1 %.

        None when nothing was added.
        """
        if not self._total:
            return None
        rank = max(1, math.ceil(percent / 100 * self._total))
        bucket = bisect_left(list(accumulate(self._counts)), rank)
        middle_ns = FLOOR_NS * math.pow(GROWTH, bucket + 0.5)
        return min(max(middle_ns, self._min_ns), self._max_ns)
