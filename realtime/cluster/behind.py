"""A server that stands behind a front: it answers nobody else, knows visitors by what the front says, and may be full.

Knows requests and refusals; knows nothing of Ray.
"""

import hmac
from collections.abc import Callable, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from realtime.web.auth import Guard, RefusedError
from realtime.web.opened import OpenedServer
from realtime.web.request_parts import CAME_FROM, visitor_of

SECRET, ADDRESS = "Liveswap-Front", "Liveswap-Address"
"""Headers that only a front sends: that it is one, and where the visitor comes from."""
FREE = "Liveswap-Free"
"""A header of a refusal: nothing of this visitor's is here, so another host may take them."""
OPENING = {("POST", "/session"), ("POST", "/whip"), ("GET", "/socket")}
RETRY_S = 5


class FrontOnly:
    """A Doorkeeper. Tokens and haste are the front's business. secret: until it is known, nobody is let in."""

    def __init__(self, framed_by: str) -> None:
        self.secret = ""
        self._headers = Guard(None, framed_by=framed_by).headers

    @property
    def headers(self) -> Mapping[str, str]:
        """As without a front."""
        return self._headers

    def admit(
        self,
        headers: Mapping[str, str],
        query: Mapping[str, str],  # noqa: ARG002
        *,
        is_public: bool,  # noqa: ARG002
        address: str = "",  # noqa: ARG002
    ) -> None:
        """Raises RefusedError (403)."""
        said = headers.get(SECRET, "")
        if not self.secret or not hmac.compare_digest(said.encode(errors="replace"), self.secret.encode()):
            raise RefusedError(
                403, "this is for the front alone", remedy="open the address that liveswap serve printed"
            )

    def require_pace(self, address: str) -> None:
        """Nothing: the front does."""


def put_behind_front(server: OpenedServer, why_full: Callable[[], str | None]) -> None:
    """Have an application do as this module says; before it runs. why_full: in words; None while there is room."""

    @web.middleware
    async def visited(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[CAME_FROM] = request.headers.get(ADDRESS, "")
        if (request.method, request.path) not in OPENING:
            return await handler(request)
        visitor, why = visitor_of(request, server.visitors), why_full()
        try:
            if why is not None:
                raise RefusedError(503, why, remedy="try again in a moment", retry_after_s=RETRY_S)
            return await handler(request)
        except RefusedError as error:
            if error.status == 503 and not server.keeps_something(visitor):
                error.headers[FREE] = "1"
            raise

    server.application.middlewares.append(visited)
