"""Requests to the server: bodies, queries and headers that are nearly right, bytes that are hardly HTTP, and uploads.

Knows what valid requests look like; openapi.py makes them up from the description.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from hypothesis import strategies as st

from benchmarks.fuzzing.edits import as_json, edited, edited_json, edited_text
from benchmarks.fuzzing.server import BUSY, RunningServer, judged, running
from benchmarks.fuzzing.stills import card, saved
from benchmarks.fuzzing.target import MB, Target, require
from realtime.web.auth import RefusedError

ORDER = {"video": "VIDEO", "wear": ["ann"], "faces": "largest", "strength": 0.5, "strangers": "blur"}
BODIES: dict[str, list[Any]] = {
    "POST /videos": [{"name": "a.mp4", "bytes": 1000}],
    "POST /jobs": [{**ORDER, "trim": [0, 0.5], "badge": True, "format": "mp4"}, {**ORDER, "wear": {"0": "ann"}}],
    "POST /videos/VIDEO/preview": [{**ORDER, "at": 0.1, "swapper": "mesh"}],
    "POST /photo/swapped": [
        {"wear": {"0": "ann"}, "strength": 0.5, "badge": True, "format": "jpeg", "swapper": "mesh"}
    ],
    "POST /session/SESSION/control": [{"command": "face 1"}, {"command": "strength 0.5"}],
}
PLAIN = (
    *("GET /info", "GET /videos", "GET /jobs", "GET /metrics", "GET /faces/ann", "DELETE /faces/ann", "POST /visitor"),
    *("GET /videos/VIDEO", "GET /videos/VIDEO/frame?at=0.1&width=64", "GET /videos/VIDEO/people/0", "GET /results/KEY"),
    *("GET /session/SESSION", "DELETE /whep/KEY", "GET /socket?codec=jpeg", "POST /whep?session=KEY", "DELETE /photo"),
    *("POST /faces?name=eve&consent=yes&face=0", "POST /faces/eve?consent=yes", "POST /photo", "DELETE /videos/KEY"),
    *("POST /jobs/KEY/cancel", "DELETE /jobs/KEY", "GET /page/main.js", "GET /openapi.json", "GET /page/../auth.py"),
)
HEADERS = (
    "Liveswap-Visitor",
    "Cookie",
    "Content-Type",
    "Content-Encoding",
    "Upload-Offset",
    "Range",
    "Origin",
    "Expect",
)
HEADER_VALUES = (
    "x" * 32,
    "liveswap=1; a=b",
    "application/json",
    "gzip",
    "deflate",
    "bytes=0-9",
    "http://127.0.0.1",
    "0",
)
HEAD = b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
RAW = (
    b"GET /info" + HEAD + b"\r\n",
    b"POST /jobs" + HEAD + b"Content-Length: 2\r\n\r\n{}",
    b"POST /photo" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"POST /jobs" + HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
)
RAW_WORDS = (
    b"\r\n",
    b"\r\n\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 99999999999\r\n",
    b"Expect: 100-continue\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"ffffffffffffffff\r\n",
    b"Cookie: " + b"a=b;" * 900 + b"\r\n",
    b"\0",
    b"%00",
)
PATIENCE_S = 5.0
NEW, OLD = "eve", "ann"


@contextmanager
def requests(folder: Path) -> Iterator[Target]:
    """Whatever is asked: a result, or a refusal in words."""
    bodies: list[st.SearchStrategy[Any]] = [
        st.tuples(
            st.just(asked), st.just({}), st.one_of(edited_json(samples).map(as_json), edited([as_json(samples[0])]))
        )
        for asked, samples in BODIES.items()
    ]
    picture = saved([_card()], "PNG")
    texts = edited_text([*PLAIN, "DELETE /session/SESSION"])
    odd: st.SearchStrategy[dict[str, str]] = st.dictionaries(
        st.sampled_from(HEADERS), st.sampled_from(HEADER_VALUES) | edited_text(HEADER_VALUES), max_size=3
    )
    plain = st.tuples(st.sampled_from(PLAIN) | texts, odd, st.sampled_from((b"", picture)) | edited([picture]))
    with running(folder) as server:
        ids: dict[str, str] = {}

        def take(made: tuple[str, dict[str, str], bytes]) -> None:
            server.call(_ask(server, ids, *made))

        samples: tuple[Any, ...] = tuple((asked, {}, as_json(values[0])) for asked, values in BODIES.items())
        yield Target(inputs=st.one_of(*bodies, plain, plain), take=take, samples=samples, refusals=(RefusedError,))


def _card() -> Any:
    from PIL import Image  # noqa: PLC0415

    return Image.fromarray(card())


async def _ask(server: RunningServer, ids: dict[str, str], asked: str, headers: dict[str, str], body: bytes) -> None:
    if "VIDEO" not in ids:
        ids["VIDEO"] = await server.ready_video()
    if "PHOTO" not in ids:
        async with server.client.post("/photo", data=saved([_card()], "PNG")) as answer:
            ids["PHOTO"] = str(answer.status)
    method, _, path = asked.partition(" ")
    for name, value in ids.items():
        path, body = path.replace(name, value), body.replace(name.encode(), value.encode())
    fine = {name: value for name, value in headers.items() if value.isprintable() and value.isascii()}
    fine |= {"Connection": "close"} if fine else {}  # what is behind a torn body must not be the next request
    address = "/" + quote(path.lstrip("/"), safe="/?&=%+.")
    verb = method if method.isascii() and method.isalpha() else "GET"
    try:
        async with server.client.request(verb, address, data=body, headers=fine) as answer:
            refused = await judged(answer, f"{verb} {path.partition('?')[0][:40]}")
            if answer.status in {404, 410}:
                ids.clear()
            if refused is not None:
                raise refused
    except (aiohttp.ClientError, ValueError):  # what this client cannot send, or the server hangs up on
        await server.is_well()


@contextmanager
def raw_http(folder: Path) -> Iterator[Target]:
    """Bytes that are hardly HTTP: an answer, or the line is closed; and the next one is answered."""
    with running(folder) as server:
        host, port = server.client.host, server.client.port

        def take(content: bytes) -> None:
            with socket.create_connection((host, port), PATIENCE_S) as line, suppress(OSError):
                line.settimeout(PATIENCE_S)
                line.sendall(content)
                line.shutdown(socket.SHUT_WR)
                said = line.recv(1 << 16)
                status = said[9:12]
                fine = status < b"500" or int(status) in BUSY if status.isdigit() else not said
                require(fine, f"answered by {said[:40]!r}")
            server.call(server.is_well())

        yield Target(inputs=edited(RAW, RAW_WORDS), take=take, samples=RAW, most_bytes=50 * MB)


@contextmanager
def uploads(folder: Path) -> Iterator[Target]:
    """Videos in pieces that are too long, too short, twice, out of order, and of what is no video; then deleted."""
    with running(folder) as server:
        film = server.film
        home = folder / "home" / "visitors"

        def take(made: tuple[bytes, int, list[tuple[int, int]]]) -> None:
            server.call(_send(server, *made))

        pieces = st.lists(st.tuples(st.integers(-2, 3), st.integers(0, len(film) * 2)), min_size=1, max_size=6)
        sizes = st.one_of(st.just(0), st.just(0), st.integers(-5000, 5000))
        inputs = st.tuples(st.just(film) | edited([film]), sizes, pieces)
        whole = (film, 0, [(0, len(film))])
        yield Target(inputs=inputs, take=take, samples=(whole,), watched=home, most_s=15.0, most_bytes=200 * MB)


async def _send(server: RunningServer, content: bytes, off: int, pieces: list[tuple[int, int]]) -> None:
    """off: by how many bytes its size is told wrong. pieces: by how much an offset is wrong, and the length."""
    client, here = server.client, 0
    async with client.post("/videos", json={"name": "a.mp4", "bytes": len(content) + off}) as begun:
        await judged(begun, "POST /videos")
        if begun.status != 201:
            return
        key, size = (await begun.json())["id"], len(content) + off
    for wrong, length in pieces:
        headers = {"Upload-Offset": str(here + wrong if wrong in {-1, 1} else here)}
        async with client.patch(f"/videos/{key}", data=content[here : here + length], headers=headers) as answer:
            await judged(answer, "PATCH /videos/ID")
        async with client.get(f"/videos/{key}") as answer:
            await judged(answer, "GET /videos/ID")
            if answer.status == 404:
                break
            here = (await answer.json())["uploaded"]
            require(0 <= here <= size, f"{here} of {size} bytes are here")
    async with client.delete(f"/videos/{key}") as answer:
        await judged(answer, "DELETE /videos/ID")
