"""The page's files as they are sent: compressed once, at the start, with a tag by which a browser asks for news only.

Knows files and the headers that go with them; knows nothing of what the page does.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ETag, web

PAGE = Path(__file__).parent / "page"
INDEX = "index.html"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""Media types by ending; the rest, licences, is plain text. Not by `mimetypes`, which asks Windows' registry."""
TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
"""Kept, but asked for anew each time: whoever has the newest is answered without it."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """content: as on the disk. packed: the same, compressed; None where that saves nothing. tag: of the content."""

    content: bytes
    packed: bytes | None
    kind: str
    tag: str


class PageFiles:
    """All of them, in memory: under 1 MB. folder: is read once."""

    def __init__(self, folder: Path = PAGE) -> None:
        paths = [path for path in folder.rglob("*") if path.is_file()]
        self._files = {path.relative_to(folder).as_posix(): _read(path) for path in paths}

    def routes(self) -> list[web.RouteDef]:
        """The page, and what belongs to it below /page/."""
        return [web.get("/", self._page), web.get("/page/{name:.+}", self._file)]

    async def _page(self, request: web.Request) -> web.Response:
        return _response(self._files[INDEX], request)

    async def _file(self, request: web.Request) -> web.Response:
        file = self._files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        return _response(file, request)


def _read(path: Path) -> PageFile:
    content = path.read_bytes()
    packed = gzip.compress(content, mtime=0)
    smaller = packed if len(packed) < len(content) else None
    return PageFile(content, smaller, KINDS.get(path.suffix, "text/plain"), hashlib.sha256(content).hexdigest()[:16])


def _response(file: PageFile, request: web.Request) -> web.Response:
    """Compressed where the browser takes that; without a body where it has the same."""
    has_it = any(tag.value in {file.tag, "*"} for tag in request.if_none_match or ())
    is_packed = file.packed is not None and TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")) is not None
    response = web.Response(status=304 if has_it else 200, headers=HEADERS)
    response.etag = ETag(file.tag, is_weak=True)  # of both forms
    if has_it:
        return response
    response.body = file.packed if is_packed else file.content
    response.content_type, response.charset = file.kind, "utf-8"
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
