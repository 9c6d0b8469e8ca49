"""The requests of the page's video tab: a video comes in pieces, is looked at, previewed, and made into another.

`openapi.json` describes them. Knows paths and status codes; what is done is `videos`' business.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from aiohttp import web

from models.errors import UserError
from realtime.web.auth import RefusedError
from realtime.web.gallery import Entry
from realtime.web.offer import Offered
from realtime.web.request_parts import json_in, keep_known, piece_in, visitor_of
from realtime.web.videos.jobs import Job
from realtime.web.videos.making import Workshop
from realtime.web.videos.order import Order, order_in
from realtime.web.videos.private_folder import PrivateFolder, owner_of
from realtime.web.videos.store import StoredVideo, VideoState, state_of
from realtime.web.visitors import Visitor, Visitors

PIECE_BYTES = 8 * 1024 * 1024
COOKIE_MORE_S = 30 * 24 * 3600.0
"""How much longer a browser keeps a cookie than the server what it is for: it asks a clock that may be set."""
BEGIN = 'send {"name": "holiday.mp4", "bytes": 1234567}'
WHEN = "say when, in seconds: ?at=1.5"
WIDEST, WIDTH = 4096, re.compile(r"\d{2,4}", re.ASCII)
OFFSET, COMMAND, OUTCOME = "Upload-Offset", "Liveswap-Command", "Liveswap-Outcome"
"""Headers: from which byte on a piece is; what would make this video in a terminal, percent-encoded; and what became of
the frame, see `Outcome`."""


class VideoApi:
    """folders: are opened and closed with the server. offered: how faces may be put on."""

    def __init__(self, visitors: Visitors, folders: PrivateFolder, workshop: Workshop, offered: Offered) -> None:
        self._visitors, self._folders, self._workshop, self._offered = visitors, folders, workshop, offered
        self._library, self._jobs, self._store = workshop.library, workshop.jobs, workshop.library.store
        self._closed: UserError | None = None

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/videos", self._list),
            web.post("/videos", self._begin),
            web.get("/videos/{id}", self._show),
            web.patch("/videos/{id}", self._take),
            web.delete("/videos/{id}", self._remove),
            web.get("/videos/{id}/frame", self._frame),
            web.post("/videos/{id}/preview", self._preview),
            web.get("/videos/{id}/people/{number}", self._person),
            web.get("/jobs", self._list_jobs),
            web.post("/jobs", self._add_job),
            web.get("/jobs/{id}", self._show_job),
            web.post("/jobs/{id}/cancel", self._cancel_job),
            web.delete("/jobs/{id}", self._remove_job),
            web.get("/results/{key}", self._result),
        ]

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """With the server: find what is on the disk, and make what waits. Another server may have the folder."""
        try:
            self._folders.open()
        except UserError as error:
            self._closed = error
            yield
            self._library.close()
            return
        self._store.open()
        self._jobs.open()
        await self._library.resume()
        tasks = [
            asyncio.create_task(work(), name="videos") for work in (self._workshop.queue.work, self._workshop.sweep)
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        self._library.close()
        self._folders.close()

    async def _list(self, request: web.Request) -> web.Response:
        owner, limits = self._owner(request), self._store.limits
        told = {
            "most_bytes": limits.most_bytes,
            "left_bytes": max(0, limits.of_visitor - self._workshop.used_bytes(owner)),
            "piece_bytes": PIECE_BYTES,
            "kept_s": limits.kept_s,
        }
        videos = [self._state(video) for video in self._store.of(owner)]
        can = self._library.sight.can_recognise
        return web.json_response({"videos": videos, "limits": told, "can_recognise": can})

    async def _begin(self, request: web.Request) -> web.Response:
        owner, said = self._owner(request), await json_in(request, BEGIN)
        name, size = said.get("name"), said.get("bytes")
        if not isinstance(name, str) or not isinstance(size, int) or isinstance(size, bool) or size <= 0:
            raise UserError("which file, and how large?", remedy=BEGIN)
        used = self._workshop.used_bytes(owner), self._workshop.used_bytes()
        video = self._store.begin(owner, name, size, *used)
        return web.json_response(self._state(video), status=201)

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(self._state(self._video(request)))

    async def _take(self, request: web.Request) -> web.Response:
        """Not paced as other changes: the bytes of a video are limited, and a fast line has many pieces a second."""
        video, said = self._video(request), request.headers.get(OFFSET, "")
        if said != str(video.uploaded) and video.state is VideoState.ARRIVING:
            told = {
                "error": f"{video.uploaded} bytes are here",
                "hint": f"go on from there: {OFFSET}: {video.uploaded}",
            }
            where = {OFFSET: str(video.uploaded)}
            return web.json_response({**told, "uploaded": video.uploaded}, status=409, headers=where)
        with self._store.taking(video):
            await self._library.take(video, await piece_in(request, PIECE_BYTES))
        return web.json_response(self._state(video))

    async def _remove(self, request: web.Request) -> web.Response:
        await self._workshop.remove_video(self._video(request))
        return web.json_response({})

    async def _frame(self, request: web.Request) -> web.Response:
        video, at_s = self._video(request), _seconds(request.query.get("at"))
        width = request.query.get("width", str(WIDEST))
        if not WIDTH.fullmatch(width) or not 16 <= int(width) <= WIDEST:
            raise UserError(f"width {width!r} is none", remedy=f"give 16 to {WIDEST} px")
        with self._library.beside.one_of(video.owner):
            made = await self._library.frame(video, at_s, int(width))
        return web.Response(body=made, content_type="image/jpeg")

    async def _preview(self, request: web.Request) -> web.Response:
        visitor, owner = self._whose(request)
        video = self._store.find(owner, request.match_info["id"])
        said = await json_in(request, 'send {"at": 1.5, "wear": ["alice"]}')
        order, faces = self._ordered(said, visitor)
        self._workshop.require_mapped(video, order)
        with self._library.beside.one_of(video.owner):
            photos = tuple(face.photo for face in faces)
            made, outcome = await self._library.preview(video, order, photos, _seconds(said.get("at")))
        command = self._workshop.command(video, order, order.wear)
        return web.Response(body=made, content_type="image/jpeg", headers={COMMAND: quote(command), OUTCOME: outcome})

    async def _person(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        place = int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else len(number) * 1000
        picture = self._library.picture(self._video(request), place)
        return web.Response(body=picture, content_type="image/jpeg")

    async def _list_jobs(self, request: web.Request) -> web.Response:
        jobs = self._jobs.of(self._owner(request))
        return web.json_response({"jobs": [self._workshop.job_state(job) for job in jobs]})

    async def _add_job(self, request: web.Request) -> web.Response:
        visitor, owner = self._whose(request)
        said = await json_in(request, 'send {"video": ID, "wear": ["alice"]}')
        video = self._store.find(owner, str(said.get("video", "")))
        order, faces = self._ordered(said, visitor)
        job = await self._workshop.add(video, order, faces)
        return web.json_response(self._workshop.job_state(job), status=201)

    async def _show_job(self, request: web.Request) -> web.Response:
        return web.json_response(self._workshop.job_state(self._job(request)))

    async def _cancel_job(self, request: web.Request) -> web.Response:
        job = self._job(request)
        await self._workshop.queue.cancel(job)
        return web.json_response(self._workshop.job_state(job))

    async def _remove_job(self, request: web.Request) -> web.Response:
        await self._workshop.remove_job(self._job(request))
        return web.json_response({})

    async def _result(self, request: web.Request) -> web.FileResponse:
        """The address alone gives the right to it: a <video> sends no headers, and a link may be passed on."""
        self._require_open()
        job = self._jobs.find_result(request.match_info["key"])
        named = f"inline; filename*=UTF-8''{quote(job.name)}"
        return web.FileResponse(job.result, headers={"Content-Disposition": named})

    def _ordered(self, said: dict[str, Any], visitor: Visitor) -> tuple[Order, tuple[Entry, ...]]:
        order = order_in(said, self._offered())
        return order, tuple(visitor.gallery.entry(name) for name in order.wear)

    def _whose(self, request: web.Request) -> tuple[Visitor, str]:
        """The visitor, and what their folder is called."""
        self._require_open()
        visitor = visitor_of(request, self._visitors)
        if request.method == "POST" or self._folders.knows(visitor.key):
            keep_known(request, visitor, self._store.limits.kept_s + COOKIE_MORE_S)
        return visitor, owner_of(visitor.key)

    def _owner(self, request: web.Request) -> str:
        return self._whose(request)[1]

    def _require_open(self) -> None:
        if self._closed is not None:
            raise RefusedError(503, str(self._closed), remedy=self._closed.remedy)

    def _video(self, request: web.Request) -> StoredVideo:
        return self._store.find(self._owner(request), request.match_info["id"])

    def _job(self, request: web.Request) -> Job:
        return self._jobs.find(self._owner(request), request.match_info["id"])

    def _state(self, video: StoredVideo) -> dict[str, Any]:
        return state_of(video, self._store.expires_s(video))


def _seconds(said: Any) -> float:
    """Raises UserError."""
    try:
        at_s = float(said)
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"{said!r} is no time", remedy=WHEN) from error
    if not 0 <= at_s < 1e7:
        raise UserError(f"{said!r} is no time in a video", remedy=WHEN)
    return at_s
