"""A video goes to the server in pieces, is looked at and previewed: of whoever sent it, and nobody else's business."""

from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from benchmarks.common.fake_server import Behind, served
from benchmarks.common.video_fakes import PAINT_BGR, TwoEyes
from realtime.web.videos.private_folder import Limits, owner_of
from tests.realtime.web.served import run
from tests.realtime.web.video_client import pixels, send, somebody, with_people

WIDE, HIGH, FRAMES = 96, 64, 30
"""Of the clip (conftest.py)."""


def test_video_comes_in_pieces_and_is_looked_at(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            video = await send(server.client, clip)
            facts = {"width": WIDE, "height": HIGH, "fps": 30.0, "frames": FRAMES, "has_sound": True, "state": "ready"}
            assert facts.items() <= video.items()
            assert video["duration_s"] == pytest.approx(1, abs=0.04)
            people = (await with_people(server.client, video))["people"]
            assert len(people) == 2
            assert not any(person["can_be_mapped"] for person in people), "nobody can tell them apart here"
            picture = await server.client.get(f"/videos/{video['id']}/people/1")
            assert (picture.status, picture.content_type) == (200, "image/jpeg")
            assert (await server.client.get(f"/videos/{video['id']}/people/2")).status == 404
            listed = await (await server.client.get("/videos")).json()
            assert [each["name"] for each in listed["videos"]] == ["my film.mp4"]
            assert listed["limits"]["left_bytes"] == Limits().of_visitor - len(clip)

    run(test)


def test_upload_goes_on_where_it_stopped_after_a_restart(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        half = len(clip) // 2
        async with served(tmp_path) as server, somebody(server) as me:
            begun = await server.client.post("/videos", json={"name": "a.mp4", "bytes": len(clip)}, headers=me)
            path = f"/videos/{(await begun.json())['id']}"
            await server.client.patch(path, data=clip[:half], headers={"Upload-Offset": "0"} | me)
        async with served(tmp_path) as server:
            again = await server.client.patch(path, data=clip[:half], headers={"Upload-Offset": "0"} | me)
            assert (again.status, again.headers["Upload-Offset"]) == (409, str(half))
            assert (await again.json())["uploaded"] == half
            rest = await server.client.patch(path, data=clip[half:], headers={"Upload-Offset": str(half)} | me)
            assert (await rest.json())["state"] == "ready"

    run(test)


def test_two_visitors_see_nothing_of_each_other(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server, somebody(server) as other:
            video = await send(server.client, clip)
            path = f"/videos/{video['id']}"
            assert (await (await server.client.get("/videos", headers=other)).json())["videos"] == []
            preview = {"at": 0, "wear": "ann"}
            answers = [
                await server.client.get(path, headers=other),
                await server.client.get(f"{path}/frame?at=0", headers=other),
                await server.client.get(f"{path}/people/0", headers=other),
                await server.client.post(f"{path}/preview", json=preview, headers=other),
                await server.client.patch(path, data=b"x", headers={"Upload-Offset": "0"} | other),
                await server.client.delete(path, headers=other),
                await server.client.post("/jobs", json={"video": video["id"], "wear": "ann"}, headers=other),
            ]
            assert [answer.status for answer in answers] == [404] * len(answers)
            assert (await server.client.get(path)).status == 200

    run(test)


def test_folders_are_private_and_named_by_nobody_s_key(tmp_path: Path, clip: bytes) -> None:
    async def test() -> None:
        async with served(tmp_path) as server, somebody(server) as me:
            await send(server.client, clip, **me)
            key = me["Liveswap-Visitor"]
            folders = [path for path in (tmp_path / "visitors").rglob("*") if path.is_dir()]
            assert {path.stat().st_mode & 0o777 for path in [tmp_path / "visitors", *folders]} == {0o700}
            assert (tmp_path / "visitors" / owner_of(key)).is_dir()
            assert not any(key in str(path) for path in folders)

    run(test)


def test_frame_and_preview_are_of_the_moment_that_is_asked_for(tmp_path: Path, clip: bytes) -> None:
    behind = Behind(TwoEyes())

    async def test() -> None:
        async with served(tmp_path, behind=behind) as server:
            path = f"/videos/{(await send(server.client, clip))['id']}"
            frames = [await (await server.client.get(f"{path}/frame?at={at}")).read() for at in (0, 0.5, 99)]
            assert len({*frames}) == 3, "beyond the end it is the last one"
            small = await (await server.client.get(f"{path}/frame?at=0&width=48")).read()
            assert pixels(small).shape == (HIGH // 2, WIDE // 2, 3)
            wanted = {"at": 0.5, "wear": ["bob", "ann"], "faces": "all", "strength": 0.8, "trim": [0.2, 0.7]}
            answer = await server.client.post(f"{path}/preview", json=wanted)
            assert answer.headers["Liveswap-Outcome"] == "swapped"
            assert np.abs(pixels(await answer.read())[2, 2].astype(int) - PAINT_BGR).max() < 40
            command = unquote(answer.headers["Liveswap-Command"])
            assert command == (
                "liveswap run --face bob.jpg --face ann.jpg --faces all --input 'my film.mp4' --strength 0.8 "
                "--trim 0.2-0.7 --output 'my film-liveswap.mp4'"
            )
            (config, names), *_ = behind.sight.asked
            assert (config.at_s, config.trim, config.neural.strength, names) == (0.5, None, 0.8, ("bob", "ann"))

    run(test)


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"at": 0}, 422, '"wear"'),
        ({"at": 0, "wear": []}, 422, '"wear"'),
        ({"at": 0, "wear": "nobody"}, 404, "no face 'nobody'"),
        ({"wear": "ann"}, 422, "no time"),
        ({"at": -1, "wear": "ann"}, 422, "no time"),
        ({"at": 0, "wear": "ann", "swapper": "--face"}, 422, "no swapper"),
        ({"at": 0, "wear": "ann", "faces": "some"}, 422, "which faces"),
        ({"at": 0, "wear": "ann", "strength": 2}, 422, "out of range"),
        ({"at": 0, "wear": "ann", "mouth": "x"}, 422, "not a choice"),
        ({"at": 0, "wear": "ann", "strangers": "x"}, 422, '"strangers"'),
        ({"at": 0, "wear": "ann", "trim": [2, 1]}, 422, "is none"),
        ({"at": 0, "wear": "ann", "trim": [0, 10**400]}, 422, "is none"),
        ({"at": 0, "wear": "ann", "strength": 10**400}, 422, "out of range"),
        ({"at": 10**400, "wear": "ann"}, 422, "no time"),
        ({"at": 0, "wear": "ann", "format": "exe"}, 422, '"format"'),
        ({"at": 0, "wear": {"0": "ann"}}, 422, "no recogniser"),
        ([], 422, '"wear"'),
    ],
)
def test_what_cannot_be_previewed_is_said(tmp_path: Path, clip: bytes, said: object, status: int, words: str) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            path = f"/videos/{(await send(server.client, clip))['id']}"
            answer = await server.client.post(f"{path}/preview", json=said)
            told = await answer.json()
            assert (answer.status, words in told["error"], bool(told["hint"])) == (status, True, True), told

    run(test)
