"""The requests of the server: sessions in and out, faces, control, numbers. `openapi.json` beside this describes them.

Knows paths and status codes; who may ask is `guard`'s business, and what WebRTC is `rtc`'s.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence

from aiohttp import web
from aiortc import RTCIceServer

from models.errors import UserError
from realtime.web.gallery import Gallery
from realtime.web.guard import RefusedError
from realtime.web.rtc import PeerLink
from realtime.web.sdp import require_offer
from realtime.web.session import SwapSession
from realtime.web.sessions import Sessions
from realtime.web.socket import swap_over_socket
from realtime.web.state import exposition, session_state

LONGEST_SDP, LONGEST_COMMAND = 64 * 1024, 4096
SDP = "application/sdp"
MOST_WATCHERS = 8
COMMAND = 'send {"command": "..."}'


class Api:
    """swappers: what may be worn, by name."""

    def __init__(
        self, sessions: Sessions, gallery: Gallery, ice: list[RTCIceServer], swappers: Callable[[], Sequence[str]]
    ) -> None:
        self._sessions, self._gallery, self._ice, self._swappers = sessions, gallery, ice, swappers
        self._watchers: dict[str, PeerLink] = {}

    def routes(self) -> list[web.RouteDef]:
        """Everything but the page."""
        return [
            web.get("/healthz", self._health),
            web.get("/metrics", self._metrics),
            web.get("/info", self._info),
            web.post("/session", self._start_session),
            web.get("/session/{id}", self._show_session),
            web.delete("/session/{id}", self._end_session),
            web.post("/session/{id}/control", self._control),
            web.post("/whip", self._start_whip),
            web.delete("/whip/{id}", self._end_session),
            web.post("/whep", self._start_whep),
            web.delete("/whep/{id}", self._end_whep),
            web.get("/socket", self._socket),
            web.post("/faces", self._add_face),
            web.get("/faces/{name}", self._show_face),
            web.delete("/faces/{name}", self._remove_face),
        ]

    async def close(self) -> None:
        """When the server stops."""
        await asyncio.gather(*(watcher.close() for watcher in self._watchers.values()))
        await self._sessions.end_all()

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "sessions": len(self._sessions)})

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=exposition(self._sessions), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _info(self, _request: web.Request) -> web.Response:
        ice = [{"urls": server.urls, **_login(server)} for server in self._ice]
        return web.json_response({"faces": self._gallery.names, "swappers": list(self._swappers()), "ice": ice})

    async def _start_session(self, request: web.Request) -> web.Response:
        return await self._start(request, "/session", sends_back=True)

    async def _start_whip(self, request: web.Request) -> web.Response:
        return await self._start(request, "/whip", sends_back=False)

    async def _start(self, request: web.Request, path: str, *, sends_back: bool) -> web.Response:
        offer = await _offer(request)
        session = await self._sessions.open()
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
        command = _command(await _body(request, LONGEST_COMMAND))
        now = session.stream.control.apply(command)
        return web.json_response({"now": now})

    async def _start_whep(self, request: web.Request) -> web.Response:
        offer = await _offer(request)
        if len(self._watchers) >= MOST_WATCHERS:
            raise RefusedError(503, f"{MOST_WATCHERS} watch already", remedy="try again later", retry_after_s=5)
        session = self._watched(request)
        key = secrets.token_urlsafe(16)
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
        return await swap_over_socket(request, self._sessions)

    async def _add_face(self, request: web.Request) -> web.Response:
        name, consent = request.query.get("name", "photo"), request.query.get("consent") == "yes"
        photo = await self._gallery.add(await request.read(), name, consent=consent)
        for session in self._sessions:
            session.stream.wardrobe.add(photo)
            await asyncio.to_thread(session.stream.wardrobe.settle)  # so that it can be worn by who hears of it
        return web.json_response({"name": photo.name}, status=201)

    async def _show_face(self, request: web.Request) -> web.Response:
        return web.Response(body=self._gallery.thumbnail(request.match_info["name"]), content_type="image/jpeg")

    async def _remove_face(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self._gallery.remove(name)
        for session in self._sessions:
            if name in session.stream.wardrobe.names:
                await asyncio.to_thread(session.stream.wardrobe.remove, name)
        return web.json_response({})

    def _session(self, request: web.Request) -> SwapSession:
        return self._sessions.find(request.match_info["id"])

    def _watched(self, request: web.Request) -> SwapSession:
        """The session asked for, else the newest. Raises RefusedError (404)."""
        if "session" in request.query:
            return self._sessions.find(request.query["session"])
        sessions = list(self._sessions)
        if not sessions:
            raise RefusedError(404, "nobody sends anything yet", remedy="start sending first, then watch")
        return sessions[-1]


async def _offer(request: web.Request) -> str:
    if request.content_type != SDP:
        raise RefusedError(415, f"{request.content_type} is no offer", remedy=f"send Content-Type: {SDP}")
    try:
        offer = (await _body(request, LONGEST_SDP)).decode()
    except UnicodeDecodeError as error:
        raise RefusedError(400, "the offer is not text", remedy="send an SDP offer in UTF-8") from error
    require_offer(offer)
    return offer


async def _body(request: web.Request, longest: int) -> bytes:
    body = await request.content.read(longest + 1)
    while len(body) <= longest and not request.content.at_eof():
        body += await request.content.read(longest + 1 - len(body))
    if len(body) > longest:
        raise RefusedError(413, f"that is longer than {longest} bytes", remedy="send less")
    return body


def _command(body: bytes) -> str:
    """Raises RefusedError (400) for what is no JSON, and UserError for JSON of something else."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "this is no JSON", remedy=COMMAND) from error
    command = message.get("command") if isinstance(message, dict) else None
    if not isinstance(command, str):
        raise UserError("there is no 'command' in it", remedy=COMMAND)
    return command


def _answered(answer: str, location: str) -> web.Response:
    return web.Response(status=201, text=answer, content_type=SDP, headers={"Location": location})


def _login(server: RTCIceServer) -> dict[str, str]:
    return {"username": server.username, "credential": server.credential or ""} if server.username else {}
