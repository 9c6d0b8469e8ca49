"""What requests carry, read within limits: whose they are, offers, commands.

Knows requests; knows nothing of what they are for.
"""

import asyncio
import json
import re
import secrets
from typing import Any

from aiohttp import web

from models.errors import UserError
from realtime.disclosure import Disclosure
from realtime.web.auth import RefusedError
from realtime.web.sdp import require_offer, with_addresses
from realtime.web.visitors import Visitor, Visitors

SDP = "application/sdp"
LARGEST_UPLOAD, LONGEST_SDP, LONGEST_JSON = 16 * 1024 * 1024, 64 * 1024, 4096
STEP_BYTES = 64 * 1024
RECEIVE_S = 60.0
"""An upload of 16 MB at 2 Mbit/s."""
COMMAND = 'send {"command": "..."}'
NO_BADGE = 'say why in a few words: "no_badge": "the film says it in its titles"'
COOKIE, HEADER, PARAMETER = "liveswap", "Liveswap-Visitor", "visitor"
COOKIE_TO_SET = web.RequestKey("cookie to set", tuple[str, int | None])
"""Its value, and for how many seconds a browser keeps it; None until it is closed."""
PORT = re.compile(r"\d{1,5}", re.ASCII)
CAME_FROM = web.RequestKey("came from", str)
WATCH = re.compile(r"[\w-]{16,64}", re.ASCII)


def visitor_of(request: web.Request, visitors: Visitors) -> Visitor:
    """Whose request it is. A response that goes through `remember` tells somebody new.

    Raises RefusedError (410 for a key that is unknown, 503 when too many are here).
    """
    said, had = _said(request), request.cookies.get(_cookie(request))
    visitor = visitors.recognise(said, had, address_of(request))
    if not said and had != visitor.key:
        request[COOKIE_TO_SET] = visitor.key, None
    return visitor


def address_of(request: web.Request) -> str:
    """Where a visitor comes from; behind a front, as that says."""
    return str(request.get(CAME_FROM) or request.remote or "")


def says_key(request: web.Request) -> bool:
    """Whether it is of somebody without cookies, whom no cookie can give another key."""
    return bool(_said(request))


def key_in(request: web.Request) -> str:
    """The visitor's key, nobody's if there is none."""
    return _said(request) or request.cookies.get(_cookie(request)) or ""


def keep_known(request: web.Request, visitor: Visitor, for_s: float) -> None:
    """Have a browser know them for so long from now by its clock, also once it was closed."""
    if not _said(request):
        request[COOKIE_TO_SET] = visitor.key, int(for_s)


def remember(request: web.Request, response: web.StreamResponse) -> None:
    """Have a browser keep a visitor's key. Before the response is sent."""
    if COOKIE_TO_SET in request:
        key, for_s = request[COOKIE_TO_SET]
        response.set_cookie(
            _cookie(request), key, max_age=for_s, httponly=True, samesite="Strict", secure=request.secure
        )


def _said(request: web.Request) -> str | None:
    """The key of somebody without cookies."""
    return request.headers.get(HEADER) or request.query.get(PARAMETER)


def _cookie(request: web.Request) -> str:
    """By the port that the browser sees, since cookies are sent to all ports of a machine."""
    port = request.host.rpartition(":")[2]
    return f"{COOKIE}_{port}" if PORT.fullmatch(port) else COOKIE


async def offer_in(request: web.Request) -> str:
    """An SDP offer with video. Raises RefusedError (400, 413, 415)."""
    if request.content_type != SDP:
        raise RefusedError(415, f"{request.content_type} is not an offer", remedy=f"send Content-Type: {SDP}")
    try:
        offer = (await body_in(request, LONGEST_SDP)).decode()
    except UnicodeDecodeError as error:
        raise RefusedError(400, "the offer is not text", remedy="send an SDP offer in UTF-8") from error
    require_offer(offer)
    return with_addresses(offer, address_of(request) or "127.0.0.1")


async def photo_in(request: web.Request) -> bytes:
    """An upload. Raises RefusedError (408, 413)."""
    try:
        async with asyncio.timeout(RECEIVE_S):
            return await body_in(request, LARGEST_UPLOAD)
    except TimeoutError as error:
        raise RefusedError(408, f"the photo did not come in {RECEIVE_S:g} s", remedy="send a smaller one") from error


async def piece_in(request: web.Request, longest: int) -> bytes:
    """A part of a file. longest: bytes. Raises RefusedError (408, 413)."""
    try:
        async with asyncio.timeout(RECEIVE_S):
            return await body_in(request, longest)
    except TimeoutError as error:
        raise RefusedError(408, f"no whole piece came in {RECEIVE_S:g} s", remedy="send smaller ones") from error


async def json_in(request: web.Request, remedy: str) -> dict[str, Any]:
    """A JSON object; an empty one for JSON of something else. Raises RefusedError (400, 413) for what is no JSON."""
    body = await body_in(request, LONGEST_JSON)
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "this is not JSON", remedy=remedy) from error
    return message if isinstance(message, dict) else {}


def disclosure_in(said: dict[str, Any]) -> Disclosure:
    """What a picture is to say of itself, from an order's JSON. Raises UserError."""
    language, caption, no_badge = (said.get(key) for key in ("badge_language", "caption", "no_badge"))
    if not all(word is None or isinstance(word, str) for word in (language, caption, no_badge)):
        raise UserError('"badge_language", "caption" and "no_badge" are words', remedy=NO_BADGE)
    told = Disclosure().in_language(language or "en").captioned(caption or "")
    return told if no_badge is None and said.get("badge") is not False else told.without_badge(no_badge or "", NO_BADGE)


async def command_in(request: web.Request) -> str:
    """A command. Raises as `json_in`, and UserError for JSON of something else."""
    command = (await json_in(request, COMMAND)).get("command")
    if not isinstance(command, str):
        raise UserError("there is no 'command' in it", remedy=COMMAND)
    return command


def watch_key_in(request: web.Request) -> str | None:
    """The key to watch by that a sender chose, as OBS has no other way to know it. Raises RefusedError (400)."""
    key = request.query.get("watch")
    if key is not None and not WATCH.fullmatch(key):
        remedy = f"take 16 to 64 letters and digits, e.g. {secrets.token_urlsafe(16)}"
        raise RefusedError(400, "this watch key can be guessed", remedy=remedy)
    return key


async def body_in(request: web.Request, longest: int) -> bytes:
    """All of it, in steps: of one that is packed, aiohttp unpacks at once what it is asked for, ten times the memory.

    longest: bytes. Raises RefusedError (413).
    """
    body = bytearray()
    while len(body) <= longest and not request.content.at_eof():
        body += await request.content.read(min(STEP_BYTES, longest + 1 - len(body)))
    if len(body) > longest:
        raise RefusedError(413, f"that is longer than {longest} bytes", remedy="send less")
    return bytes(body)
