"""What a visitor does with videos: sends them, has others made, waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from aiohttp.test_utils import TestClient

from benchmarks.common.fake_server import Served

Client = TestClient[Any, Any]


async def send(client: Client, content: bytes, name: str = "my film.mp4", **headers: str) -> dict[str, Any]:
    """A whole video, in two pieces. Returns what the server says at the end."""
    begun = await client.post("/videos", json={"name": name, "bytes": len(content)}, headers=headers)
    video = await begun.json()
    assert begun.status == 201, video
    for piece in (content[: len(content) // 2], content[len(content) // 2 :]):
        offset = {"Upload-Offset": str(video["uploaded"])}
        video = await (await client.patch(f"/videos/{video['id']}", data=piece, headers=offset | headers)).json()
    return dict(video)


async def with_people(client: Client, video: dict[str, Any], **headers: str) -> dict[str, Any]:
    """The same, once its people were searched."""
    while video["people"] is None:
        await asyncio.sleep(0.05)
        video = await (await client.get(f"/videos/{video['id']}", headers=headers)).json()
    return video


@asynccontextmanager
async def somebody(server: Served) -> AsyncIterator[dict[str, str]]:
    """Another visitor, as headers."""
    yield {"Liveswap-Visitor": (await (await server.client.post("/visitor")).json())["visitor"]}


def pixels(content: bytes) -> np.ndarray[Any, Any]:
    found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return found


async def ordered(client: Client, video: dict[str, Any], headers: dict[str, str] | None = None, **more: Any) -> Any:
    answer = await client.post("/jobs", json={"video": video["id"], "wear": "ann", **more}, headers=headers)
    job = await answer.json()
    assert answer.status == 201, job
    return job


async def until(client: Client, job: dict[str, Any], state: str, headers: dict[str, str] | None = None) -> Any:
    async with asyncio.timeout(20):
        while job["state"] != state:
            await asyncio.sleep(0.02)
            job = await (await client.get(f"/jobs/{job['id']}", headers=headers)).json()
    return job


def files_in(folder: Path) -> list[str]:
    """What lies there, by names from the folder on."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
