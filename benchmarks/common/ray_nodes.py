"""Several Ray nodes on this machine, as if they were machines: for tests and benchmarks. Needs the extra cluster.

Knows Ray's own means for that, and how to have one go as when its power goes.
"""

import logging
import os
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.common.child_processes import children_called
from realtime.cluster.connect import ENVIRONMENT

QUIET = {**ENVIRONMENT, "RAY_AUTH_MODE": "disabled"}
"""For whoever starts nodes, before Ray is imported."""
STORE_BYTES = 80_000_000
TRIES = 3
REPLICA = b"ray::ServeReplica:liveswap:hosts"
"""How Ray calls the process of a host."""


@dataclass
class RayNodes:
    """A running cluster of nodes with so many cores each."""

    cluster: Any
    cores: int
    _others: list[Any] = field(default_factory=list)

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return str(self.cluster.address)

    def add(self, **head: Any) -> None:
        """One more. head: what only the first one is told."""
        node = _added(
            self.cluster,
            {"num_cpus": self.cores, "object_store_memory": STORE_BYTES, "include_log_monitor": False, **head},
        )
        if not head:
            self._others.append(node)

    def lose_one(self) -> None:
        """As when its power goes: its hosts are killed, and all else of it. Not the first one."""
        node = self._others.pop()
        lost = children_called(REPLICA, node.all_processes["raylet"][0].process.pid)
        self.cluster.remove_node(node, allow_graceful=False)
        for pid in lost:  # they would outlive their node for a while
            os.kill(pid, signal.SIGKILL)


@contextmanager
def ray_nodes(count: int = 2, cores: int = 1) -> Iterator[RayNodes]:
    """So many at first. cores: of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ray.cluster_utils import Cluster  # noqa: PLC0415  an extra

    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        nodes = RayNodes(Cluster(), cores)
        Path(os.environ.get("RAY_TMPDIR", "/tmp"), "ray").mkdir(exist_ok=True)  # noqa: S108  where Ray notes an address
        try:
            nodes.add(include_dashboard=False, no_monitor=True, temp_dir=folder)
            for _ in range(count - 1):
                nodes.add()
            logging.getLogger("ray").setLevel(logging.ERROR)
            yield nodes
        finally:
            nodes.cluster.shutdown()
            os.environ.pop("RAY_ADDRESS", None)


def _added(cluster: Any, node: dict[str, Any]) -> Any:
    """Ray waits half a minute for a node, which it needs where much else runs: the second try finds it in memory."""
    for _ in range(TRIES - 1):
        try:
            return cluster.add_node(**node)
        except Exception as error:
            if "timed out during startup" not in str(error):
                raise
    return cluster.add_node(**node)
