"""The requests of the gallery: faces come, are chosen from group photos, get more photos, are shown and forgotten.

Knows paths and status codes; what a photo has to show is the examiner's business. `openapi.json` describes them.
"""

import base64
import re
from dataclasses import replace
from functools import partial

from aiohttp import web

from engines.source_faces.fitness import FoundFace
from engines.source_faces.person import one_person
from engines.types import SourcePhoto
from realtime.faces.consent import key_of
from realtime.web.auth import RefusedError
from realtime.web.consents import sweep_consents
from realtime.web.gallery import Entry, entry_of
from realtime.web.request_parts import address_of, photo_in, visitor_of
from realtime.web.sessions import Sessions
from realtime.web.uploads import Uploads
from realtime.web.visitors import Visitor, Visitors

ASK = "ask"
NUMBER = re.compile(r"\d{1,3}", re.ASCII)
"""Of a face in a photo."""


class FacesApi:
    """Each visitor has faces of their own, beside those of the server."""

    def __init__(self, sessions: Sessions, visitors: Visitors, uploads: Uploads) -> None:
        self._sessions, self._visitors, self._uploads = sessions, visitors, uploads

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/faces", self._add_face),
            web.get("/faces/{name}", self._show_face),
            web.post("/faces/{name}", self._add_photo),
            web.delete("/faces/{name}", self._remove_face),
        ]

    async def sweep(self) -> None:
        """Forget faces whose consent was revoked, for ever; cancel it at the end."""
        await sweep_consents(self._uploads.consents, self._visitors, self._sessions)

    async def _add_face(self, request: web.Request) -> web.Response:
        visitor = visitor_of(request, self._visitors)
        name = visitor.gallery.name_for(request.query.get("name", "photo"))
        found, consent = await self._faces_in(request, visitor, name)
        chosen = _chosen(found, request.query.get("face", "0"))
        if chosen is None:
            return _to_choose_from(found)
        visitor.gallery.name_for(name)  # others of theirs may have come in the meantime
        return await self._keep(visitor, entry_of(chosen, name, (consent,)))

    async def _add_photo(self, request: web.Request) -> web.Response:
        visitor, name = visitor_of(request, self._visitors), request.match_info["name"]
        visitor.gallery.require_own(name)
        found, consent = await self._faces_in(request, visitor, name)
        chosen = _chosen(found, request.query.get("face", "0"))
        if chosen is None:
            return _to_choose_from(found)
        visitor.gallery.require_own(name)
        before = visitor.gallery.entry(name)
        views = [replace(photo, more=()) for photo in before.photo.views]
        person = one_person([*views, chosen], name)
        return await self._keep(visitor, entry_of(person, name, (*before.consents, consent)))

    async def _show_face(self, request: web.Request) -> web.Response:
        thumbnail = visitor_of(request, self._visitors).gallery.thumbnail(request.match_info["name"])
        return web.Response(body=thumbnail, content_type="image/jpeg")

    async def _remove_face(self, request: web.Request) -> web.Response:
        name, visitor = request.match_info["name"], visitor_of(request, self._visitors)
        visitor.gallery.remove(name)
        for session in self._sessions.of(visitor):
            if name in session.stream.source_bank.names:
                await self._uploads.beside(partial(session.stream.source_bank.remove, name))
        return web.json_response({})

    async def _faces_in(self, request: web.Request, visitor: Visitor, name: str) -> tuple[list[FoundFace], str]:
        """Those in the photo that is sent, and the key of its consent."""
        self._visitors.require_room(visitor)
        has_consent = request.query.get("consent") == "yes"
        with self._uploads.one_of(address_of(request)):
            content = await photo_in(request)
            found = await self._uploads.read(content, name, has_consent=has_consent, whose=visitor.key)
        return found, key_of(content, visitor.key)

    async def _keep(self, visitor: Visitor, face: Entry) -> web.Response:
        visitor.gallery.put(face)
        for session in self._sessions.of(visitor):
            session.stream.source_bank.add(face.photo)
            await self._uploads.beside(session.stream.source_bank.settle)  # so that who hears of it can wear it
        return web.json_response({"name": face.photo.name}, status=201)


def _chosen(found: list[FoundFace], said: str) -> SourcePhoto | None:
    """The face that an upload is for. said: its number, or ASK, for which there is none unless all is clear.

    Raises RefusedError (400) for no number of a face, and SourcePhotoError for a face that cannot be worn.
    """
    if said == ASK and (len(found) > 1 or found[0].doubts):
        return None
    number = "0" if said == ASK else said
    if not NUMBER.fullmatch(number) or int(number) >= len(found):
        raise RefusedError(400, f"there is no face {said!r}", remedy=f"there are {len(found)}, from 0 on; or {ASK!r}")
    face = found[int(number)]
    if face.problem is not None:
        raise face.problem
    return face.photo


def _to_choose_from(found: list[FoundFace]) -> web.Response:
    return web.json_response({"faces": [_facts(face) for face in found]})


def _facts(face: FoundFace) -> dict[str, object]:
    thumbnail = base64.b64encode(entry_of(face.photo, "").thumbnail).decode()
    doubts = [{"kind": doubt.kind, "value": round(doubt.value, 2)} for doubt in face.doubts]
    picture = f"data:image/jpeg;base64,{thumbnail}"
    return {"picture": picture, "doubts": doubts, "problem": None if face.problem is None else str(face.problem)}
