"""Sessions on a Ray cluster of two nodes, one of which is killed: 25 s, most of them Ray's own start."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from benchmarks.common.fake_cluster import client_of, order_of, until
from benchmarks.common.fake_server import opened_fake
from benchmarks.common.ray_nodes import RayNodes
from realtime.cluster.connect import connected
from realtime.web.auth import Guard
from tests.realtime.cluster.fakes import COLOURS_BGR, Visitor

PLACES = 2
"""Of each host."""
BACK_S = 20.0
"""Generous: a busy machine is not what is tested."""
ASKS_S = 1.0
"""How often the page asks after its session."""


@asynccontextmanager
async def fronted() -> AsyncIterator[TestClient[Any, Any]]:
    from realtime.cluster.directory import directory  # noqa: PLC0415  Ray must be there
    from realtime.cluster.front import Front  # noqa: PLC0415

    actor = directory()
    front = Front(lambda: actor.look.remote("test", ()))
    async with client_of(front, Guard(None)) as client:
        await until(lambda: len(front.hosts.there) == 2)
        yield client


async def is_there(visitor: Visitor, client: TestClient[Any, Any]) -> bool:
    async with client.get(visitor.peer.location) as answer:
        return answer.status == 200


async def is_back(visitor: Visitor, client: TestClient[Any, Any]) -> float:
    """As the page: it asks after its session, and begins anew when that is gone. Returns how long all took, s."""
    began_s = time.monotonic()
    is_lost = not await is_there(visitor, client)
    while is_lost and await visitor.offer(client) != 201:
        await asyncio.sleep(ASKS_S)
    assert await visitor.sees(3) == {visitor.bgr}
    return time.monotonic() - began_s


@pytest.mark.ray
@pytest.mark.filterwarnings("ignore")  # what Ray imports
def test_sessions_on_two_nodes_of_which_one_is_killed(nodes: RayNodes) -> None:
    from realtime.cluster import hosts  # noqa: PLC0415  Ray must be there

    async def test() -> None:
        async with fronted() as client:
            visitors = [Visitor(bgr) for bgr in COLOURS_BGR]
            assert [await visitor.offer(client) for visitor in visitors] == [201] * 4
            assert await Visitor(COLOURS_BGR[0]).offer(client) == 503
            for visitor in visitors:
                assert await visitor.sees(3) == {visitor.bgr}
            for visitor in visitors[1:3]:  # one of each host, so that there is room
                await visitor.leave()
            await asyncio.to_thread(nodes.lose_one)
            took_s = [await is_back(visitor, client) for visitor in (visitors[0], visitors[3])]
            assert max(took_s) < BACK_S
            assert visitors[0].host == visitors[3].host
            for visitor in (visitors[0], visitors[3]):
                assert await visitor.sees(3) == {visitor.bgr}
                await visitor.leave()

    with connected(nodes.address):
        hosts.deploy(order_of(PLACES), opened_fake)
        asyncio.run(asyncio.wait_for(test(), 120))
        hosts.end()
