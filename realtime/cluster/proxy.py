"""Passes requests on to a host, and what it answers back, without keeping any of it: bodies, streams and WebSockets.

Knows HTTP; which host it is, is routing.py's business. Nothing that is passed on is logged.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from aiohttp import (
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    DummyCookieJar,
    TCPConnector,
    WSMessage,
    WSMsgType,
    web,
)
from multidict import CIMultiDict
from yarl import URL

from realtime.cluster.behind import ADDRESS, SECRET
from realtime.cluster.directory import HostState
from realtime.web.request_parts import HEADER
from realtime.web.socket import ALIVE_S, LARGEST_PICTURE

HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
NOT_PASSED = {*HOP_BY_HOP, SECRET.lower(), ADDRESS.lower(), "authorization", "expect"}
REACH_S = 1.0
"""A node that takes longer to take a connection is not there."""
PIECE = 64 * 1024


def make_client() -> ClientSession:
    """Of one front. Close it."""
    return ClientSession(
        connector=TCPConnector(limit=0),
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=None, sock_connect=REACH_S),
        auto_decompress=False,
    )


def front_headers(request: web.Request, secret: str) -> "CIMultiDict[str]":
    """What a front says of itself and of whoever asks it."""
    return CIMultiDict({"Host": request.host, SECRET: secret, ADDRESS: request.remote or ""})


def headers_for(request: web.Request, secret: str, *, visitor: str | None) -> "CIMultiDict[str]":
    """visitor: "" for somebody new, who has no key; a key that was just made; None to leave theirs."""
    headers = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() not in NOT_PASSED)
    headers.update(front_headers(request, secret))
    if visitor is not None:
        headers.popall("Cookie", None)
        headers.popall(HEADER, None)
        if visitor:
            headers[HEADER] = visitor
    return headers


async def ask(
    client: ClientSession, host: HostState, request: web.Request, headers: Mapping[str, str], body: bytes | None
) -> ClientResponse:
    """The beginning of a host's answer. body: if it was read already. Raises ClientError."""
    data = body if body is not None else request.content if request.can_read_body else None
    return await client.request(
        request.method,
        URL(host.url + request.raw_path, encoded=True),
        headers=headers,
        data=data,
        allow_redirects=False,
    )


async def give_back(request: web.Request, answer: ClientResponse) -> web.StreamResponse:
    """All of it, piece by piece."""
    headers = CIMultiDict((name, value) for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP)
    if request.secure and "Set-Cookie" in headers:
        cookies = headers.popall("Set-Cookie")
        headers.extend(("Set-Cookie", f"{cookie}; Secure") for cookie in cookies)
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    async with answer:
        await response.prepare(request)
        with suppress(ConnectionError):  # who asked has left
            async for piece in answer.content.iter_chunked(PIECE):
                await response.write(piece)
            await response.write_eof()
    return response


async def reach_socket(
    client: ClientSession, host: HostState, request: web.Request, headers: Mapping[str, str]
) -> ClientWebSocketResponse:
    """A host's end of a WebSocket. Raises ClientError."""
    own = {name: value for name, value in headers.items() if not name.lower().startswith("sec-websocket")}
    url = URL(host.url + request.raw_path, encoded=True)
    return await client.ws_connect(url, headers=own, max_msg_size=LARGEST_PICTURE, autoping=True, heartbeat=ALIVE_S)


async def join_sockets(before: web.WebSocketResponse, behind: ClientWebSocketResponse) -> None:
    """Pass on what either says, until one ends."""
    ways = [asyncio.create_task(_pass_on(before, behind)), asyncio.create_task(_pass_on(behind, before))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(behind.close(), before.close(), *ways, return_exceptions=True)


async def _pass_on(
    heard: web.WebSocketResponse | ClientWebSocketResponse, told: web.WebSocketResponse | ClientWebSocketResponse
) -> None:
    with suppress(ConnectionError):
        message: WSMessage
        async for message in heard:
            if message.type is WSMsgType.BINARY:
                await told.send_bytes(message.data)
            elif message.type is WSMsgType.TEXT:
                await told.send_str(message.data)
