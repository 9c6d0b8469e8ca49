"""Hosts with fake engines, their directory and a front in this process, without Ray: for tests, and to measure a front.

Knows the cluster's parts and how they are put together; knows no engine.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from benchmarks.common.fake_server import opened_fake
from realtime.cluster.directory import Directory
from realtime.cluster.front import Front
from realtime.cluster.host import Host
from realtime.cluster.order import HostOrder
from realtime.config import RunConfig
from realtime.web.auth import Guard

PATIENCE_S = 40.0


def order_of(places: int) -> HostOrder:
    config = RunConfig(faces_from=(Path("ann.png"),), input="browser", outputs=("browser",))
    return HostOrder(config, (), (), places, "'self'", late_ms=math.inf)  # whatever else the machine does


class Actor:
    """A directory, asked as an actor of Ray's is."""

    def __init__(self) -> None:
        self.directory = Directory()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.directory, name)

        class Remote:
            @staticmethod
            async def remote(*given: Any) -> Any:
                return method(*given)

        return Remote


@dataclass
class InProcess:
    client: TestClient[Any, Any]
    front: Front
    hosts: list[Host]


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what is bound to come. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.05)


def client_of(front: Front, guard: Guard) -> TestClient[Any, Any]:
    """A browser, as far as cookies go."""
    return TestClient(TestServer(front.application(guard)), cookie_jar=CookieJar(unsafe=True))


@asynccontextmanager
async def in_process(
    home: Path, *, hosts: int = 2, places: int = 2, guard: Guard | None = None
) -> AsyncIterator[InProcess]:
    """A front before so many hosts."""
    actor = Actor()
    running = [Host(order_of(places), actor, "127.0.0.1") for _ in range(hosts)]
    for host in running:
        await host.begin(home, opened_fake)
    front = Front(lambda: actor.look.remote("test", ("http://elsewhere/",)))
    async with client_of(front, guard or Guard(None)) as client:
        await until(lambda: len(front.hosts.there) == hosts)
        yield InProcess(client, front, running)
    actor.directory.close("test")
    for host in running:
        await host.drain()
