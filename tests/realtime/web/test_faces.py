"""Faces over HTTP: of which of several an upload is, what is weak about it, and more photos of one person."""

from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from aiohttp.test_utils import TestClient

from benchmarks.common.fake_server import DARK, Served
from tests.realtime.web.served import png, serving


def group() -> bytes:
    """Two faces, as the tests' finder sees them: a light one beside a lighter one."""
    two = np.hstack([np.full((24, 24, 3), level, np.uint8) for level in (90, 200)])
    return cv2.imencode(".png", two)[1].tobytes()


async def send(client: TestClient[Any, Any], path: str, content: bytes) -> tuple[int, Any]:
    async with client.post(path, data=BytesIO(content)) as answer:
        return answer.status, await answer.json()


async def brightness(client: TestClient[Any, Any], name: str) -> float:
    content = await (await client.get(f"/faces/{name}")).read()
    return float(np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)).mean())


def test_group_is_asked_about_and_the_chosen_face_is_taken(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        status, said = await send(server.client, "/faces?name=g&consent=yes&face=ask", group())
        assert (status, len(said["faces"])) == (200, 2)
        assert said["faces"][0]["picture"].startswith("data:image/jpeg;base64,")
        assert (await (await server.client.get("/info")).json())["own"] == []
        assert await send(server.client, "/faces?name=g&consent=yes&face=1", group()) == (201, {"name": "g"})
        assert await brightness(server.client, "g") == pytest.approx(200, abs=3)
        assert (await send(server.client, "/faces?name=g&consent=yes&face=2", group()))[0] == 400
        assert (await send(server.client, "/faces?name=g&consent=yes&face=-1", group()))[0] == 400
        assert (await send(server.client, "/faces?name=g&consent=yes", group()))[0] == 201, "the largest, unasked"
        assert await brightness(server.client, "g") == pytest.approx(90, abs=3)

    serving(test, tmp_path)


def test_clear_face_is_taken_when_asked_and_a_weak_one_is_not(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        assert (await send(server.client, "/faces?name=a&consent=yes&face=ask", png()))[0] == 201
        status, said = await send(server.client, "/faces?name=b&consent=yes&face=ask", png(DARK - 5))
        assert (status, said["faces"][0]["doubts"]) == (200, [{"kind": "dark", "value": DARK - 5}])
        assert (await send(server.client, "/faces?name=b&face=ask", png(DARK - 5)))[0] == 403, "consent comes first"

    serving(test, tmp_path)


def test_more_photos_of_one_person_make_one_face_and_count(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        assert (await send(server.client, "/faces?name=eve&consent=yes", png(50)))[0] == 201
        for level in range(60, 140, 10):
            assert await send(server.client, "/faces/eve?consent=yes", png(level)) == (201, {"name": "eve"})
        info = await (await server.client.get("/info")).json()
        assert (info["own"], info["photos"]) == (["eve"], {"ann": 1, "bob": 1, "eve": 6})
        (visitor,) = server.visitors._visitors.values()
        assert visitor.gallery.photos_kept == 6
        assert all(not view.more for view in visitor.gallery.photo("eve").more), "none within another"
        assert (await send(server.client, "/faces/eve", png()))[0] == 403, "consent is for each"
        assert (await send(server.client, "/faces/ann?consent=yes", png()))[0] == 403, "the server's own"
        assert (await send(server.client, "/faces/nobody?consent=yes", png()))[0] == 404

    serving(test, tmp_path)
