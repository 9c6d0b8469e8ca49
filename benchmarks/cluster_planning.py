"""What a cluster would need for 100, 10,000 and 1,000,000 sessions at once: simulated, with costs that were measured.

    python -m benchmarks.cluster_planning [--json FILE] [--cpu-price 0.34] [--gpu-price 1.00] [--mtbf 720]

Visitors come at random (Poisson), more and more towards a peak, then four times as many for five minutes, and then
less. They stay for a time that is log-normal; nodes die; nodes are added as realtime/cluster/scaling.py says, and take
a while to start. Who is refused comes again when they were told to. Knows arithmetic and chance; measures nothing.
"""

import argparse
import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common.cluster_tables import planned
from benchmarks.common.command import run
from benchmarks.common.curves import Curve
from benchmarks.planning import FULL, NEURAL_MS, RATE, RESULT, Session, most_sessions
from realtime.cluster.behind import RETRY_S
from realtime.cluster.directory import BEAT_S
from realtime.cluster.scaling import FILLED

RESULTS = Path(__file__).parent / "results"
SCALES = (100, 10_000, 1_000_000)
NODE_CORES, PLACES = 8, 4
STAY_S, SPREAD = 480.0, 1.0
"""The median of a session's length, and the sigma of its logarithm."""
WARM_S, COUNTED_S = 3600, 3 * 3600
SURGE, SURGE_S = 4.0, 300
"""So many times the arrivals, for so long, at the peak."""
START_S, LINGER_S = 120, 300
"""Until a new node takes visitors; how long one is kept that is too many."""
ASKS_HZ, LOOKS_HZ = 1.05, 2 / BEAT_S
"""Requests of a page, which asks after its session each second; of a front to the directory."""
CORE_FULL = 0.7
NETWORK_BIT_S = 10e9


@dataclass(frozen=True, slots=True)
class Node:
    """A kind of machine. sessions: that it holds. price: an hour."""

    name: str
    sessions: int
    price: float


@dataclass(slots=True)
class Service:
    """Nodes and their sessions, from second to second. ends: how many sessions end when. waits: how many come again
    when, and for how long they have waited then.
    """

    node: Node
    least: int
    chance: np.random.Generator
    ends: NDArray[np.int64] = field(default_factory=lambda: np.zeros(WARM_S + COUNTED_S + 1, np.int64))
    waits: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)
    wanted: list[int] = field(default_factory=list)
    nodes: int = 0
    held: int = 0

    def lose(self, t: int, mtbf_h: float) -> int:
        """Nodes that die in this second. Returns how many sessions were there; they go on elsewhere, or wait."""
        lost = int(self.chance.binomial(self.nodes, 1 / 3600 / mtbf_h))
        cut = min(self.held, round(lost * self.held / max(1, self.nodes)))
        self.nodes -= lost
        over = max(0, self.held - self.nodes * self.node.sessions)
        if over:
            self.held -= over
            self.waits.setdefault(t + RETRY_S, []).append((RETRY_S, over))
        return cut

    def take(self, t: int, come: int) -> dict[int, int]:
        """Who has waited longest goes first. Returns how many found a place, by how long they had waited."""
        found: dict[int, int] = {}
        for waited_s, count in sorted([*self.waits.pop(t, []), (0, come)], reverse=True):
            taken = max(0, min(count, self.nodes * self.node.sessions - self.held))
            stay_s = self.chance.lognormal(math.log(STAY_S), SPREAD, taken).astype(np.int64)
            np.add.at(self.ends, np.minimum(t + 1 + stay_s, len(self.ends) - 1), 1)
            self.held += taken
            found[waited_s] = found.get(waited_s, 0) + taken
            if count > taken:
                self.waits.setdefault(t + RETRY_S, []).append((waited_s + RETRY_S, count - taken))
        return found

    def scale(self, t: int) -> None:
        """As Ray Serve does by `HostsWanted`."""
        self.nodes += self.starts.pop(t, 0)
        self.wanted.append(max(self.least, math.ceil(self.held / (FILLED * self.node.sessions))))
        missing = self.wanted[-1] - self.nodes - sum(self.starts.values())
        if missing > 0:
            self.starts[t + START_S] = missing
        kept = max(*self.wanted[-LINGER_S:], math.ceil(self.held / self.node.sessions))
        self.nodes = min(self.nodes, kept)


