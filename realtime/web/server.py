"""The web application: the page's files, the API behind its guard, and errors in words.

Knows aiohttp; what requests do is `api`'s business.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from models.errors import UserError
from realtime.web.api import Api
from realtime.web.auth import Doorkeeper, RefusedError
from realtime.web.faces_api import FacesApi
from realtime.web.page_files import PageFiles
from realtime.web.photo_api import PhotoApi
from realtime.web.request_parts import remember
from realtime.web.video_api import VideoApi

logger = logging.getLogger(__name__)

OPENAPI = Path(__file__).parent / "openapi.json"
PUBLIC = ("/page/", "/results/")
"""The page's files, and addresses that nobody guesses."""
PUBLIC_PATHS = {"/", "/healthz", "/openapi.json", "/favicon.ico"}
CHANGES, OPENS = {"POST", "DELETE"}, {"/socket"}


def make_application(
    api: Api, faces: FacesApi, photos: PhotoApi, videos: VideoApi, guard: Doorkeeper
) -> web.Application:
    """Ready to run."""

    async def sweeping(_app: web.Application) -> AsyncIterator[None]:
        sweepers = [asyncio.create_task(part.sweep(), name="sweep") for part in (api, faces)]
        yield
        for sweeper in sweepers:
            sweeper.cancel()
        await api.close()

    app = web.Application(middlewares=[guarded_by(guard)])
    app.cleanup_ctx.append(sweeping)
    app.cleanup_ctx.append(videos.run)
    app.router.add_routes([*public_routes(), *api.routes(), *faces.routes(), *photos.routes(), *videos.routes()])
    return app


def guarded_by(guard: Doorkeeper) -> Middleware:
    """What carries out requests that may be, and has all others and errors end in words."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await _carried_out(request, handler, guard)
        if not response.prepared:
            for name, value in guard.headers.items():
                response.headers.setdefault(name, value)
            remember(request, response)
        return response

    return guarded


def public_routes() -> list[web.RouteDef]:
    """What is the same for everybody: the page's files, and how the API is to be used."""
    return [web.get("/openapi.json", _openapi), *PageFiles().routes()]


async def _openapi(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(OPENAPI)


async def _carried_out(request: web.Request, handler: Handler, guard: Doorkeeper) -> web.StreamResponse:
    """The handler's response, or an error's: {"error", "hint"} with its status."""
    is_public = request.path in PUBLIC_PATHS or request.path.startswith(PUBLIC)
    try:
        guard.admit(request.headers, request.query, is_public=is_public, address=request.remote or "")
        if request.method in CHANGES or request.path in OPENS:
            guard.require_pace(request.remote or "")
        return await handler(request)
    except RefusedError as error:
        response = _explained(error.status, str(error), error.remedy)
        response.headers.update(error.headers)
        return response
    except UserError as error:
        return _explained(422, str(error), error.remedy)
    except web.HTTPException as error:
        response = _explained(error.status, error.reason, f"see {request.scheme}://{request.host}/openapi.json")
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response


def _explained(status: int, problem: str, remedy: str) -> web.Response:
    return web.json_response({"error": problem, "hint": remedy}, status=status)
