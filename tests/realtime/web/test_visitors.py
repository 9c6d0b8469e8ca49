"""Visitors of one server see and change nothing of each other's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, DummyCookieJar

from benchmarks.common.fake_server import GREY, Served, examine
from realtime.faces.consent import ConsentLedger
from realtime.web.auth import RefusedError
from realtime.web.gallery import Entry, entry_of
from realtime.web.sessions import Sessions
from realtime.web.visitors import FORGOTTEN_S, MOST, MOST_PHOTOS_OF_ADDRESS, Visitors
from tests.realtime.web.served import Camera, Peer, png, serving

LAN, OTHER = "10.0.0.7", "10.0.0.8"


@asynccontextmanager
async def browsers(server: Served, count: int = 2) -> AsyncIterator[list[ClientSession]]:
    """Each with cookies of its own."""
    made = [ClientSession(server.client.make_url("/"), cookie_jar=CookieJar(unsafe=True)) for _ in range(count)]
    yield made
    for one in made:
        await one.close()


async def faces(client: ClientSession, **headers: str) -> Any:
    async with client.get("/info", headers=headers) as answer:
        return (await answer.json())["faces"]


async def upload(client: ClientSession, name: str, **headers: str) -> str:
    async with client.post(f"/faces?name={name}&consent=yes", data=png(), headers=headers) as answer:
        assert answer.status == 201
        return str((await answer.json())["name"])


def entry(name: str = "eve") -> Entry:
    return entry_of(examine(GREY, name), name)


def test_upload_is_seen_worn_and_removed_by_nobody_else(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        async with browsers(server) as (one, other):
            assert await upload(one, "eve.png") == "eve"
            assert (await faces(one), await faces(other)) == (["ann", "bob", "eve"], ["ann", "bob"])
            for method in ("GET", "DELETE"):
                assert (await other.request(method, "/faces/eve")).status == 404
            mine, theirs = [await client.ws_connect("/socket") for client in (one, other)]
            ids = [(await socket.receive_json())["session"] for socket in (mine, theirs)]
            worn = [server.sessions.find(key).stream.source_bank for key in ids]
            assert [source_bank.names for source_bank in worn] == [("ann", "bob", "eve"), ("ann", "bob")]
            theirs_before = list(worn[1])
            await upload(one, "eve.png")
            await upload(one, "zoe.png")
            assert (await one.delete("/faces/eve")).status == 200
            assert worn[0].names == ("ann", "bob", "zoe")
            assert all(a is b for a, b in zip(worn[1], theirs_before, strict=True)), "not even made anew"
            for socket in (mine, theirs):
                await socket.close()

    serving(test, tmp_path)


def test_faces_of_the_server_can_be_neither_removed_nor_replaced(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        async with browsers(server) as (one, other):
            before = await (await other.get("/faces/ann")).read()
            assert [await upload(one, "ann.png"), await upload(one, "ann.png")] == ["ann 2", "ann 2"]
            assert (await one.delete("/faces/ann")).status == 403
            assert await faces(one) == ["ann", "bob", "ann 2"]
            assert (await faces(other), await (await other.get("/faces/ann")).read()) == (["ann", "bob"], before)

    serving(test, tmp_path)


def test_cookie_cannot_be_read_guessed_or_chosen(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        async with ClientSession(server.client.make_url("/"), cookie_jar=DummyCookieJar()) as client:
            cookies = []
            for said in ({}, {}, {"Cookie": f"liveswap_{server.client.port}=chosen"}):
                async with client.get("/info", headers=said) as answer:
                    cookies.append(answer.headers["Set-Cookie"])
            assert len({cookie.partition(";")[0] for cookie in cookies}) == 3
            for cookie in cookies:
                assert "HttpOnly" in cookie
                assert "SameSite=Strict" in cookie
                assert len(cookie.partition(";")[0].partition("=")[2]) >= 32
            async with client.get("/info", headers={"Cookie": cookies[0].partition(";")[0]}) as answer:
                assert "Set-Cookie" not in answer.headers

    serving(test, tmp_path)


def test_browser_that_was_closed_is_known_as_long_as_there_are_videos_of_its_visitor(tmp_path: Path) -> None:
    async def cookie(client: ClientSession, method: str, path: str, **said: Any) -> str:
        async with client.request(method, path, **said) as answer:
            return answer.headers.get("Set-Cookie", "")

    async def test(server: Served) -> None:
        video = {"json": {"name": "a.mp4", "bytes": 9}}
        async with browsers(server) as (one, other):
            assert "Max-Age" not in await cookie(one, "GET", "/videos"), "nothing is here that needs it"
            for method, path, said in (("POST", "/videos", video), ("GET", "/videos", {}), ("GET", "/jobs", {})):
                assert f"Max-Age={31 * 24 * 3600};" in await cookie(one, method, path, **said), "from each use on"
            assert await cookie(one, "GET", "/info") == ""
            assert "Max-Age" not in await cookie(other, "GET", "/jobs")
            key = {"Liveswap-Visitor": (await (await other.post("/visitor")).json())["visitor"]}
            assert await cookie(other, "POST", "/videos", headers=key, **video) == "", "whoever has no cookies"

    serving(test, tmp_path)


def test_key_in_a_header_does_where_there_are_no_cookies(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        async with ClientSession(server.client.make_url("/"), cookie_jar=DummyCookieJar()) as client:
            async with client.post("/visitor") as answer:
                key = (await answer.json())["visitor"]
            said = {"Liveswap-Visitor": key}
            await upload(client, "eve", **said)
            assert (await faces(client), await faces(client, **said)) == (["ann", "bob"], ["ann", "bob", "eve"])
            socket = await client.ws_connect(f"/socket?visitor={key}")
            session = server.sessions.find((await socket.receive_json())["session"])
            assert session.stream.source_bank.names == ("ann", "bob", "eve")
            await socket.close()

    serving(test, tmp_path)


def test_consent_is_whose_it_was_said_by(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        async with browsers(server) as (one, other):
            await upload(one, "eve")
            assert (await other.post("/faces?name=eve", data=png())).status == 403
            await upload(other, "eve")
        keys = list(ConsentLedger(tmp_path).entries())
        assert len({key.partition("/")[0] for key in keys}) == 1, "one photo"
        assert len(keys) == 2
        assert all(key.partition("/")[2] for key in keys), "and nobody speaks for whoever runs the server"

    serving(test, tmp_path)


def test_stream_is_watched_by_its_key_alone_which_controls_nothing(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        sender = Peer()
        sender.connection.addTrack(Camera())
        assert await sender.connect(server.client, "/session") == 201
        state = await (await server.client.get(sender.location)).json()
        key = state["watch"]
        for query, status in (("", 400), ("?session=", 404), (f"?session={key[:-1]}", 404), (f"?session={key}", 201)):
            player = Peer()
            player.connection.addTransceiver("video", "recvonly")
            assert await player.connect(server.client, f"/whep{query}") == status
            await player.connection.close()
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/control")):
            assert (await server.client.request(method, f"/session/{key}{path}", data=b"{}")).status == 404
        other = Peer()
        other.connection.addTrack(Camera())
        assert await other.connect(server.client, f"/whip?watch={key}") == 409, "nobody else can be watched by it"
        for peer in (sender, other):
            await peer.connection.close()

    serving(test, tmp_path)


def test_who_left_is_forgotten_with_their_photos_and_who_is_here_is_not() -> None:
    now_s = 0.0
    visitors = Visitors({}, lambda: now_s)
    gone, here = (visitors.welcome(LAN) for _ in range(2))
    gone.gallery.put(entry())
    now_s = FORGOTTEN_S
    visitors.forget([here])
    assert len(visitors) == 1
    assert visitors.recognise(here.key, None, LAN) is here
    assert visitors.recognise(None, gone.key, LAN).gallery.names == ()


def test_crowd_without_photos_pushes_out_nobody_who_has_some() -> None:
    visitors = Visitors({})
    first, owner = visitors.welcome(LAN), visitors.welcome(LAN)
    owner.gallery.put(entry())
    for _ in range(2 * MOST):
        visitors.welcome(OTHER)
    assert len(visitors) == MOST
    assert visitors.recognise(owner.key, None, LAN) is owner
    with pytest.raises(RefusedError, match="forgotten"):
        visitors.recognise(first.key, None, LAN)


@pytest.mark.parametrize(("address", "status"), [(LAN, 429), ("127.0.0.1", None)])
def test_address_has_its_share_of_photos(address: str, status: int | None) -> None:
    visitors = Visitors({})
    for number in range(MOST_PHOTOS_OF_ADDRESS):
        visitors.welcome(address).gallery.put(entry(f"p{number}"))
    visitors.require_room(visitors.welcome(OTHER))
    if status is None:
        visitors.require_room(visitors.welcome(address))
        return
    with pytest.raises(RefusedError) as refused:
        visitors.require_room(visitors.welcome(address))
    assert refused.value.status == status


def test_address_has_its_share_of_places(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        sessions: Sessions = server.sessions
        visitor = server.visitors.welcome(LAN)
        opened = [await sessions.open(visitor, LAN) for _ in range(2)]
        with pytest.raises(RefusedError) as refused:
            await sessions.open(visitor, LAN)
        assert refused.value.status == 429
        await sessions.open(visitor, OTHER)
        await sessions.end(opened[0].id)
        await sessions.open(visitor, LAN)
        for session in sessions:
            await sessions.end(session.id)
        for _ in range(4):
            await sessions.open(visitor, "127.0.0.1")

    serving(test, tmp_path, most=4)
