"""A face whose consent is revoked leaves a running server."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

from benchmarks.common.fake_server import Behind, Served, served
from benchmarks.common.video_fakes import Maker
from realtime.faces.consent import ConsentLedger, key_of
from realtime.web import consents
from realtime.web.consents import WHY
from realtime.web.videos.queue import REVOKED
from tests.realtime.web.served import png, run, serving
from tests.realtime.web.video_client import ordered, send
from tests.realtime.web.video_client import until as job_until


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


@pytest.mark.parametrize("is_under_way", [False, True])
def test_job_whose_face_s_consent_is_revoked_is_not_made_or_not_given_out(
    tmp_path: Path, clip: bytes, is_under_way: bool
) -> None:
    maker = Maker()

    async def test() -> None:
        async with served(tmp_path, behind=Behind(make=maker)) as server:
            await server.client.post("/faces?name=eve&consent=yes", data=png())
            video = await send(server.client, clip)
            first = None if is_under_way else await ordered(server.client, video)
            job = await ordered(server.client, video, wear=["eve"])
            await maker.begun.wait()
            ConsentLedger(tmp_path).revoke(key_of(png()))
            maker.may_end.set()
            job = await job_until(server.client, job, "failed")
            assert job["error"] == REVOKED
            assert "result" not in job
            assert len(maker.folders) == 1, "the first, or the one that was under way"
            if first is not None:
                await job_until(server.client, first, "done")

    run(test)
