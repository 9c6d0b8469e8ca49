"""What a cluster's front takes for a request, and its directory for a beat: the two that everything passes.

    python -m benchmarks.cluster_control [--requests 2000] [--beats 4000] [--json FILE]

Core time, for which it does not matter who else has the cores. The front's is that of a request through it less that of
one without, both to a host with fake engines in this process. The directory's is that of its actor. Linux only.
"""

import argparse
import asyncio
import json
import os
import pickle
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.common.child_processes import children_called
from benchmarks.common.command import run
from benchmarks.common.fake_cluster import in_process
from realtime.bench.machine import machine
from realtime.bench.processes import cpu_s
from realtime.cluster.behind import SECRET
from realtime.cluster.connect import connected
from realtime.cluster.directory import HostState, directory

ROUNDS, AT_ONCE = 5, 50
HOST = HostState("0123456789ab", "http://192.0.2.1:40000", "192.0.2.1", sessions=3, places=4, headroom=0.25)
ACTOR = b"ray::Directory"


async def front_ms(requests: int) -> float:
    """For a request that it passes on."""
    with tempfile.TemporaryDirectory() as home:
        async with in_process(Path(home), hosts=1) as running:
            host, secret = running.front.hosts.there[0], {SECRET: running.front.hosts.secret}

            async def took_s(url: str, headers: dict[str, str]) -> float:
                before_s = time.process_time()
                for _ in range(requests // ROUNDS):
                    async with running.client.session.get(url, headers=headers) as answer:
                        await answer.read()
                return time.process_time() - before_s

            there, through = f"{host.url}/info", str(running.client.make_url("/info"))
            async with running.client.get("/info") as answer:  # so that the visitor is known
                await answer.read()
            pairs = [(await took_s(through, {}), await took_s(there, secret)) for _ in range(ROUNDS)]
    return 1000 * sum(one - other for one, other in pairs) / (requests // ROUNDS * ROUNDS)


def directory_ms(beats: int) -> float:
    """For a beat, as an actor of Ray's."""
    with connected("local"):
        import ray  # noqa: PLC0415  reads when it is imported what `connected` puts into the environment

        actor = directory()
        ray.get(actor.beat.remote(HOST))
        [pid] = children_called(ACTOR, os.getpid())
        before_s = cpu_s(pid)
        for _ in range(beats // AT_ONCE):
            ray.get([actor.beat.remote(HOST) for _ in range(AT_ONCE)])
        used_s = cpu_s(pid) - before_s
        ray.kill(actor)
    return 1000 * used_s / (beats // AT_ONCE * AT_ONCE)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--beats", type=int, default=4000)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    found: dict[str, Any] = {
        "machine": machine(),
        "directory_ms": directory_ms(options.beats),  # first: a front imports Ray, too
        "front_ms": asyncio.run(front_ms(options.requests)),
        "host_bytes": len(pickle.dumps(HOST)),
    }
    sys.stderr.write(", ".join(f"{name} {value:.3f}" for name, value in found.items() if name != "machine") + "\n")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    run(main)