def simulated(node: Node, peak: int, mtbf_h: float) -> dict[str, Any]:
    """Three hours with the peak in their middle, after one to warm up."""
    least = max(2, math.ceil(peak / 2 / (FILLED * node.sessions)))
    service = Service(node, least, np.random.default_rng(peak), nodes=least)
    rate_hz = peak / (STAY_S * math.exp(SPREAD**2 / 2))
    waited, refused, arrived, moved, seen, used, most = dict[int, int](), 0, 0, 0, 0, 0, 0
    for t in range(WARM_S + COUNTED_S):
        service.held = max(0, service.held - int(service.ends[t]))
        cut, come = service.lose(t, mtbf_h), int(service.chance.poisson(rate_hz * _share(t)))
        found = service.take(t, come)
        service.scale(t)
        if t < WARM_S:
            continue
        if is_surge(t):
            for waited_s, count in found.items():
                waited[waited_s] = waited.get(waited_s, 0) + count
            refused, arrived = refused + come - found.get(0, 0), arrived + come
        moved, seen, used, most = moved + cut, seen + service.held, used + service.nodes, max(most, service.held)
    times, counts = np.array(sorted(waited)), np.array([waited[key] for key in sorted(waited)])
    return {
        "node": node.name,
        "peak": most,
        "wait_p95_s": int(times[np.searchsorted(np.cumsum(counts), 0.95 * counts.sum())]),
        "refused": refused / arrived,
        "moved_an_hour": 3600 * moved / COUNTED_S,
        "nodes": used / COUNTED_S,
        "price_a_session_hour": node.price * used / seen,
    }


def _share(t: int) -> float:
    """Of the peak's arrivals: from a half up to all of them and back; at the peak a link goes round, and many come."""
    counted_s = max(0, t - WARM_S)
    return (0.75 - 0.25 * math.cos(2 * math.pi * counted_s / COUNTED_S)) * (SURGE if is_surge(t) else 1.0)


def is_surge(t: int) -> bool:
    """Whether the many come, in this second."""
    return 0 <= t - WARM_S - COUNTED_S // 2 < SURGE_S


def limits(session: Session, front_ms: float, directory_ms: float, host_bytes: int) -> dict[str, float]:
    """By what would be full, for how many sessions it does: one front, one directory."""
    hosts = 1 / (FILLED * PLACES)  # of a session
    return {
        "one front's core": CORE_FULL * 1000 / (ASKS_HZ * front_ms),
        "the directory's core": CORE_FULL * 1000 / (directory_ms * hosts / BEAT_S),
        "one front's network, by what the directory tells it": NETWORK_BIT_S / (8 * host_bytes * hosts * LOOKS_HZ),
        "a process's interpreter lock": float(session.most_per_process),
        "a node's network": NETWORK_BIT_S / (session.kbit_s * 1000),
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpu-price", type=float, default=0.34, help=f"of an hour of {NODE_CORES} cores")
    parser.add_argument("--gpu-price", type=float, default=1.00, help=f"of an hour of {NODE_CORES} cores and a GPU")
    parser.add_argument("--mtbf", type=float, default=720, help="hours between two deaths of a node")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    session = Session.of({curve["name"]: Curve.from_json(curve) for curve in json.loads(RESULT.read_text())["curves"]})
    beside, control = (json.loads((RESULTS / f"cluster_{of}.json").read_text()) for of in ("sessions", "control"))
    on_cores = int(FULL * most_sessions(session, NODE_CORES, NODE_CORES) / max(1.0, beside["cost_ratio"]))
    on_gpu = min(on_cores, int(FULL / (NEURAL_MS / 1000 * RATE)))
    kinds = (
        Node("CPU, mesh swapper", on_cores, options.cpu_price),
        Node("GPU, neural swapper", on_gpu, options.gpu_price),
    )
    found = {
        "nodes": [asdict(node) for node in kinds],
        "mtbf_h": options.mtbf,
        "scales": {str(peak): [simulated(node, peak, options.mtbf) for node in kinds] for peak in SCALES},
        "limits": limits(session, control["front_ms"], control["directory_ms"], control["host_bytes"]),
    }
    print(planned(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    run(main)
