"""What is no video, or too much of it, is refused in words, and nothing of it stays."""

import asyncio
import io
from itertools import product
from pathlib import Path

import pytest

from benchmarks.common.fake_server import Behind, served
from realtime.web.videos.beside import WAITING_OF_VISITOR
from realtime.web.videos.looking import require_video
from realtime.web.videos.private_folder import Limits, PrivateFolder
from tests.realtime.web.served import run
from tests.realtime.web.video_client import send, somebody


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "no video"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "no video"),
        (b"\xff\xd8\xff\xe0 a photo .........", "no video"),
    ],
)
def test_what_is_no_video_never_reaches_the_decoder(tmp_path: Path, content: bytes, words: str) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            begun = await server.client.post("/videos", json={"name": "a.mp4", "bytes": len(content)})
            path = f"/videos/{(await begun.json())['id']}"
            answer = await server.client.patch(path, data=content, headers={"Upload-Offset": "0"})
            assert (answer.status, words in (await answer.json())["error"]) == (422, True)
            assert (await server.client.get(path)).status == 404, "nothing of it stays"

    run(test)


def test_video_that_cannot_be_read_is_refused_and_its_bytes_go(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            video = await send(server.client, clip[: len(clip) // 3])
            assert video["state"] == "refused"
            assert "my film.mp4 is not a readable video" in video["error"]
            assert "incomplete" in video["hint"]
            assert [path for path in tmp_path.rglob("video") if path.is_file()] == []
            assert (await server.client.get(f"/videos/{video['id']}/frame?at=0")).status == 409

    run(test)


@pytest.mark.parametrize(
    "head", [b"\0\0\0\x20ftypisom", b"\x1a\x45\xdf\xa3....", b"RIFF....AVI LIST", b"\0\0\0\x08moov"]
)
def test_containers_are_let_through(head: bytes) -> None:
    require_video(head + bytes(400), "a")
    require_video(b"\x47" + bytes(187) + b"\x47" + bytes(187), "a.ts")


def test_width_of_a_frame_that_is_no_number_is_said(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            path = f"/videos/{(await send(server.client, clip))['id']}/frame?at=0&width={'9' * 5000}"
            answer = await server.client.get(path)
            assert (answer.status, "16 to" in (await answer.json())["hint"]) == (422, True)

    run(test)


def test_limits_are_kept_and_said(tmp_path: Path, clip: bytes) -> None:
    limits = Limits(most_bytes=len(clip), of_visitor=2 * len(clip) - 1)

    async def test() -> None:
        async with served(tmp_path, behind=Behind(limits=limits)) as server, somebody(server) as other:
            begin = {"name": "a.mp4", "bytes": len(clip) + 1}
            assert (await server.client.post("/videos", json=begin)).status == 413
            video = await send(server.client, clip)
            full = await server.client.post("/videos", json=begin | {"bytes": len(clip)})
            assert (full.status, "delete" in (await full.json())["hint"]) == (507, True)
            assert (await send(server.client, clip, **other))["state"] == "ready"
            await server.client.delete(f"/videos/{video['id']}")
            assert (await send(server.client, clip))["state"] == "ready"

    run(test)


def test_disk_that_is_nearly_full_takes_no_video(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path, behind=Behind(limits=Limits(free_bytes=1 << 60))) as server:
            answer = await server.client.post("/videos", json={"name": "a.mp4", "bytes": len(clip)})
            assert (answer.status, "no room" in (await answer.json())["error"]) == (507, True)

    run(test)


def test_piece_that_is_too_large_or_too_much_is_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            begun = await server.client.post("/videos", json={"name": "a.mp4", "bytes": 20 << 20})
            path, head = f"/videos/{(await begun.json())['id']}", b"\0\0\0\x20ftypisom"
            offset = {"Upload-Offset": "0"}
            assert (
                await server.client.patch(path, data=io.BytesIO(head + bytes(9 << 20)), headers=offset)
            ).status == 413
            assert (await server.client.patch(path, data=head + bytes(100), headers=offset)).status == 200
            begun = await server.client.post("/videos", json={"name": "a.mp4", "bytes": 4})
            path = f"/videos/{(await begun.json())['id']}"
            assert (await server.client.patch(path, data=head, headers=offset)).status == 413

    run(test)


def test_many_pieces_are_not_too_much_at_once(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            video = await (await server.client.post("/videos", json={"name": "a.mp4", "bytes": len(clip)})).json()
            step = len(clip) // 60
            while video["uploaded"] < len(clip):
                at = video["uploaded"]
                answer = await server.client.patch(
                    f"/videos/{video['id']}", data=clip[at : at + step], headers={"Upload-Offset": str(at)}
                )
                video = await answer.json()
                assert answer.status == 200, video
            assert video["state"] == "ready"

    run(test)


def test_too_many_frames_at_once_are_refused(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            path = f"/videos/{(await send(server.client, clip))['id']}/frame?at=0"
            answers = await asyncio.gather(*(server.client.get(path) for _ in range(3 * WAITING_OF_VISITOR)))
            assert {answer.status for answer in answers} == {200, 429}

    run(test)


def test_one_server_at_a_time_has_the_folder(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            await send(server.client, clip)
            async with served(tmp_path) as second:
                answer = await second.client.get("/videos")
                told = await answer.json()
                assert (answer.status, "LIVESWAP_HOME" in told["hint"]) == (503, True)
                assert (await second.client.get("/info")).status == 200

    run(test)


def test_what_a_killed_server_left_half_removed_goes(tmp_path: Path) -> None:
    half = tmp_path / "visitors" / "abc" / "videos" / ".gone"
    half.mkdir(parents=True)
    folders = PrivateFolder(tmp_path / "visitors")
    folders.open()
    assert not half.exists()
    folders.forget_empty()
    assert not folders.knows("x")
    assert not (tmp_path / "visitors" / "abc").exists()
    folders.close()


FACTS = '{"width": 9, "height": 9, "fps": 0.0, "duration_s": 1.0, "frames": 1, "has_sound": false}'
VIDEO = '{"name": "a", "bytes": %s, "state": "ready", "problem": null, "facts": %s, "people": null}'
JOB = (
    '{"video": "v", "words": [], "command": "", "wished": {}, "name": %s, "created_s": 1, "consents": [],'
    ' "state": "done", "key": "k", "told": "no table"}'
)


DAMAGED = (
    *('{"half', "[]", '{"name": "only"}', "[" * 100_000, VIDEO % ("-1", "null"), VIDEO % ('"9"', "null")),
    *(VIDEO % ("9", FACTS), JOB % '"a"', JOB % "[]"),
)


def test_damaged_record_goes_and_the_server_opens_with_the_rest(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            await send(server.client, clip)
            folder = next(iter(server.workshop.library.store)).folder
        for kind, (number, record) in product(("videos", "jobs"), enumerate(DAMAGED)):
            damaged = folder.parents[1] / kind / f"damaged{number}"
            damaged.mkdir(parents=True)
            (damaged / "record.json").write_text(record)
        async with served(tmp_path) as server:
            assert [video.id for video in server.workshop.library.store] == [folder.name]
            assert list(server.workshop.jobs) == []
        assert not any(folder.parents[1].glob("*/damaged*"))

    run(test)
