"""A server of fakes in a thread of its own, for targets that send it something, and what every answer must be.

Knows requests and answers; what is sent is web.py's and talks.py's business.
"""

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp.test_utils import TestClient

from benchmarks.common.fake_server import Behind, Served, served
from benchmarks.fuzzing.films import written
from benchmarks.fuzzing.target import require
from realtime.web.auth import Guard, RefusedError
from realtime.web.videos.private_folder import Limits

T = TypeVar("T")
WAIT_S = 30.0
"""Of wall time for one answer."""
BUSY = {503, 507}
"""Beyond 500, and a clean refusal all the same."""
READY_LOOKS = 400


class Unpaced(Guard):
    """Lets everybody ask as often as they like: the pace is tested elsewhere."""

    def require_pace(self, address: str) -> None:
        """Never refuses."""


class RunningServer:
    """now: while it runs. film: a video that it can read."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._loop = folder, asyncio.new_event_loop()
        self._has_begun, self._may_end = threading.Event(), asyncio.Event()
        self.film = written(folder / "film.mp4", None).read_bytes()
        self.now: Served
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)
        self._thread.start()
        self._has_begun.wait()

    @property
    def client(self) -> TestClient[Any, Any]:
        return self.now.client

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """What a coroutine in the server's loop gives. Raises what it raises, and BrokenPromiseError after WAIT_S."""
        try:
            return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, WAIT_S), self._loop).result()
        except TimeoutError:
            require(False, f"no answer in {WAIT_S:g} s")
            raise

    def close(self) -> None:
        """Ends it."""
        self._loop.call_soon_threadsafe(self._may_end.set)
        self._thread.join(WAIT_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        behind = Behind(limits=Limits(most_bytes=50_000_000))
        async with served(self._folder / "home", guard=Unpaced(None), most=4, behind=behind) as self.now:
            self._has_begun.set()
            await self._may_end.wait()

    async def ready_video(self) -> str:
        """The id of a video that was sent, and of no other: a visitor may have few."""
        async with self.client.get("/videos") as listed:
            for video in (await listed.json())["videos"]:
                async with self.client.delete(f"/videos/{video['id']}"):
                    pass
        async with self.client.post("/videos", json={"name": "a.mp4", "bytes": len(self.film)}) as begun:
            key: str = (await begun.json())["id"]
        async with self.client.patch(f"/videos/{key}", data=self.film, headers={"Upload-Offset": "0"}) as answer:
            require(answer.status == 200, f"a good film is refused: {await answer.text()}")
        return key

    async def is_well(self) -> None:
        """Raises BrokenPromiseError unless it still answers."""
        async with self.client.get("/healthz") as answer:
            require(answer.status == 200, f"/healthz says {answer.status}")


@contextmanager
def running(folder: Path) -> Iterator[RunningServer]:
    """In the block."""
    server = RunningServer(folder)
    try:
        yield server
    finally:
        server.close()


async def judged(answer: aiohttp.ClientResponse, what: str) -> RefusedError | None:
    """What was refused, None for a result. Raises BrokenPromiseError for neither, and for a refusal without words."""
    content = await answer.read()
    require(answer.status < 500 or answer.status in BUSY, f"{what} is answered by {answer.status}")
    if answer.status >= 400:
        said = json.loads(content)
        require(bool(said["error"]) and bool(said["hint"]), f"{what}: {answer.status} without words")
        return RefusedError(answer.status, said["error"], remedy=said["hint"])
    return None
