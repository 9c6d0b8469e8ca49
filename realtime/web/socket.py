"""Pictures over a WebSocket, for places where only HTTP gets through: JPEG in, JPEG out, newest first.

    server: {"session": ID}      once, as text
    page:   4 bytes (big-endian milliseconds of its clock) and a JPEG, whenever nothing waits to be sent
    server: a JPEG               the newest swapped picture, as fast as it is taken

Knows messages; knows nothing of faces.
"""

import asyncio
from contextlib import suppress

import cv2
import numpy as np
from aiohttp import WSMsgType, web

from engines.types import Image
from models.errors import UserError
from realtime.pictures import decode_image
from realtime.slot import SlotClosed
from realtime.types import ColourTags
from realtime.web.broadcast import BroadcastOver
from realtime.web.session import SwapSession
from realtime.web.sessions import Sessions

LARGEST_PICTURE = 2 * 1024 * 1024
MOST_PIXELS = 1920 * 1088
TICKS_PER_MS = 90
QUALITY = 85
JFIF = ColourTags(matrix=5, full_range=True)
HEADER = 4
ALIVE_S = 15.0


class JpegPicture:
    """An Arrival that came as a JPEG. message: with its header."""

    def __init__(self, message: bytes) -> None:
        self.pts = int.from_bytes(message[:HEADER], "big") * TICKS_PER_MS
        self._jpeg = message[HEADER:]

    def read(self) -> tuple[Image, ColourTags]:
        """Its pixels."""
        try:
            return decode_image(self._jpeg, "the picture", most_pixels=MOST_PIXELS), JFIF
        except UserError as error:
            raise ValueError(str(error)) from error


async def swap_over_socket(request: web.Request, sessions: Sessions) -> web.WebSocketResponse:
    """One session, until the page leaves. Raises RefusedError before anything was sent."""
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise web.HTTPUpgradeRequired(reason="this address is for WebSockets")
    session = await sessions.open()
    socket = web.WebSocketResponse(max_msg_size=LARGEST_PICTURE, heartbeat=ALIVE_S)
    try:
        await socket.prepare(request)
        sessions.link(session, _Closing(socket))
        await socket.send_json({"session": session.id})
        sending = asyncio.create_task(_send_newest(session, socket))
        try:
            await _receive(session, socket)
        finally:
            sending.cancel()
    finally:
        await sessions.end(session.id)
    return socket


async def _receive(session: SwapSession, socket: web.WebSocketResponse) -> None:
    with suppress(SlotClosed):
        async for message in socket:
            if message.type is WSMsgType.BINARY and len(message.data) > HEADER:
                session.take(JpegPicture(message.data))


async def _send_newest(session: SwapSession, socket: web.WebSocketResponse) -> None:
    number = 0
    with suppress(BroadcastOver, ConnectionError):
        while True:
            number, shown = await session.broadcast.after(number)
            await socket.send_bytes(await asyncio.to_thread(_jpeg, shown.image))


def _jpeg(image: Image) -> bytes:
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return np.asarray(encoded).tobytes()


class _Closing:
    """A Link."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def close(self) -> None:
        await self._socket.close()
