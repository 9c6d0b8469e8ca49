"""A cluster of two nodes on this machine; one for a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.common.ray_nodes import TwoNodes, two_nodes


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoNodes]:
    """With a core each; this process belongs to it. Their hosts keep their things in a folder of the test's."""
    pytest.importorskip("ray")
    from realtime.cluster.connect import connected  # noqa: PLC0415  Ray must be there

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIVESWAP_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", str(Path.cwd()))
        with two_nodes() as running, connected(running.address):
            yield running
