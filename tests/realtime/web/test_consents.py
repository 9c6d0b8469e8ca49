"""A face whose consent is revoked leaves a running server."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

from realtime.faces.consent import ConsentLedger, key_of
from realtime.web import consents
from realtime.web.consents import WHY
from tests.realtime.web.served import Served, png, serving


async def until(what: object, within_s: float = 20) -> None:
    """Wait until `what()` holds."""
    assert callable(what)
    async with asyncio.timeout(within_s):
        while not what():
            await asyncio.sleep(0.05)


def test_revoked_face_leaves_the_gallery_and_its_stream_is_withheld(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consents, "SWEEP_S", 0.1)

    async def test(server: Served) -> None:
        async with ClientSession(server.client.make_url("/"), cookie_jar=CookieJar(unsafe=True)) as eve:
            assert (await eve.post("/faces?name=eve&consent=yes", data=png())).status == 201
            socket = await eve.ws_connect("/socket")
            session = server.sessions.find((await socket.receive_json())["session"])
            other = await server.client.ws_connect("/socket")
            untouched = server.sessions.find((await other.receive_json())["session"])
            ConsentLedger(tmp_path).revoke(key_of(png()))
            await until(lambda: session.stream.control.withheld)
            assert session.stream.control.withheld == WHY
            assert session.stream.control.settings.paused
            await until(lambda: session.visitor.gallery.names == ("ann", "bob"))
            assert not untouched.stream.control.withheld
            assert (await eve.post("/faces?name=eve&consent=yes", data=png())).status == 422
            await socket.close()
            await other.close()

    serving(test, tmp_path)


def test_nobody_is_shown_while_the_record_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents, "SWEEP_S", 0.1)

    async def test(server: Served) -> None:
        socket = await server.client.ws_connect("/socket")
        session = server.sessions.find((await socket.receive_json())["session"])
        (tmp_path / "consent.jsonl").write_text("{broken")
        await until(lambda: session.stream.control.withheld)
        await socket.close()

    serving(test, tmp_path)
