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
from realtime.web.offer import Offer, Offered
from realtime.web.request_parts import address_of, disclosure_in, json_in, photo_in, visitor_of
from realtime.web.target_photo import ENDINGS, PhotoStudio, TargetPhoto, Wishes
from realtime.web.uploads import Uploads
from realtime.web.visitors import Visitor, Visitors

EXAMPLE = 'send {"wear": {"0": "alice"}, "strength": 0.5, "strangers": "leave", "format": "jpeg"}'


class PhotoApi:
    """Each visitor has one photo at a time."""

    def __init__(self, visitors: Visitors, uploads: Uploads, studio: PhotoStudio, offered: Offered) -> None:
        self._visitors, self._uploads, self._studio, self._offered = visitors, uploads, studio, offered

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/photo", self._take),
            web.post("/photo/swapped", self._swap),
            web.delete("/photo", self._forget),
        ]

    async def _take(self, request: web.Request) -> web.Response:
        visitor = visitor_of(request, self._visitors)
        with self._uploads.one_of(address_of(request)):
            content = await photo_in(request)
            target = await self._uploads.beside(partial(self._studio.read, content))
        self._visitors.keep_photo(visitor, target)
        return web.json_response(target.facts(), status=201)

    async def _swap(self, request: web.Request) -> web.Response:
        visitor = visitor_of(request, self._visitors)
        target, said = _photo_of(visitor), await json_in(request, EXAMPLE)
        wishes = _wishes(said, visitor.gallery, self._offered())
        with self._uploads.one_of(address_of(request)):
            made = await self._uploads.beside(partial(self._studio.swapped, target, wishes))
        return web.Response(body=made, content_type=f"image/{wishes.media}")

    async def _forget(self, request: web.Request) -> web.Response:
        visitor_of(request, self._visitors).photo = None
        return web.json_response({})


def _photo_of(visitor: Visitor) -> TargetPhoto:
    if visitor.photo is None:
        raise RefusedError(404, "there is no photo of yours here", remedy="send one: POST /photo")
    return visitor.photo


def _wishes(said: dict[str, Any], gallery: Gallery, offer: Offer) -> Wishes:
    """Raises UserError, and RefusedError (404) for a face that is not in the gallery."""
    wear, strangers = said.get("wear"), said.get("strangers", "leave")
    look, media = offer.look_in(said, EXAMPLE), said.get("format", "jpeg")
    places = wear if isinstance(wear, dict) else {"": ""}
    if not all(place.isdecimal() and isinstance(name, str) for place, name in places.items()):
        raise UserError('"wear" says which face, by its number, wears whose', remedy=EXAMPLE)
    if strangers not in ("leave", "blur"):
        raise UserError('"strangers" is leave or blur: a photo\'s faces are chosen one by one', remedy=EXAMPLE)
    if not (isinstance(media, str) and media in ENDINGS):
        raise UserError(f'"format" is one of {", ".join(ENDINGS)}', remedy=EXAMPLE)
    worn = {int(place): gallery.entry(name) for place, name in places.items()}
    photos = {place: entry.photo for place, entry in worn.items()}
    consents = tuple(chain.from_iterable(entry.consents for entry in worn.values()))
    return Wishes(photos, look, strangers == "blur", disclosure_in(said), media, consents)
