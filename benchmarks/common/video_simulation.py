"""How long a video would take with more cores than there are here: a simulation, from what was measured of one core.

Each worker has a core of its own, loads its faces, and takes the next segment; segments are joined in their order by
the owner. What cores do to each other (memory, caches, disk, their clock) is left out, so it takes longer in truth.
Knows costs and the plan of segments; measures nothing.
"""

import heapq
from dataclasses import dataclass
from fractions import Fraction

from realtime.media.trim import Trim
from realtime.segments.excerpt import PAINTED_S, TRACKED_S
from realtime.segments.plan import Cuts, Segment, plan_segments
from realtime.stream.backfill import LOOKAHEAD
from realtime.stream.role import SAMPLE


@dataclass(frozen=True, slots=True)
class Costs:
    """Core time, s: from the start of a process until its first picture; of a picture that is made, only tracked, only
    read, and joined. The owner of the workers prepares as much as each of them."""

    start_s: float
    made_s: float
    tracked_s: float
    read_s: float
    joined_s: float


def video_of(seconds: int, rate: int, key_every_s: int) -> Cuts:
    """A video of steady pictures."""
    pictures = seconds * rate
    return Cuts(range(pictures), range(0, pictures, key_every_s * rate), Fraction(1, rate))


def takes_s(cuts: Cuts, workers: int, costs: Costs) -> float:
    """How long all of the video takes with so many workers and cores."""
    segments = plan_segments(cuts, Trim(), workers)
    idle = [2 * costs.start_s] * min(workers, len(segments))
    heapq.heapify(idle)
    joined_s = 0.0
    for segment in segments:
        own, made, tracked, read = _pictures(cuts, segment)
        done_s = heapq.heappop(idle) + made * costs.made_s + tracked * costs.tracked_s + read * costs.read_s
        heapq.heappush(idle, done_s)
        joined_s = max(joined_s, done_s) + own * costs.joined_s
    return joined_s


def _pictures(cuts: Cuts, segment: Segment) -> tuple[int, int, int, int]:
    """How many are its own, are made (some before it, too), are only tracked, and are only read."""
    rate = 1 / cuts.base
    end_s = len(cuts.times) * cuts.base if segment.end_s is None else segment.end_s
    own, before = (end_s - segment.start_s) * rate, (segment.start_s - segment.warm_s) * rate
    painted, near = min(before, PAINTED_S * rate), min(before, TRACKED_S * rate)
    sampled = (before - near) / SAMPLE
    ahead = 0 if segment.is_last else LOOKAHEAD
    read = before - near - sampled
    return round(own), round(own + painted), round(near - painted + sampled + ahead), round(read)
