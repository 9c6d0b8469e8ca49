"""What nobody uses goes after a day that passed, whatever the machine's clock says meanwhile."""

import time
from pathlib import Path

import pytest

from benchmarks.common.fake_server import Behind, served
from benchmarks.common.video_fakes import Maker
from realtime.web.videos.last_use import LastUses
from tests.realtime.web.served import run
from tests.realtime.web.video_client import ordered, send, somebody, until, with_people

DAY_S = 24 * 3600.0


class Clocks:
    """elapsed_s: that nobody sets. off_s: by how much the wall's is wrong."""

    def __init__(self) -> None:
        self.elapsed_s, self.off_s, self._began_s = 0.0, 0.0, time.time()

    def pass_by(self, seconds: float) -> None:
        self.elapsed_s += seconds

    def uses(self) -> LastUses:
        """Of a server that is started now."""
        return LastUses(lambda: self.elapsed_s, lambda: self._began_s + self.elapsed_s + self.off_s)


def test_what_nobody_used_for_a_day_goes_but_not_what_a_job_needs(tmp_path: Path, clip: bytes) -> None:
    maker, clocks = Maker(), Clocks()

    async def test() -> None:
        async with served(tmp_path, behind=Behind(make=maker, uses=clocks.uses())) as server:
            video = await send(server.client, clip)
            await with_people(server.client, video)
            job = await ordered(server.client, video)
            await maker.begun.wait()
            clocks.pass_by(DAY_S)
            server.workshop.forget()
            folders = next(tmp_path.glob("visitors/*/videos/*")), next(tmp_path.glob("visitors/*/jobs/*"))
            assert [folder.exists() for folder in folders] == [True, True], "it is needed, and under way"
            maker.may_end.set()
            await until(server.client, job, "done")
            server.workshop.forget()
            assert [folder.exists() for folder in folders] == [False, True], "the job was busy until now"
            clocks.pass_by(DAY_S)
            server.workshop.forget()
            assert list((tmp_path / "visitors").iterdir()) == [tmp_path / "visitors" / ".lock"]
            assert (await (await server.client.get("/videos")).json())["videos"] == []

    run(test)


@pytest.mark.parametrize("off_s", [[2 * DAY_S, 0], [-2 * DAY_S, 0], [2 * DAY_S, -2 * DAY_S], [60 * 365 * DAY_S]])
def test_clock_that_is_set_removes_nothing_early_and_keeps_nothing_long(
    tmp_path: Path, clip: bytes, off_s: list[float]
) -> None:
    maker, clocks = Maker(), Clocks()
    maker.may_end.set()

    async def test() -> None:
        async with served(tmp_path, behind=Behind(make=maker, uses=clocks.uses())) as server, somebody(server) as me:
            await until(
                server.client, await ordered(server.client, await send(server.client, clip, **me), me), "done", me
            )
            folders = next(tmp_path.glob("visitors/*/videos/*")), next(tmp_path.glob("visitors/*/jobs/*"))
            server.workshop.forget()
            for each_s in off_s:
                clocks.off_s = each_s
                clocks.pass_by(DAY_S / 4)
                server.workshop.forget()
                assert [folder.exists() for folder in folders] == [True, True]
        async with served(tmp_path, behind=Behind(uses=clocks.uses())) as server:
            server.workshop.forget()
            assert [folder.exists() for folder in folders] == [True, True], "nor does the next server"
            clocks.pass_by(DAY_S - DAY_S / 4 * len(off_s))
            server.workshop.forget()
            assert [folder.exists() for folder in folders] == [False, False]

    run(test)


def test_jobs_are_made_in_the_order_they_came_though_the_clock_is_set_back(
    tmp_path: Path, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        async with served(tmp_path) as server, somebody(server) as me:
            video = await send(server.client, clip, **me)
            first = await ordered(server.client, video, me)
            hours_ago_s = time.time() - 5 * 3600
            monkeypatch.setattr(time, "time", lambda: hours_ago_s)
            later = [await ordered(server.client, video, me) for _ in range(2)]
        async with served(tmp_path) as server:
            listed = await (await server.client.get("/jobs", headers=me)).json()
            assert [job["id"] for job in listed["jobs"]] == [job["id"] for job in (first, *later)]

    run(test)
