"""A photo goes to the server and comes back with other faces: of whoever sent it, marked, and nothing else of it."""

import hashlib
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest
from aiohttp.test_utils import TestClient

from benchmarks.common.fake_server import PAINT_BGR, TwoSquares, examine, served
from engines.types import Image
from realtime.disclosure import Disclosure
from realtime.faces.swap_settings import SwapSettings
from realtime.provenance.no_badge import reasons_of
from realtime.provenance.reading import Status
from realtime.provenance.reading import examine as verdict
from realtime.provenance.words import SOURCE_TYPE
from realtime.web.gallery import Gallery
from realtime.web.target_photo import PhotoStudio, TargetPhoto, Wishes
from realtime.web.visitors import MOST_TARGETS, Visitors
from tests.realtime.web.served import png, run

WIDE, HIGH = 240, 160


def group(content: Image | None = None) -> bytes:
    """A photo of two, as the tests' engines see it."""
    plain = np.full((HIGH, WIDE, 3), 120, np.uint8)
    return cv2.imencode(".png", plain if content is None else content)[1].tobytes()


def pixels(content: bytes) -> Image:
    found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return np.asarray(found, np.uint8)


def test_chosen_faces_are_changed_the_others_stay_and_the_picture_is_marked(tmp_path: Path) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            sent = await server.client.post("/photo", data=group())
            facts = await sent.json()
            assert (sent.status, facts["width"], facts["height"], len(facts["faces"])) == (201, WIDE, HIGH, 2)
            wear = {"wear": {"1": "bob"}, "format": "png", "no_badge": "a test"}
            answer = await server.client.post("/photo/swapped", json=wear)
            content = await answer.read()
            assert (answer.status, answer.content_type) == (200, "image/png")
            picture = pixels(content)
            assert picture[HIGH * 3 // 4, WIDE * 3 // 4].tolist() == list(PAINT_BGR)
            assert (picture[: HIGH // 2, : WIDE // 2] == 120).all(), "nobody chose that one"
            assert SOURCE_TYPE.encode() in content
            with PIL.Image.open(io.BytesIO(content)) as opened:
                assert opened.size == (WIDE, HIGH)

    run(test)


def test_everybody_else_is_blurred_where_that_is_wished(tmp_path: Path) -> None:
    stripes = np.zeros((HIGH, WIDE, 3), np.uint8)
    stripes[:, ::2] = 255

    async def test() -> None:
        async with served(tmp_path) as server:
            await server.client.post("/photo", data=group(stripes))
            said = {"wear": {"1": "bob"}, "format": "png", "no_badge": "a test", "strangers": "blur"}
            picture = pixels(await (await server.client.post("/photo/swapped", json=said)).read())
            assert np.ptp(picture[:60, :60]) < 100, "the other one's face"
            assert picture[HIGH * 3 // 4, WIDE * 3 // 4].tolist() == list(PAINT_BGR)

    run(test)


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"wear": {"2": "ann"}}, 422, "there is no face 2"),
        ({"wear": {"0": "nobody"}}, 404, "there is no face 'nobody'"),
        ({"wear": {"first": "ann"}}, 422, '"wear"'),
        ({}, 422, '"wear"'),
        ([], 422, '"wear"'),
        ({"wear": {"0": "ann"}, "strength": True}, 422, '"strength"'),
        ({"wear": {"0": "ann"}, "strength": 2}, 422, '"strength"'),
        ({"wear": {"0": "ann"}, "enhancer_blend": "all"}, 422, '"enhancer_blend"'),
        ({"wear": {"0": "ann"}, "format": "bmp"}, 422, '"format"'),
        ({"wear": {"0": "ann"}, "badge": False}, 422, "a reason is needed"),
        ({"wear": {"0": "ann"}, "no_badge": " "}, 422, "a reason is needed"),
        ({"wear": {"0": "ann"}, "no_badge": True}, 422, '"no_badge"'),
        ({"wear": {"0": "ann"}, "badge_language": "xx"}, 422, "language 'xx'"),
        ({"wear": {"0": "ann"}, "caption": "x" * 81}, 422, "at most 80"),
        ({"wear": {"0": "ann"}, "format": []}, 422, '"format"'),
        ({"wear": {"0": "ann"}, "iris": "mine"}, 422, '"iris"'),
        ({"wear": {"0": "ann"}, "mouth": 1}, 422, '"mouth"'),
        ({"wear": {"0": "ann"}, "swapper": "none"}, 422, "no swapper 'none'"),
        ({"wear": {"0": "ann"}, "enhancer": "gpen"}, 422, "no enhancer 'gpen'"),
        ({"wear": {"0": "ann"}, "strangers": "swap"}, 422, '"strangers"'),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, said: object, status: int, words: str) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            await server.client.post("/photo", data=group())
            answer = await server.client.post("/photo/swapped", json=said)
            told = await answer.json()
            assert answer.status == status
            assert words in told["error"]
            assert told["hint"]

    run(test)


def test_a_photo_is_its_sender_s_alone_and_gone_when_they_say_so(tmp_path: Path) -> None:
    async def swap(client: TestClient[Any, Any], **headers: str) -> int:
        async with client.post("/photo/swapped", json={"wear": {"0": "ann"}}, headers=headers) as answer:
            return answer.status

    async def test() -> None:
        async with served(tmp_path) as server:
            assert await swap(server.client) == 404
            await server.client.post("/photo", data=group())
            other = (await (await server.client.post("/visitor")).json())["visitor"]
            assert (await swap(server.client), await swap(server.client, **{"Liveswap-Visitor": other})) == (200, 404)
            await server.client.delete("/photo")
            assert await swap(server.client) == 404

    run(test)


def test_no_picture_is_refused_and_the_photo_before_stays(tmp_path: Path) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            await server.client.post("/photo", data=png())
            assert (await server.client.post("/photo", data=b"no picture")).status == 422
            assert (await server.client.post("/photo/swapped", json={"wear": {"0": "ann"}})).status == 200

    run(test)


def test_of_too_many_photos_the_oldest_visitor_s_goes() -> None:
    now = [0.0]
    visitors = Visitors({}, clock=lambda: now[0])
    photo = TargetPhoto(np.zeros((4, 4, 3), np.uint8), (), "")
    everybody = []
    for number in range(MOST_TARGETS + 2):
        now[0] = float(number)
        everybody.append(visitors.welcome("10.0.0.1"))
        visitors.keep_photo(everybody[-1], photo)
    assert [visitor.photo is None for visitor in everybody] == [True, True, *[False] * MOST_TARGETS]
    assert isinstance(everybody[0].gallery, Gallery), "only their photo is gone"


@pytest.mark.parametrize("media", ["jpeg", "png", "webp"])
def test_photo_that_comes_back_is_signed_and_names_the_hash_of_what_was_sent(tmp_path: Path, media: str) -> None:
    studio = PhotoStudio(TwoSquares(), tmp_path)
    target = studio.read(group())
    worn = {0: examine(pixels(png()), "ann")}
    made = studio.swapped(target, Wishes(worn, SwapSettings("mesh"), False, Disclosure(), media))
    (tmp_path / f"back.{media}").write_bytes(made)
    found = verdict(tmp_path / f"back.{media}")
    assert found.status is Status.VALID
    assert found.claim is not None
    assert (found.claim.model, found.claim.input_sha256) == ("mesh", hashlib.sha256(group()).hexdigest())
    assert found.claim.no_badge is None


def test_photo_without_the_badge_says_why_and_it_is_recorded_for_whose_face_it_is(tmp_path: Path) -> None:
    studio = PhotoStudio(TwoSquares(), tmp_path)
    worn, told = {0: examine(pixels(png()), "ann")}, Disclosure(no_badge="a test")
    wishes = Wishes(worn, SwapSettings("mesh"), False, told, "png", consents=("a" * 64,))
    for _ in range(2):
        (tmp_path / "back.png").write_bytes(studio.swapped(studio.read(group()), wishes))
    claim = verdict(tmp_path / "back.png").claim
    assert claim is not None
    assert claim.no_badge == "a test"
    assert [(each["photo"], each["no_badge"]) for each in reasons_of(tmp_path)] == [("a" * 64, "a test")]
