"""The front of a cluster: one public address; each visitor's requests go to the host that has their things.

Ray Serve's own HTTP proxy is not used: it sends each request to any host, and a visitor's faces, sessions and videos
are on one; and it would put two more processes between a WebSocket's pictures and their host. Media does not pass here
at all. The front guards (tokens, haste, origins) and serves the page; all else is a host's. It keeps nothing, so it may
be started anew, or several times. Knows requests and hosts; knows no visitor.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ConnectionTimeoutError,
    WSServerHandshakeError,
    web,
)

from realtime.cluster.behind import FREE, RETRY_S
from realtime.cluster.directory import BEAT_S, HostState, View
from realtime.cluster.merged_metrics import merged
from realtime.cluster.proxy import ask, front_headers, give_back, headers_for, join_sockets, make_client, reach_socket
from realtime.cluster.routing import Hosts, opens_session
from realtime.web.auth import Doorkeeper, RefusedError
from realtime.web.request_parts import COOKIE_TO_SET, LONGEST_SDP, body_in, remember, says_key
from realtime.web.server import guarded_by, public_routes
from realtime.web.socket import LARGEST_PICTURE, require_upgrade

logger = logging.getLogger(__name__)

NOT_REACHED = ClientConnectorError, ConnectionTimeoutError
"""Nothing was sent."""
LATE_S = 2.0
"""A host that takes longer to say its numbers is left out of them."""


class Front:
    """look: what the directory says now."""

    def __init__(self, look: Callable[[], Any]) -> None:
        self._look, self.hosts = look, Hosts()
        self._client: ClientSession | None = None

    def application(self, guard: Doorkeeper) -> web.Application:
        """Ready to run."""
        app = web.Application(middlewares=[guarded_by(guard)])
        app.cleanup_ctx.append(self._running)
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_routes(public_routes())
        app.router.add_get("/socket", self._socket)
        app.router.add_route("*", "/{path:.+}", self._pass)
        return app

    async def _running(self, _app: web.Application) -> AsyncIterator[None]:
        self._client = make_client()
        following = asyncio.create_task(self._follow(), name="hosts")
        yield
        following.cancel()
        await self._client.close()

    async def _follow(self) -> None:
        from ray.exceptions import RayError  # noqa: PLC0415  an extra

        while True:
            try:
                view: View = await self._look()
                self.hosts.update(view)
            except RayError as error:
                logger.warning("the directory does not answer: %s", error)
            await asyncio.sleep(BEAT_S / 2)

    @property
    def _behind(self) -> ClientSession:
        if self._client is None:
            raise RuntimeError("the application does not run")
        return self._client

    async def _health(self, _request: web.Request) -> web.Response:
        there = self.hosts.there
        told = {"status": "ok", "sessions": sum(host.sessions for host in there), "hosts": len(there)}
        return web.json_response(told)

    async def _metrics(self, request: web.Request) -> web.Response:
        there = self.hosts.there
        texts = await asyncio.gather(*(self._numbers_of(host, request) for host in there))
        told = [(host, text) for host, text in zip(there, texts, strict=True) if text is not None]
        return web.Response(body=merged(told), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _numbers_of(self, host: HostState, request: web.Request) -> str | None:
        headers = front_headers(request, self.hosts.secret)
        try:
            async with asyncio.timeout(LATE_S), self._behind.get(f"{host.url}/metrics", headers=headers) as answer:
                return await answer.text()
        except (ClientError, TimeoutError):
            return None

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        """An answer of the host that this is for; somebody new, or whose host is gone, gets one."""
        opens = opens_session(request)
        body = await body_in(request, LONGEST_SDP) if opens else None
        tried: list[str] = []
        host, visitor = self._host_for(request, opens=opens)
        while True:
            headers = headers_for(request, self.hosts.secret, visitor=visitor)
            try:
                answer = await ask(self._behind, host, request, headers, body)
            except NOT_REACHED:
                self.hosts.lose(host.name)
                host, visitor = self._host_for(request, opens=opens)
                continue
            except ClientError as error:
                raise _gone() from error
            tried.append(host.name)
            other = self._other_for(request, answer.headers, tried) if answer.status == 503 else None
            if other is None:
                return await give_back(request, answer)
            answer.release()
            host, visitor = other, ""

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket. Somebody new is made known to their host first: a handshake's cookie would not reach them."""
        require_upgrade(request)
        tried: list[str] = []
        host, visitor = self._host_for(request, opens=True)
        while True:
            try:
                if visitor == "":
                    visitor = await self._welcomed(host, request)
                headers = headers_for(request, self.hosts.secret, visitor=visitor)
                behind = await reach_socket(self._behind, host, request, headers)
            except WSServerHandshakeError as error:
                tried.append(host.name)
                other = self._other_for(request, error.headers or {}, tried) if error.status == 503 else None
                if other is None:
                    raise RefusedError(error.status, "no session", remedy="try again", retry_after_s=RETRY_S) from error
                host, visitor = other, ""
            except NOT_REACHED:
                self.hosts.lose(host.name)
                host, visitor = self._host_for(request, opens=True)
            except ClientError as error:
                raise _gone() from error
            else:
                before = web.WebSocketResponse(max_msg_size=LARGEST_PICTURE, compress=False)
                remember(request, before)
                await before.prepare(request)
                await join_sockets(before, behind)
                return before

    async def _welcomed(self, host: HostState, request: web.Request) -> str:
        """The key of somebody new, which their browser is told."""
        headers = front_headers(request, self.hosts.secret)
        async with self._behind.post(f"{host.url}/visitor", headers=headers) as answer:
            answer.raise_for_status()
            key: str = (await answer.json())["visitor"]
        request[COOKIE_TO_SET] = key, None
        return key

    def _host_for(self, request: web.Request, *, opens: bool) -> tuple[HostState, str | None]:
        """And as whom the visitor goes there, see `headers_for`. Raises RefusedError (503)."""
        host = self.hosts.named_by(request)
        if host is not None:
            return host, None
        host = self.hosts.best(with_room=opens)
        if host is None:
            raise _full()
        return host, None if says_key(request) else ""

    def _other_for(self, request: web.Request, told: Any, tried: list[str]) -> HostState | None:
        """Another host, for whoever was refused by one that has nothing of theirs, and can be given another key."""
        can_move = FREE in told and not says_key(request)
        return self.hosts.best(with_room=True, but=tried) if can_move else None


def _full() -> RefusedError:
    return RefusedError(503, "all hosts are full", remedy="try again when somebody has left", retry_after_s=RETRY_S)


def _gone() -> RefusedError:
    return RefusedError(503, "the host that had this is gone", remedy="start anew", retry_after_s=1)


def front_name() -> str:
    """Of one front, for the directory."""
    return secrets.token_hex(6)
