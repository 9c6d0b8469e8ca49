"""Over HTTP: who is let in, what is refused and how, faces in and out, control, numbers."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.common.fake_server import Served
from realtime.provenance.words import SOURCE_TYPE
from realtime.web import gallery, request_parts
from realtime.web.gallery import tidy
from realtime.web.page_files import PAGE
from realtime.web.request_parts import LARGEST_UPLOAD
from realtime.web.server import OPENAPI
from tests.realtime.web.served import Camera, Peer, png, serving

SDP = {"Content-Type": "application/sdp"}


async def socket_session(server: Served) -> tuple[Any, str]:
    socket = await server.client.ws_connect("/socket")
    return socket, (await socket.receive_json())["session"]


async def said(answer: Any) -> str:
    """The words of a refusal: an error and what to do."""
    found = await answer.json()
    assert set(found) == {"error", "hint"}
    assert found["hint"]
    return str(found["error"])


PART = b"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n"
MISTAKES = {
    "no offer": ("POST", "/session", b"hello", SDP, 400, "cannot be answered"),
    "offer of nothing": ("POST", "/whip", b"v=0\r\n", SDP, 400, "no video"),
    "not called an offer": ("POST", "/whip", b"v=0\r\n", {}, 415, "not an offer"),
    "nobody to watch": ("POST", "/whep?session=none", b"v=0\r\n", SDP, 404, "no such session"),
    "to watch anybody": ("POST", "/whep", b"v=0\r\n", SDP, 400, "which session"),
    "a watch key for all": ("POST", "/whip?watch=me", b"v=0\r\n", SDP, 400, "can be guessed"),
    "a made-up visitor": ("GET", "/info", b"", {"Liveswap-Visitor": "me"}, 410, "forgotten"),
    "the server's face": ("DELETE", "/faces/ann", b"", {}, 403, "stays"),
    "a GIF": ("POST", "/faces?name=x&consent=yes", b"GIF89a" + bytes(40), {}, 422, "readable picture"),
    "bytes": ("POST", "/session", b"\xff\xfe", SDP, 400, "not text"),
    "offer of many parts": ("POST", "/whip", b"v=0\r\n" + PART * 9, SDP, 400, "has 9 parts"),
    "a face of endless number": ("POST", f"/faces?consent=yes&face={'1' * 5000}", png(), {}, 400, "there is no face"),
    "endless offer": ("POST", "/session", b"a" * 70_000, SDP, 413, "longer than"),
    "no such session": ("POST", "/session/none/control", b'{"command": "pause"}', {}, 404, "no such session"),
    "nobody to end": ("DELETE", "/session/none", b"", {}, 404, "no such session"),
    "no such watcher": ("DELETE", "/whep/none", b"", {}, 404, "nobody watches"),
    "trickle": ("PATCH", "/whip/none", b"", {}, 405, "Method Not Allowed"),
    "no picture": ("POST", "/faces?name=x&consent=yes", b"GIF, honest", {}, 422, "readable picture"),
    "nobody in it": ("POST", "/faces?name=x&consent=yes", png(0), {}, 422, "no human face"),
    "no consent": ("POST", "/faces?name=x", png(), {}, 403, "consent"),
    "no such face": ("DELETE", "/faces/none", b"", {}, 404, "no face 'none'"),
    "no socket": ("GET", "/socket", b"", {}, 426, "WebSocket"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_explained(tmp_path: Path, mistake: tuple[str, str, bytes, dict[str, str], int, str]) -> None:
    method, path, data, headers, status, words = mistake

    async def test(server: Served) -> None:
        answer = await server.client.request(method, path, data=data or None, headers=headers)
        assert answer.status == status
        assert words.lower() in (await said(answer)).lower()
        assert len(server.sessions) == 0

    serving(test, tmp_path)


def test_endless_photo_is_refused(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        answer = await server.client.post("/faces?consent=yes", data=BytesIO(b"x" * (LARGEST_UPLOAD + 1)))
        assert answer.status == 413

    serving(test, tmp_path)


def test_photo_that_does_not_come_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_parts, "RECEIVE_S", 0.05)

    async def forever() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.02)

    async def test(server: Served) -> None:
        answer = await server.client.post("/faces?consent=yes", data=forever())
        assert answer.status == 408
        await said(answer)
        assert (await server.client.post("/faces?name=p&consent=yes", data=png())).status == 201

    serving(test, tmp_path)


def test_photo_with_more_pixels_than_memory_is_refused_unread(tmp_path: Path) -> None:
    bomb = bytearray(png())
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2

    async def test(server: Served) -> None:
        assert (await server.client.post("/faces?name=bomb&consent=yes", data=bytes(bomb))).status == 422

    serving(test, tmp_path)


@pytest.mark.smoke
def test_face_comes_is_worn_and_goes(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        socket, session = await socket_session(server)
        answer = await server.client.post("/faces?name=../My%20photo.png&consent=yes", data=png())
        assert (answer.status, await answer.json()) == (201, {"name": "My photo"})
        assert (await (await server.client.get("/info")).json())["faces"] == ["ann", "bob", "My photo"]
        assert (await (await server.client.get("/faces/My photo")).read())[:2] == b"\xff\xd8", "a JPEG"
        source_bank = server.sessions.find(session).stream.source_bank
        told = await server.client.post(f"/session/{session}/control", json={"command": "face My photo"})
        assert (await told.json())["now"] == "face 3 of 3 (My photo)"
        assert (await server.client.delete("/faces/My photo")).status == 200
        assert source_bank.names == ("ann", "bob")
        await socket.close()

    serving(test, tmp_path)


def test_gallery_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "MOST", 3)

    async def test(server: Served) -> None:
        for name, status in (("p1", 201), ("p2", 201), ("p3", 201), ("p4", 409), ("p3", 201)):
            answer = await server.client.post(f"/faces?name={name}&consent=yes", data=png())
            assert answer.status == status
        assert (await server.client.delete("/faces/p1")).status == 200
        assert (await server.client.post("/faces?name=p4&consent=yes", data=png())).status == 201

    serving(test, tmp_path)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("alice.jpg", "alice"),
        ("/etc/passwd", "passwd"),
        ("C:\\photos\\Zoë 2.PNG", "Zoë 2"),
        ("..", "_"),
        ("...", "_"),
        ("a.b.c.jpg", "a_b_c"),
        ("<script>", "_script_"),
        ("x" * 99, "x" * 40),
        ("\0", "photo"),
    ],
)
def test_name_of_an_upload_is_made_harmless(given_name: str, name: str) -> None:
    assert tidy(given_name) == name


def test_control_speaks_the_words_of_ctl_and_explains_others(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        socket, session = await socket_session(server)
        path = f"/session/{session}/control"
        answer = await server.client.post(path, json={"command": "face next"})
        assert await answer.json() == {"now": "face 2 of 2 (bob)"}
        for body, status in (
            (b"{", 400),
            (b"[" * 4000, 400),
            (b"[]", 422),
            (b'{"command": 7}', 422),
            (b"x" * 5000, 413),
        ):
            wrong = await server.client.post(path, data=body)
            assert wrong.status == status
            await said(wrong)
        wrong = await server.client.post(path, json={"command": "dance"})
        assert (wrong.status, await said(wrong)) == (422, "'dance' is not a command")
        await socket.close()

    serving(test, tmp_path)


def test_full_server_says_when_to_come_again(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        (first, _), peer = await socket_session(server), Peer()
        peer.connection.addTrack(Camera())
        assert await peer.connect(server.client, "/session") == 503
        with pytest.raises(Exception, match="503"):
            await server.client.ws_connect("/socket")
        await first.close()
        second, _ = await socket_session(server)
        await second.close()
        await peer.connection.close()

    serving(test, tmp_path, most=1)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=30), max_size=6), st.binary(max_size=60))
def test_nonsense_is_the_senders_fault(tmp_path: Path, lines: list[str], junk: bytes) -> None:
    offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
    broken = (offer + "\r\n".join(lines)).encode(errors="replace")

    async def test(server: Served) -> None:
        for path, data, headers in (
            ("/session", broken, SDP),
            ("/whip", junk, SDP),
            ("/faces?consent=yes", junk, {}),
            ("/session/x/control", junk, {}),
        ):
            answer = await server.client.post(path, data=data, headers=headers)
            assert 400 <= answer.status < 500
            await said(answer)
        assert len(server.sessions) == 0

    serving(test, tmp_path)


def test_description_names_every_path_and_no_other(tmp_path: Path) -> None:
    described = {
        (path, method.upper()) for path, item in json.loads(OPENAPI.read_text())["paths"].items() for method in item
    }

    async def test(server: Served) -> None:
        router = server.client.server.app.router  # type: ignore[attr-defined]
        routes = {(route.resource.canonical, route.method) for route in router.routes()}
        api = {
            (path, method)
            for path, method in routes
            if method != "HEAD" and path not in {"/", "/page/{name}", "/openapi.json"}
        }
        assert described == api

    serving(test, tmp_path)


def test_page_asks_nobody_else_for_anything() -> None:
    """Names that look like addresses are no requests; vendor/ names its sources in comments."""
    for file in PAGE.glob("*.*"):
        addresses = set(re.findall(r"\b(?:https?|wss?)://[^\s\"']+", file.read_text()))
        assert addresses <= {"http://www.w3.org/2000/svg", SOURCE_TYPE}, file.name
    for file in (PAGE / "vendor").glob("*.js"):
        assert not re.search(
            r"(?:fetch|import|WebSocket|open|src\s*=)\s*\(?\s*[\"'`](?:https?|wss?)://", file.read_text()
        )
