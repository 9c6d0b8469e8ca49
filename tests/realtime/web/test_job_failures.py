"""A job that fails: what is told, that its faces go, and that the others are made."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.common.fake_server import Behind, served
from benchmarks.common.video_fakes import Maker
from tests.realtime.web.served import run
from tests.realtime.web.video_client import files_in, ordered, send, somebody, until


@pytest.mark.parametrize(
    ("said", "error"),
    [({"error": "the disk is full", "hint": "make room"}, "the disk is full"), ({}, "ended with 0")],
)
def test_what_went_wrong_is_told(tmp_path: Path, clip: bytes, said: dict[str, Any], error: str) -> None:
    maker = Maker(said=said)
    maker.may_end.set()

    async def test() -> None:
        async with served(tmp_path, behind=Behind(make=maker)) as server:
            job = await until(server.client, await ordered(server.client, await send(server.client, clip)), "failed")
            assert error in job["error"]
            assert job["hint"]
            assert "result" not in job

    run(test)


def test_bug_in_one_job_does_not_stop_the_others(tmp_path: Path, clip: bytes) -> None:
    maker, calls = Maker(), []
    maker.may_end.set()

    async def make(words: Sequence[str], folder: Path, tell: Callable[[dict[str, Any]], None]) -> int:
        calls.append(folder)
        if len(calls) == 1:
            raise ValueError("a bug")
        return await maker(words, folder, tell)

    async def test() -> None:
        async with served(tmp_path, behind=Behind(make=make)) as server:
            video = await send(server.client, clip)
            jobs = [await ordered(server.client, video) for _ in range(2)]
            assert (await until(server.client, jobs[0], "failed"))["error"] == "a bug"
            await until(server.client, jobs[1], "done")
            assert files_in(calls[0].parent) == ["record.json"], "its faces go as those of any other"

    run(test)


def test_job_whose_end_cannot_be_kept_does_not_stop_the_others_now_or_later(tmp_path: Path, clip: bytes) -> None:
    maker = Maker()
    maker.may_end.set()

    async def spoil(words: Sequence[str], folder: Path, tell: Callable[[dict[str, Any]], None]) -> int:
        (folder.parent / "record.json").rename(folder.parent / "before")
        (folder.parent / "record.json").mkdir()  # nothing can be put in its place
        return await maker(words, folder, tell)

    async def test() -> None:
        async with served(tmp_path, behind=Behind(make=spoil)) as server, somebody(server) as me:
            job = await ordered(server.client, await send(server.client, clip, **me), me)
            await until(server.client, job, "failed", me)
        folder = next(tmp_path.glob("visitors/*/jobs/*"))
        assert files_in(folder) == ["before", "result.mp4"], "its faces are gone"
        (folder / "record.json").rmdir()
        (folder / "before").rename(folder / "record.json")  # as before it began: it is to be made, without its faces
        async with served(tmp_path, behind=Behind(make=maker)) as server:
            await until(server.client, job, "failed", me)
            await until(server.client, await ordered(server.client, await send(server.client, clip)), "done")

    run(test)
