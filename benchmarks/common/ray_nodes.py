"""Several Ray nodes on this machine, as if they were machines: for tests and benchmarks. Needs the extra cluster.

Knows Ray's own means for that, and how to have one go as when its power goes.
"""

import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STORE_BYTES = 80_000_000
TRIES = 3
REPLICA = b"ray::ServeReplica:liveswap:hosts"
"""How Ray calls the process of a host."""


@dataclass
class TwoNodes:
    """address: of the cluster. second: the node that is not the head."""

    cluster: Any
    second: Any

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return str(self.cluster.address)

    def hosts_on_second(self) -> list[int]:
        """Processes of hosts there."""
        raylet = self.second.all_processes["raylet"][0].process.pid
        return [pid for pid in children_of(raylet) if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(REPLICA)]

    def lose_second(self) -> None:
        """As when its power goes: its hosts are killed, and all else of it."""
        lost = self.hosts_on_second()
        self.cluster.remove_node(self.second, allow_graceful=False)
        for pid in lost:  # they would outlive their node for a while
            os.kill(pid, signal.SIGKILL)


@contextmanager
def two_nodes(cores: int = 1) -> Iterator[TwoNodes]:
    """cores: of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ray.cluster_utils import Cluster  # noqa: PLC0415  an extra

    cluster: Any = Cluster()
    node = {"num_cpus": cores, "object_store_memory": STORE_BYTES}
    try:
        _added(cluster, {**node, "include_dashboard": False})
        yield TwoNodes(cluster, _added(cluster, node))
    finally:
        cluster.shutdown()


def children_of(pid: int) -> list[int]:
    """Of a process, and theirs."""
    try:
        listed = Path(f"/proc/{pid}/task").iterdir()
        direct = [int(child) for task in listed for child in (task / "children").read_text().split()]
    except OSError:  # it has ended
        return []
    return [*direct, *(below for child in direct for below in children_of(child))]


def _added(cluster: Any, node: dict[str, Any]) -> Any:
    """Ray waits half a minute for a node, which it needs where much else runs: the second try finds it in memory."""
    for _ in range(TRIES - 1):
        try:
            return cluster.add_node(**node)
        except Exception as error:
            if "timed out during startup" not in str(error):
                raise
    return cluster.add_node(**node)
