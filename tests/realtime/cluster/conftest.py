"""A real Ray cluster: two nodes on this machine, of which one is not the caller's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.common.ray_nodes import QUIET, RayNodes, ray_nodes
from tests.realtime.segments.conftest import face_video, long_face_video

__all__ = ["face_video", "long_face_video"]


@pytest.fixture(scope="module")
def nodes(home: Path) -> Iterator[RayNodes]:
    """It takes about 10 s to start. One for a module, since tests have nodes go."""
    pytest.importorskip("ray", reason="the extra cluster is not installed")
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {**QUIET, "LIVESWAP_HOME": str(home), "PYTHONPATH": str(Path.cwd())}.items():
            patched.setenv(name, value)
        with ray_nodes() as running:
            yield running
