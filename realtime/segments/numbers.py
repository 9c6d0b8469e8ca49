"""The numbers of several segments as those of one run.

Counts are added. Of times, the median over the segments is given: percentiles cannot be added. Knows numbers only.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from realtime.media.damage import DamageNumbers
from realtime.stream.face_counts import FaceNumbers
from realtime.stream.metrics import NS_PER_S, RECENT_NS, Latency, Recent, Snapshot, StageTimes
from realtime.types import Outcome

if TYPE_CHECKING:
    from realtime.segments.messages import Progress


def joined_numbers(parts: Sequence[Snapshot], wall_s: float) -> Snapshot:
    """parts: of the segments that are in the video, at least one. wall_s: how long all of it took."""
    first, frames = parts[0], sum(part["frames_out"] for part in parts)
    names = [name for name in first["stages_ms"] if all(name in part["stages_ms"] for part in parts)]
    return Snapshot(
        frames_in=sum(part["frames_in"] for part in parts),
        frames_out=frames,
        dropped=sum(part["dropped"] for part in parts),
        repeated=sum(part["repeated"] for part in parts),
        outcomes={name: sum(part["outcomes"][name] for part in parts) for name in first["outcomes"]},
        fps=round(frames / wall_s, 3) if wall_s > 0 else None,
        latency_ms=Latency(
            p50=_median(part["latency_ms"]["p50"] for part in parts),
            p95=_median(part["latency_ms"]["p95"] for part in parts),
            p99=_median(part["latency_ms"]["p99"] for part in parts),
            max=max((part["latency_ms"]["max"] or 0.0) for part in parts),
        ),
        stages_ms={
            name: StageTimes(
                p50=_median(part["stages_ms"][name]["p50"] for part in parts),
                p95=_median(part["stages_ms"][name]["p95"] for part in parts),
            )
            for name in names
        },
        detector_runs=sum(part["detector_runs"] for part in parts),
        faces=_faces([part["faces"] for part in parts]),
        damage=_damage([part["damage"] for part in parts]),
        notes=[],
        swapper=first["swapper"],
        device=first["device"],
        wall_s=round(wall_s, 3),
    )


def _median(values: Iterable[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return round(median(found), 3) if found else None


def _faces(parts: Sequence[FaceNumbers]) -> FaceNumbers:
    return FaceNumbers(
        frames_with_faces=sum(part["frames_with_faces"] for part in parts),
        frames_with_wanted=sum(part["frames_with_wanted"] for part in parts),
        frames_with_unplaced=sum(part["frames_with_unplaced"] for part in parts),
        frames_with_more=sum(part["frames_with_more"] for part in parts),
        most_more=max(part["most_more"] for part in parts),
        most_seen=max(part["most_seen"] for part in parts),
        most_wanted=max(part["most_wanted"] for part in parts),
    )


def _damage(parts: Sequence[DamageNumbers]) -> DamageNumbers:
    return DamageNumbers(
        faulty_frames=sum(part["faulty_frames"] for part in parts),
        lost_pieces=sum(part["lost_pieces"] for part in parts),
    )


class SegmentProgress:
    """How far all segments together are, for `RunDisplay`. clock_ns: monotonic."""

    def __init__(self, clock_ns: Callable[[], int]) -> None:
        self._clock_ns = clock_ns
        self._by_segment: dict[int, Counter[str]] = {}
        self._totals: deque[tuple[int, int]] = deque()  # when, how many pictures

    def note(self, number: int, progress: "Progress") -> None:
        """A segment has got on, or, where it is made again, begins anew."""
        self._by_segment[number] = Counter(progress.outcomes)
        now_ns = self._clock_ns()
        self._totals.append((now_ns, sum(counts.total() for counts in self._by_segment.values())))
        while now_ns - self._totals[0][0] > RECENT_NS:
            self._totals.popleft()

    def recent(self) -> Recent:
        """As `StreamMetrics.recent`; nobody waits for a video's pictures, so it has no latency."""
        counted = sum(self._by_segment.copy().values(), Counter[str]())
        (from_ns, had), (until_ns, have) = (self._totals[0], self._totals[-1]) if self._totals else ((0, 0), (0, 0))
        fps = round((have - had) * NS_PER_S / (until_ns - from_ns), 3) if until_ns > from_ns and have >= had else None
        return Recent(fps, None, None, {outcome.value: counted[outcome.value] for outcome in Outcome})
