"""A host: the server of `liveswap serve`, whole, in a process that Ray Serve starts, watches and ends on some node.

It listens on the node's address for fronts alone, and its sessions' media goes straight between browsers and it. When
Ray Serve ends it, it takes nobody new, and stays until its sessions have ended. Knows the server's parts, the directory
and this life; knows nothing of where others are.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

from aiohttp import web

from models.errors import UserError
from models.store import home_folder
from realtime.admission import store_of
from realtime.cluster.behind import FrontOnly, put_behind_front
from realtime.cluster.connect import cluster_of_others
from realtime.cluster.directory import BEAT_S, HostState, Orders
from realtime.cluster.headroom import Headroom
from realtime.cluster.order import HostOrder
from realtime.cluster.seat import Seat, seated
from realtime.web.auth import Doorkeeper
from realtime.web.keys import KeyMaker, server_of
from realtime.web.opened import Asked, OpenedServer, opened
from realtime.web.rtc import ice_servers

logger = logging.getLogger(__name__)

DRAIN_S = 3600.0
"""Whoever is still connected then is cut off, and connects anew elsewhere."""
LEAVE_S = 0.2

OpenServer: TypeAlias = Callable[[HostOrder, Seat, Doorkeeper, list[str]], AbstractAsyncContextManager[OpenedServer]]
"""The order, where it is put, who lets requests in, where other machines find the front."""


def open_server(
    order: HostOrder, seat: Seat, door: Doorkeeper, addresses: list[str]
) -> AbstractAsyncContextManager[OpenedServer]:
    """With real engines; models come to a node once, into its store."""
    store = store_of(home_folder(), accepts_licences=order.accepts_licences, ask=None)
    own = order.places, seat.folder / "visitors"
    asked = Asked(ice_servers(order.ice), *own, addresses, KeyMaker(seat.name), cluster=cluster_of_others)
    return opened(order.config_at(seat.folder / "faces"), store, door, asked)


class Host:
    """Begun and drained once. directory: a handle of the cluster's. node: this machine's address."""

    def __init__(self, order: HostOrder, directory: Any, node: str) -> None:
        self._order, self._directory, self._node = order, directory, node
        self._headroom, self._room = Headroom(order.late_ms), 1.0
        self._drains, self._ends = False, asyncio.Event()
        self._addresses: list[str] = []
        self._door, self._stack = FrontOnly(order.framed_by), AsyncExitStack()

    async def begin(self, home: Path, opens: OpenServer = open_server) -> None:
        """Serve, and say so. home: where it takes a seat. Raises UserError, which the directory is told, too."""
        try:
            await self._open(home, opens)
        except UserError as error:
            await self._directory.fail.remote(str(error), error.remedy)
            raise
        await self._beat()
        self._beating = asyncio.create_task(self._beat_on(), name="beat")

    async def drain(self) -> None:
        """End: take nobody new, and wait for whoever is connected, within DRAIN_S, unless all are to end."""
        self._drains = True
        until_s = time.monotonic() + DRAIN_S
        while self.sessions and not self._ends.is_set() and time.monotonic() < until_s:
            await asyncio.sleep(LEAVE_S)
        self._beating.cancel()
        await self._directory.leave.remote(self._seat.name)
        await self._stack.aclose()

    @property
    def sessions(self) -> int:
        """Connected now."""
        return len(self._server.sessions)

    @property
    def is_heard(self) -> bool:
        """Whether it still says how it is."""
        return not self._beating.done()

    async def _open(self, home: Path, opens: OpenServer) -> None:
        self._seat = self._stack.enter_context(seated(home))
        opening = opens(self._order, self._seat, self._door, self._addresses)
        self._server = await self._stack.enter_async_context(opening)
        put_behind_front(self._server, self._why_full)
        runner = web.AppRunner(self._server.application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, self._node, 0).start()
        self._url = f"http://{self._node}:{runner.addresses[0][1]}"

    def _why_full(self) -> str | None:
        if self._drains:
            return "this host is to end"
        return None if self._room else "pictures come late here already"

    def _state(self) -> HostState:
        sessions = list(self._server.sessions)
        p95_ms = max((each.stream.metrics.recent().latency_p95_ms or 0.0 for each in sessions), default=0.0)
        self._room = self._headroom.measure(len(sessions), self._order.places, p95_ms)
        watches = tuple(each.watch for each in sessions if server_of(each.watch) is None)
        room = 0.0 if self._drains else self._room
        name, places = self._seat.name, self._order.places
        return HostState(name, self._url, self._node, len(sessions), places, room, self._drains, watches)

    async def _beat(self) -> None:
        orders: Orders = await self._directory.beat.remote(self._state())
        self._door.secret = orders.secret
        self._addresses[:] = orders.addresses
        if orders.ends:
            self._ends.set()

    async def _beat_on(self) -> None:
        from ray.exceptions import RayError  # noqa: PLC0415  an extra

        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self._beat()
            except RayError as error:
                logger.warning("the directory does not answer: %s", error)
