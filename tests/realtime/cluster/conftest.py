"""One Ray cluster for all tests that need a real one: two nodes on this machine, of which one is not the caller's."""

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.common.ray_nodes import TwoNodes, two_nodes
from realtime.cluster.connect import ENVIRONMENT, connected
from tests.realtime.segments.conftest import face_video, long_face_video

__all__ = ["face_video", "long_face_video"]

QUIET = {**ENVIRONMENT, "RAY_AUTH_MODE": "disabled"}
NODE = {"num_cpus": 1, "include_log_monitor": False}


class Nodes:
    """A running cluster. address: of it."""

    def __init__(self, cluster: Any) -> None:
        self._cluster, self.address = cluster, str(cluster.address)
        self._other = cluster.add_node(**NODE)

    def kill_the_other(self) -> None:
        """As a machine that is switched off."""
        self._cluster.remove_node(self._other, allow_graceful=False)


@pytest.fixture(scope="module")
def nodes(home: Path) -> Iterator[Nodes]:
    """It takes about 10 s to start."""
    with pytest.MonkeyPatch.context() as patched, tempfile.TemporaryDirectory(prefix="ray-") as folder:
        for name, value in {**QUIET, "LIVESWAP_HOME": str(home)}.items():
            patched.setenv(name, value)
        cluster_utils = pytest.importorskip("ray.cluster_utils", reason="the extra cluster is not installed")
        head = {**NODE, "include_dashboard": False, "no_monitor": True, "temp_dir": folder}
        try:
            cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
        except Exception as error:
            if "timed out during startup" not in str(error):
                raise
            pytest.skip(f"Ray does not start within its 30 s on so busy a machine: {error}")
        logging.getLogger("ray").setLevel(logging.ERROR)
        yield Nodes(cluster)
        cluster.shutdown()
        os.environ.pop("RAY_ADDRESS", None)


@pytest.fixture(scope="module")
def host_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoNodes]:
    """Two more: this process belongs to them, and hosts keep what is theirs in a folder."""
    pytest.importorskip("ray")
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {**QUIET, "LIVESWAP_HOME": home, "PYTHONPATH": str(Path.cwd())}.items():
            patched.setenv(name, value)
        with two_nodes() as running, connected(running.address):
            yield running
