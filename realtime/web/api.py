"""The requests of the server: sessions in and out, control, numbers. `openapi.json` beside this describes them.

Knows paths and status codes; who may ask is `guard`'s business, and what WebRTC is `rtc`'s.
"""

import asyncio
from collections.abc import Sequence

from aiohttp import web
from aiortc import RTCIceServer

from realtime.web.auth import RefusedError
from realtime.web.offer import Offered
from realtime.web.request_parts import SDP, address_of, command_in, offer_in, visitor_of, watch_key_in
from realtime.web.rtc import PeerLink
from realtime.web.session import SwapSession
from realtime.web.sessions import Sessions
from realtime.web.socket import swap_over_socket
from realtime.web.status import exposition, session_state
from realtime.web.visitors import Visitor, Visitors

MOST_WATCHERS = 8


class Api:
    """offered: how faces may be put on. addresses: where other machines find the server."""

    def __init__(
        self,
        sessions: Sessions,
        visitors: Visitors,
        ice: list[RTCIceServer],
        offered: Offered,
        addresses: Sequence[str] = (),
    ) -> None:
        self._sessions, self._visitors = sessions, visitors
        self._ice, self._offered, self._addresses = ice, offered, addresses
        self._watchers: dict[str, PeerLink] = {}

    def routes(self) -> list[web.RouteDef]:
        """Everything but the page, faces and photos."""
        return [
            web.get("/healthz", self._health),
            web.get("/metrics", self._metrics),
            web.get("/info", self._info),
            web.post("/visitor", self._welcome),
            web.post("/session", self._start_session),
            web.get("/session/{id}", self._show_session),
            web.delete("/session/{id}", self._end_session),
            web.post("/session/{id}/control", self._control),
            web.post("/whip", self._start_whip),
            web.delete("/whip/{id}", self._end_session),
            web.post("/whep", self._start_whep),
            web.delete("/whep/{id}", self._end_whep),
            web.get("/socket", self._socket),
        ]

    async def sweep(self) -> None:
        """End silent sessions and forget visitors who left, for ever; cancel it at the end."""
        visitors = self._visitors.sweep(lambda: [session.visitor for session in self._sessions])
        await asyncio.gather(self._sessions.sweep(), visitors)

    async def close(self) -> None:
        """When the server stops."""
        await asyncio.gather(*(watcher.close() for watcher in self._watchers.values()))
        await self._sessions.end_all()

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "sessions": len(self._sessions)})

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=exposition(self._sessions), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _info(self, request: web.Request) -> web.Response:
        ice = [{"urls": server.urls, **_login(server)} for server in self._ice]
        faces = self._visitor(request).gallery
        photos = {name: len(faces.photo(name).views) for name in faces.names}
        found = {"faces": faces.names, "own": faces.own_names, "photos": photos}
        here = {**self._offered().told(), "ice": ice, "addresses": list(self._addresses)}
        return web.json_response({**found, **here})

    async def _welcome(self, request: web.Request) -> web.Response:
        return web.json_response({"visitor": self._visitors.welcome(address_of(request)).key}, status=201)

    async def _start_session(self, request: web.Request) -> web.Response:
        return await self._start(request, "/session", sends_back=True)

    async def _start_whip(self, request: web.Request) -> web.Response:
        return await self._start(request, "/whip", sends_back=False)

    async def _start(self, request: web.Request, path: str, *, sends_back: bool) -> web.Response:
        watch, offer = watch_key_in(request), await offer_in(request)
        session = await self._sessions.open(self._visitor(request), address_of(request), watch)
        link = PeerLink(self._ice, lambda: self._sessions.end(session.id))
        self._sessions.link(session, link)
        try:
            answer = await link.swap(session, offer, sends_back=sends_back)
        except BaseException:
            await self._sessions.end(session.id)
            raise
        return _answered(answer, f"{path}/{session.id}")

    async def _show_session(self, request: web.Request) -> web.Response:
        return web.json_response(session_state(self._session(request)))

    async def _end_session(self, request: web.Request) -> web.Response:
        await self._sessions.end(self._session(request).id)
        return web.json_response({})

    async def _control(self, request: web.Request) -> web.Response:
        session = self._session(request)
        now = session.stream.control.apply(await command_in(request))
        return web.json_response({"now": now})

    async def _start_whep(self, request: web.Request) -> web.Response:
        session, offer = self._watched(request), await offer_in(request)
        if len(self._watchers) >= MOST_WATCHERS:
            raise RefusedError(503, f"{MOST_WATCHERS} watch already", remedy="try again later", retry_after_s=5)
        key = self._sessions.make_key(16)
        link = PeerLink(self._ice, lambda: self._leave(key))
        self._watchers[key] = link
        try:
            answer = await link.show(session, offer)
        except BaseException:
            await self._leave(key)
            raise
        return _answered(answer, f"/whep/{key}")

    async def _end_whep(self, request: web.Request) -> web.Response:
        key = request.match_info["id"]
        if key not in self._watchers:
            raise RefusedError(404, "nobody watches under this address", remedy="start a new one")
        await self._leave(key)
        return web.json_response({})

    async def _leave(self, key: str) -> None:
        link = self._watchers.pop(key, None)
        if link is not None:
            await link.close()

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        return await swap_over_socket(request, self._sessions, self._visitor(request))

    def _visitor(self, request: web.Request) -> Visitor:
        return visitor_of(request, self._visitors)

    def _session(self, request: web.Request) -> SwapSession:
        return self._sessions.find(request.match_info["id"])

    def _watched(self, request: web.Request) -> SwapSession:
        """The session whose key was said. Raises RefusedError (400 without one, 404)."""
        if "session" not in request.query:
            raise RefusedError(
                400, "which session?", remedy='ask for /whep?session=KEY; the sender has it as "watch" of the session'
            )
        return self._sessions.find_watched(request.query["session"])


def _answered(answer: str, location: str) -> web.Response:
    return web.Response(status=201, text=answer, content_type=SDP, headers={"Location": location})


def _login(server: RTCIceServer) -> dict[str, str]:
    return {"username": server.username, "credential": server.credential or ""} if server.username else {}
