"""Videos are made in a queue that a restart does not lose, and each is its visitor's alone."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.common.fake_server import Behind, served
from benchmarks.common.video_fakes import Maker, TwoEyes
from realtime.cli.words import config_of
from realtime.provenance.no_badge import reasons_of
from realtime.web.videos.private_folder import Limits
from tests.realtime.web.served import run
from tests.realtime.web.video_client import files_in, ordered, send, somebody, until, with_people


def test_job_is_made_and_its_result_fetched_in_parts_without_headers(tmp_path: Path, clip: bytes) -> None:
    maker = Maker()

    async def test() -> None:
        async with served(tmp_path, token="x" * 16, behind=Behind(make=maker)) as server:
            mine = {"Authorization": "Bearer " + "x" * 16}
            async with server.client.post("/visitor", headers=mine) as welcome:
                mine["Liveswap-Visitor"] = (await welcome.json())["visitor"]
            video = await send(server.client, clip, **mine)
            job = await ordered(server.client, video, mine, trim=[0, 0.5], strength=0.7)
            await maker.begun.wait()
            job = await until(server.client, job, "running", mine)
            assert (job["frames"], job["total"], job["eta_s"]) == (1, 3, 1.0)
            assert job["command"].startswith("liveswap run --face ann.jpg --input 'my film.mp4' --strength 0.7")
            maker.may_end.set()
            job = await until(server.client, job, "done", mine)
            assert job["expires_s"] > time.time()
            server.client.session.cookie_jar.clear()
            whole = await server.client.get("/" + job["result"])
            assert (whole.status, whole.content_type, await whole.read()) == (200, "video/mp4", maker.content)
            part = await server.client.get("/" + job["result"], headers={"Range": "bytes=2-4"})
            assert (part.status, await part.read()) == (206, b"234")
            guess = await server.client.get("/results/" + "x" * 43)
            assert guess.status == 404
            assert (await server.client.get("/jobs")).status == 401

    run(test)


def test_process_finds_the_faces_beside_it_and_they_go_when_it_ends(tmp_path: Path, clip: bytes) -> None:
    maker = Maker()

    async def test() -> None:
        async with served(tmp_path, behind=Behind(make=maker)) as server:
            job = await ordered(server.client, await send(server.client, clip), wear=["ann", "bob"], faces="all")
            await maker.begun.wait()
            (folder, found), *_ = maker.folders
            assert found == ["face-0/0.png", "face-1/0.png"]
            assert folder.stat().st_mode & 0o777 == 0o700
            maker.may_end.set()
            await until(server.client, job, "done")
            assert files_in(folder.parent) == ["record.json", "result.mp4"]

    run(test)


def test_words_of_a_job_are_what_the_command_line_takes(tmp_path: Path, clip: bytes) -> None:
    maker = Maker()
    maker.may_end.set()
    seen: list[Sequence[str]] = []

    async def make(words: Sequence[str], folder: Path, tell: Callable[[dict[str, Any]], None]) -> int:
        seen.append(words)
        assert (folder / words[words.index("--input") + 1]).is_file()
        return await maker(words, folder, tell)

    async def test() -> None:
        async with served(tmp_path, behind=Behind(TwoEyes(can_recognise=True), make=make)) as server:
            video = await with_people(server.client, await send(server.client, clip))
            assert [person["can_be_mapped"] for person in video["people"]] == [True, True]
            look: Any = {
                "strangers": "leave",
                "no_badge": "a test",
                "mouth": "wearer",
                "format": "webm",
                "trim": [0.25, 1],
            }
            job = await ordered(server.client, video, wear={"0": "ann", "1": "bob"}, **look)
            await until(server.client, job, "done")
            assert job["command"].count("--map") == 2
            assert maker.folders[0][1] == ["face-0/0.png", "face-1/0.png", "person-0.png", "person-1.png"]

    run(test)
    config = config_of(seen[0])
    assert config.maps == ((Path("person-0.png"), Path("face-0")), (Path("person-1.png"), Path("face-1")))
    assert (config.strangers, config.disclosure.no_badge, config.mouth, config.outputs) == (
        "leave",
        "a test",
        "wearer",
        ("result.webm",),
    )
    assert str(config.trim) == "0.25-1"
    assert [each["no_badge"] for each in reasons_of(tmp_path)] == ["a test"]


def test_cancelled_job_ends_at_once_and_leaves_nothing_and_the_next_one_begins(tmp_path: Path, clip: bytes) -> None:
    maker = Maker()

    async def test() -> None:
        async with served(tmp_path, behind=Behind(make=maker)) as server:
            video = await send(server.client, clip)
            first, second = [await ordered(server.client, video) for _ in range(2)]
            assert (first["ahead"], second["ahead"]) == (0, 1)
            await maker.begun.wait()
            maker.begun.clear()
            answer = await server.client.post(f"/jobs/{first['id']}/cancel")
            assert (await answer.json())["state"] == "cancelled"
            assert files_in(maker.folders[0][0].parent) == ["record.json"]
            assert (await server.client.post(f"/jobs/{first['id']}/cancel")).status == 409
            await maker.begun.wait()
            assert (await server.client.delete(f"/videos/{video['id']}")).status == 409, "a job needs it"
            maker.may_end.set()
            await until(server.client, second, "done")
            again = await server.client.post("/jobs", json=first["wished"])
            await until(server.client, await again.json(), "done")

    run(test)


def test_job_under_way_begins_anew_after_a_restart_and_the_queue_goes_on(tmp_path: Path, clip: bytes) -> None:
    before, after = Maker(), Maker()

    async def test() -> None:
        async with served(tmp_path, behind=Behind(make=before)) as server, somebody(server) as me:
            video = await send(server.client, clip, **me)
            jobs = [await ordered(server.client, video, me) for _ in range(2)]
            await before.begun.wait()
        after.may_end.set()
        async with served(tmp_path, behind=Behind(make=after)) as server:
            done = [await until(server.client, job, "done", me) for job in jobs]
            assert [job["id"] for job in done] == [job["id"] for job in jobs]
            assert [found for _, found in after.folders] == [["face-0/0.png"]] * 2, "what was half made is gone"
            listed = await (await server.client.get("/jobs", headers=me)).json()
            assert [job["state"] for job in listed["jobs"]] == ["done", "done"]
            assert (await server.client.get("/jobs", headers={"Liveswap-Visitor": "unknown"})).status == 410

    run(test)


def test_jobs_are_their_visitor_s_alone_and_few(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path, behind=Behind(limits=Limits(jobs=2))) as server, somebody(server) as other:
            video = await send(server.client, clip)
            jobs = [await ordered(server.client, video) for _ in range(2)]
            full = await server.client.post("/jobs", json={"video": video["id"], "wear": "ann"})
            assert full.status == 429
            path = f"/jobs/{jobs[0]['id']}"
            answers = [
                await server.client.get(path, headers=other),
                await server.client.post(f"{path}/cancel", headers=other),
                await server.client.delete(path, headers=other),
            ]
            assert [answer.status for answer in answers] == [404] * 3
            assert (await (await server.client.get("/jobs", headers=other)).json())["jobs"] == []
            assert (await server.client.delete(path)).status == 200
            assert (await server.client.get(path)).status == 404

    run(test)


def test_trim_beyond_the_end_is_refused(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            video = await send(server.client, clip)
            answer = await server.client.post("/jobs", json={"video": video["id"], "wear": "ann", "trim": [5, 6]})
            assert (answer.status, "ends at" in (await answer.json())["error"]) == (422, True)

    run(test)
