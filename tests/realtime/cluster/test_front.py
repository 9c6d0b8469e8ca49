"""A front before hosts in this process: everybody's things stay theirs, and whoever cannot be served is told so."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from benchmarks.common.fake_cluster import InProcess, in_process, until
from realtime.cluster.behind import SECRET
from realtime.web.auth import Guard
from tests.realtime.cluster.fakes import COLOURS_BGR, Visitor
from tests.realtime.web.served import png, run

TOKEN = "long-enough-for-a-test"  # noqa: S105


def fronted(test: Callable[[InProcess], Awaitable[None]], home: Path, **options: Any) -> None:
    async def whole() -> None:
        async with in_process(home, **options) as running:
            await test(running)

    run(whole)


async def add_face(client: Any, name: str, level: int, **headers: str) -> None:
    where = f"/faces?name={name}&consent=yes"
    async with client.post(where, data=png(level), headers=headers) as answer:
        assert answer.status == 201, await answer.text()


def test_visitor_finds_their_faces_again_and_nobody_elses(tmp_path: Path) -> None:
    async def test(running: InProcess) -> None:
        keys, secret = [], {SECRET: running.front.hosts.secret}
        for number, host in enumerate(2 * running.front.hosts.there):
            async with running.client.session.post(f"{host.url}/visitor", headers=secret) as answer:
                keys.append((await answer.json())["visitor"])
            await add_face(running.client, f"face{number}", 50 + 20 * number, **{"Liveswap-Visitor": keys[-1]})
        for number, key in enumerate(keys):
            async with running.client.get("/info", headers={"Liveswap-Visitor": key}) as answer:
                assert (await answer.json())["own"] == [f"face{number}"]

    fronted(test, tmp_path)


def test_browser_is_known_by_its_cookie(tmp_path: Path) -> None:
    async def test(running: InProcess) -> None:
        await add_face(running.client, "mine", 80)
        for _ in range(3):
            async with running.client.get("/info") as answer:
                assert (await answer.json())["own"] == ["mine"]
                assert "Set-Cookie" not in answer.headers

    fronted(test, tmp_path)


def test_each_client_sees_its_own_colour_and_a_full_cluster_says_so(tmp_path: Path) -> None:
    async def test(running: InProcess) -> None:
        visitors = [Visitor(bgr) for bgr in COLOURS_BGR]
        for visitor in visitors:
            assert await visitor.offer(running.client) == 201
        assert [visitor.host for visitor in visitors].count(visitors[0].host) == 2
        for visitor in visitors:
            assert await visitor.sees(3) == {visitor.bgr}
        with pytest.raises(WSServerHandshakeError) as refused:
            await running.client.ws_connect("/socket")
        assert refused.value.status == 503
        assert int(dict(refused.value.headers or ())["Retry-After"]) > 0
        async with running.client.get("/") as page, running.client.get("/socket") as no_socket:
            assert (page.status, no_socket.status) == (200, 426)
        assert await Visitor(COLOURS_BGR[0]).offer(running.client) == 503
        for visitor in visitors:
            await visitor.leave()

    fronted(test, tmp_path)


def test_whoever_has_faces_at_a_full_host_is_not_sent_where_they_are_not(tmp_path: Path) -> None:
    async def test(running: InProcess) -> None:
        await add_face(running.client, "mine", 80)
        visitors = [Visitor(COLOURS_BGR[0]) for _ in range(3)]
        assert [await visitor.offer(running.client) for visitor in visitors] == [201, 201, 503]
        for visitor in visitors:
            await visitor.leave()

    fronted(test, tmp_path)


def test_socket_passes_the_front_and_its_session_is_the_visitors(tmp_path: Path) -> None:
    async def test(running: InProcess) -> None:
        async with running.client.ws_connect("/socket?codec=jpeg") as socket:
            session = (await socket.receive_json())["session"]
            await socket.send_bytes(bytes(4) + b"no picture")
            assert await socket.receive_json() == {"got": 0}
            async with running.client.get(f"/session/{session}") as state, running.client.get("/info") as info:
                assert (state.status, "Set-Cookie" in info.headers) == (200, False)
        await until(lambda: not any(host.sessions for host in running.hosts))

    fronted(test, tmp_path)


def test_host_answers_its_front_alone_and_the_front_asks_for_the_token(tmp_path: Path) -> None:
    async def test(running: InProcess) -> None:
        host = running.front.hosts.there[0]
        for said in ({}, {"Liveswap-Front": "guessed"}, {"Authorization": f"Bearer {TOKEN}"}):
            async with running.client.session.get(f"{host.url}/info", headers=said) as answer:
                assert answer.status == 403
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        for said, status in (({}, 401), (bearer, 200), ({"Liveswap-Front": "guessed", **bearer}, 200)):
            async with running.client.get("/info", headers=said) as answer:
                assert answer.status == status

    fronted(test, tmp_path, guard=Guard(TOKEN))


def test_numbers_of_all_hosts_are_told_apart(tmp_path: Path) -> None:
    async def test(running: InProcess) -> None:
        visitor = Visitor(COLOURS_BGR[0])
        await visitor.offer(running.client)
        await visitor.sees()
        async with running.client.get("/metrics") as answer:
            text = await answer.text()
        lines = re.findall(r'^liveswap_sessions\{host="(\w+)",node="127.0.0.1"\} (\d)', text, re.MULTILINE)
        assert {name for name, _ in lines} == {host.name for host in running.front.hosts.there}
        assert sorted(count for _, count in lines) == ["0", "1"]
        assert text.count("# TYPE liveswap_fps gauge") == 1
        await visitor.leave()

    fronted(test, tmp_path)


def test_host_that_is_to_end_takes_nobody_and_waits_for_who_is_there(tmp_path: Path) -> None:
    async def test(running: InProcess) -> None:
        visitor = Visitor(COLOURS_BGR[0])
        assert await visitor.offer(running.client) == 201
        ending = asyncio.create_task(running.hosts[0].drain())
        await until(lambda: running.front.hosts.there[0].drains)
        assert await visitor.sees(3) == {visitor.bgr}
        assert await Visitor(COLOURS_BGR[1]).offer(running.client) == 503
        await visitor.leave()
        await ending
        await until(lambda: not running.front.hosts.there)
        running.hosts.clear()

    fronted(test, tmp_path, hosts=1)


@pytest.mark.parametrize("path", ["/session/gone.id", "/results/gone.key"])
def test_what_a_lost_host_had_is_not_there(tmp_path: Path, path: str) -> None:
    async def test(running: InProcess) -> None:
        async with running.client.get(path) as answer:
            assert answer.status == 404

    fronted(test, tmp_path, hosts=1)
