"""The requests of the page's photo tab: a photo comes, and goes back with other faces. `openapi.json` describes them.

Knows paths and status codes; what is done to photos is `target_photo`'s business.
"""

from functools import partial
from itertools import chain
from typing import Any

from aiohttp import web

from models.errors import UserError
from realtime.web.auth import RefusedError
from realtime.web.gallery import Gallery
from realtime.web.request_parts import disclosure_in, json_in, photo_in, visitor_of
from realtime.web.target_photo import ENDINGS, PhotoStudio, TargetPhoto, Wishes
from realtime.web.uploads import Uploads
from realtime.web.visitors import Visitor, Visitors

EXAMPLE = 'send {"wear": {"0": "alice"}, "strength": 0.5, "badge_language": "en", "format": "jpeg"}'


class PhotoApi:
    """Each visitor has one photo at a time."""

    def __init__(self, visitors: Visitors, uploads: Uploads, studio: PhotoStudio) -> None:
        self._visitors, self._uploads, self._studio = visitors, uploads, studio

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/photo", self._take),
            web.post("/photo/swapped", self._swap),
            web.delete("/photo", self._forget),
        ]

    async def _take(self, request: web.Request) -> web.Response:
        visitor = visitor_of(request, self._visitors)
        with self._uploads.one_of(request.remote or ""):
            content = await photo_in(request)
            target = await self._uploads.beside(partial(self._studio.read, content))
        self._visitors.keep_photo(visitor, target)
        return web.json_response(target.facts(), status=201)

    async def _swap(self, request: web.Request) -> web.Response:
        visitor = visitor_of(request, self._visitors)
        target, wishes = _photo_of(visitor), _wishes(await json_in(request, EXAMPLE), visitor.gallery)
        with self._uploads.one_of(request.remote or ""):
            made = await self._uploads.beside(partial(self._studio.swapped, target, wishes))
        return web.Response(body=made, content_type=f"image/{wishes.media}")

    async def _forget(self, request: web.Request) -> web.Response:
        visitor_of(request, self._visitors).photo = None
        return web.json_response({})


def _photo_of(visitor: Visitor) -> TargetPhoto:
    if visitor.photo is None:
        raise RefusedError(404, "there is no photo of yours here", remedy="send one: POST /photo")
    return visitor.photo


def _wishes(said: dict[str, Any], gallery: Gallery) -> Wishes:
    """Raises UserError, and RefusedError (404) for a face that is not in the gallery."""
    wear, strength = said.get("wear"), said.get("strength", 0.5)
    swapper, media = said.get("swapper", "mesh"), said.get("format", "jpeg")
    places = wear if isinstance(wear, dict) else {"": ""}
    if not all(place.isdecimal() and isinstance(name, str) for place, name in places.items()):
        raise UserError('"wear" says which face, by its number, wears whose', remedy=EXAMPLE)
    if isinstance(strength, bool) or not isinstance(strength, int | float) or not 0 <= strength <= 1:
        raise UserError('"strength" is a number from 0 to 1', remedy=EXAMPLE)
    if not (isinstance(swapper, str) and isinstance(media, str) and media in ENDINGS):
        raise UserError(f'"swapper" is a name, "format" one of {", ".join(ENDINGS)}', remedy=EXAMPLE)
    disclosure, worn = disclosure_in(said), {int(place): gallery.entry(name) for place, name in places.items()}
    photos, consents = (
        {place: entry.photo for place, entry in worn.items()},
        [entry.consents for entry in worn.values()],
    )
    return Wishes(photos, swapper, float(strength), disclosure, media, tuple(chain.from_iterable(consents)))
