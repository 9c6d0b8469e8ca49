"""Videos of the page by a real Ray cluster of two nodes: as without one, whatever ends meanwhile, and nothing stays."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.common.child_processes import children_called
from benchmarks.common.ray_nodes import RayNodes
from realtime.cluster.connect import connected
from realtime.web.videos.job_process import run_words
from tests.realtime.clips import facts_of
from tests.realtime.segments.conftest import RATE, SECONDS, repeated

TIMES, SLOWED = 3, 4
"""Of a short video: it is then long enough for two nodes, and has few pictures."""
PICTURES = TIMES * RATE * SECONDS
NICEST = 19
pytestmark = [
    pytest.mark.ray,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),  # of Ray's own
]


@pytest.fixture(scope="module")
def page_video(face_video: Path) -> Path:
    return repeated(face_video, TIMES, SLOWED)


def workers() -> list[int]:
    return children_called(b"ray::FilmActor", os.getpid())


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(120):
        while not is_so():
            await asyncio.sleep(0.05)


class Job:
    """A video that is being made as the page's jobs are. told: what its process said."""

    def __init__(self, nodes: RayNodes, home: Path, folder: Path, video: Path, photo: Path) -> None:
        words = ("run", "--face", str(photo), "--input", str(video), "--output", "out.mp4")
        self.told, self._home = list[dict[str, Any]](), home
        self.task = asyncio.create_task(
            run_words(words, folder, self.told.append, home=home, cluster=lambda: nodes.address)
        )

    async def is_in_the_middle(self) -> None:
        """Both nodes are at it."""
        packets = "cluster/*/worker-*/packets"
        await until(lambda: sum(path.stat().st_size > 2000 for path in self._home.glob(packets)) == 2)


def test_a_video_is_made_by_both_nodes_though_one_worker_is_killed(
    nodes: RayNodes, home: Path, page_video: Path, portrait: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> list[dict[str, Any]]:
        job = Job(nodes, home, tmp_path, page_video, portrait)
        await job.is_in_the_middle()
        assert [os.getpriority(os.PRIO_PROCESS, pid) for pid in workers()] == [NICEST] * 2
        os.kill(workers()[1], signal.SIGKILL)
        assert await job.task == 0
        return job.told

    told = asyncio.run(test())
    assert "a worker died" in caplog.text
    assert (told[-1]["done"], told[-1]["notes"], told[-1]["outcomes"]["swapped"]) == (True, [], PICTURES)
    steps = [said for said in told if said.get("frames")]
    assert {said["total"] for said in steps} == {PICTURES}
    assert steps[-1]["frames"] <= PICTURES
    assert any(said["fps"] for said in steps)
    assert facts_of(tmp_path / "out.mp4").times_s == facts_of(page_video).times_s
    assert list((home / "cluster").iterdir()) == []


def test_a_job_that_is_ended_leaves_nothing_on_any_node_and_begun_anew_goes_on_with_its_finished_segment(
    nodes: RayNodes, home: Path, page_video: Path, portrait: Path, tmp_path: Path
) -> None:
    async def test() -> list[dict[str, Any]]:
        job = Job(nodes, home, tmp_path, page_video, portrait)
        await job.is_in_the_middle()
        os.kill(workers()[1], signal.SIGKILL)  # so that the other one has done with a segment long before the end
        await until(lambda: list(tmp_path.glob(".*.segments/0*.json")))
        began_s = time.monotonic()
        job.task.cancel()
        await asyncio.wait([job.task])
        assert time.monotonic() - began_s < 5
        await until(lambda: not workers() and not list((home / "cluster").iterdir()))
        assert not (tmp_path / "out.mp4").exists()
        job = Job(nodes, home, tmp_path, page_video, portrait)
        assert await job.task == 0
        return job.told

    told = asyncio.run(test())
    begun = next(said["frames"] for said in told if said.get("frames"))
    assert begun > PICTURES / 3
    assert told[-1]["outcomes"]["swapped"] == PICTURES
    assert facts_of(tmp_path / "out.mp4").times_s == facts_of(page_video).times_s


def test_a_node_helps_one_job_at_a_time_and_lends_none_of_its_cores(nodes: RayNodes, home: Path) -> None:
    with connected(nodes.address):
        import ray  # noqa: PLC0415  an extra

        from realtime.cluster.helpers import HelpedNode  # noqa: PLC0415  as above

        with closing(HelpedNode(home, 9, 1)) as first, closing(HelpedNode(home, 9, 1)) as second:
            assert (first.size, second.size) == (2, 1)
            until_s = time.monotonic() + 60
            while len(workers()) < 3 and time.monotonic() < until_s:
                time.sleep(0.1)
            there: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
            left: dict[str, float] = ray.available_resources()  # type: ignore[no-untyped-call]
            assert left["CPU"] == there["CPU"] == 2 * nodes.cores
