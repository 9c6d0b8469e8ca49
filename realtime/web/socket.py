"""A session over a WebSocket, for places where only HTTP gets through; the newest picture wins in both directions.

    page:   /socket?codec=h264|vp8|jpeg       jpeg if it does not say
    server: {"session": ID}                   once, as text
    page:   4 bytes (big-endian milliseconds of its clock) and a picture
    server: {"got": MS}                       for each; {"key": true} if it could not be read: send a beginning
    server: 1 byte (1: a decoder can begin here) and the newest swapped picture
    page:   "shown"                           for each; "key": send a beginning

Knows messages; what is in a picture is `frame_codec`'s business, and how many may be under way `flow`'s.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial

from aiohttp import WSMsgType, web

from realtime.stream.frame_queue import SlotClosed
from realtime.web.auth import RefusedError
from realtime.web.broadcast import BroadcastOver
from realtime.web.flow_control import FlowControl
from realtime.web.frame_codec import FRAME_CODECS, FrameCodec
from realtime.web.request_parts import address_of, remember
from realtime.web.session import SwapSession
from realtime.web.sessions import Sessions
from realtime.web.visitors import Visitor

logger = logging.getLogger(__name__)

LARGEST_PICTURE = 2 * 1024 * 1024
HEADER = 4
ALIVE_S = 15.0


async def swap_over_socket(request: web.Request, sessions: Sessions, visitor: Visitor) -> web.WebSocketResponse:
    """One session of `visitor`, until the page leaves. Raises RefusedError before anything was sent."""
    require_upgrade(request)
    codec = request.query.get("codec", "jpeg")
    if codec not in FRAME_CODECS:
        raise RefusedError(400, f"there is no codec {codec!r}", remedy=f"use one of {', '.join(FRAME_CODECS)}")
    session = await sessions.open(visitor, address_of(request))
    socket = web.WebSocketResponse(max_msg_size=LARGEST_PICTURE, heartbeat=ALIVE_S)
    remember(request, socket)
    try:
        await socket.prepare(request)
        sessions.link(session, _Closing(socket))
        await _Talk(session, socket, FRAME_CODECS[codec]()).hold()
    finally:
        await sessions.end(session.id)
    return socket


def require_upgrade(request: web.Request) -> None:
    """Raises HTTPUpgradeRequired for a request of another kind."""
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise web.HTTPUpgradeRequired(reason="this address is for WebSockets")


class _Talk:
    """One conversation."""

    def __init__(self, session: SwapSession, socket: web.WebSocketResponse, frame_codec: FrameCodec) -> None:
        self._session, self._socket, self._frame_codec = session, socket, frame_codec
        self._flow = FlowControl()
        self._needs_beginning = True

    async def hold(self) -> None:
        """Until either end leaves."""
        await self._socket.send_json({"session": self._session.id})
        sending = asyncio.create_task(self._send_newest())
        try:
            with suppress(SlotClosed, ConnectionError):
                await self._receive()
        finally:
            sending.cancel()

    async def _receive(self) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.BINARY and len(message.data) > HEADER:
                await self._take(int.from_bytes(message.data[:HEADER], "big"), message.data[HEADER:])
            elif message.data == "shown":
                self._flow.arrived()
            elif message.data == "key":
                self._needs_beginning = True

    async def _take(self, stamp_ms: int, data: bytes) -> None:
        try:
            picture = await asyncio.to_thread(self._frame_codec.read, stamp_ms, data)
        except ValueError as error:
            logger.debug("session %s: a picture could not be read: %s", self._session.id[:4], error)
            picture = None
        if picture is None:
            await self._socket.send_json({"key": True})
        else:
            self._session.take(picture)
        await self._socket.send_json({"got": stamp_ms})

    async def _send_newest(self) -> None:
        number = 0
        with suppress(BroadcastOver, ConnectionError):
            while True:
                self._frame_codec.slow_down(await self._flow.opens())
                number, shown = await self._session.broadcast.after(number)
                is_key, self._needs_beginning = self._needs_beginning, False
                data, is_beginning = await asyncio.to_thread(partial(self._frame_codec.write, shown, is_key=is_key))
                self._flow.sent()
                await self._socket.send_bytes(bytes([is_beginning]) + data)


class _Closing:
    """A Link."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def close(self) -> None:
        await self._socket.close()
