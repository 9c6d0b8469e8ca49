"""Who may ask the server for what, and how often.

On this machine alone (the default) nobody needs a token, so a page of another site must be kept from talking to the
server with the visitor's browser: the Host must be this machine (DNS rebinding) and the Origin, where a browser sends
one, the page's own. Everywhere else every request needs the token, which no other site knows.

Knows requests and addresses; knows nothing of what is asked for.
"""

import hmac
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Mapping
from urllib.parse import urlsplit

from models.errors import UserError

POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), fullscreen=(self)",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOCAL_NAMES = {"localhost"}
BURST, PER_SECOND = 30.0, 5.0
"""Requests of one address that change something: at once, and for ever."""
REMEMBERED = 1024
"""Addresses; the one that asked longest ago is forgotten first."""


class RefusedError(UserError):
    """A request that is not carried out. status: of HTTP. retry_after_s: when it may be worth another try."""

    def __init__(self, status: int, problem: str, *, remedy: str, retry_after_s: int | None = None) -> None:
        super().__init__(problem, remedy=remedy)
        self.status, self.retry_after_s = status, retry_after_s


def is_loopback(host: str) -> bool:
    """Whether a name or address can only mean this machine."""
    if host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """token: asked of everybody; None on this machine alone. framed_by: who may show the page in a frame."""

    def __init__(self, token: str | None, *, framed_by: str = "'self'") -> None:
        self._token = token
        self.headers = {**HEADERS, "Content-Security-Policy": POLICY + framed_by}
        self._pace = Pace()

    def admit(self, headers: Mapping[str, str], query: Mapping[str, str], *, is_public: bool) -> None:
        """Raises RefusedError (401 or 403). is_public: the page itself, which is no secret."""
        if self._token is None:
            _require_own_page(headers)
            return
        if is_public:
            return
        given = headers.get("Authorization", "").removeprefix("Bearer ") or query.get("token", "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            raise RefusedError(
                401, "the token is missing or wrong", remedy="open the address that liveswap serve printed"
            )

    def require_pace(self, address: str) -> None:
        """Raises RefusedError (429) when this address asks too often."""
        wait_s = self._pace.wait_s(address, time.monotonic())
        if wait_s:
            raise RefusedError(
                429, "that was too much at once", remedy="wait a moment", retry_after_s=max(1, round(wait_s))
            )


class Pace:
    """A token bucket for each address, in fixed memory."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> float:
        """0 if a request of `address` may go through now, which it then does; else how long it should wait."""
        left, since_s = self._buckets.pop(address, (BURST, now_s))
        left = min(BURST, left + (now_s - since_s) * PER_SECOND)
        is_fine = left >= 1
        self._buckets[address] = (left - 1 if is_fine else left, now_s)
        while len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if is_fine else (1 - left) / PER_SECOND


def _require_own_page(headers: Mapping[str, str]) -> None:
    host = urlsplit(f"//{headers.get('Host', '')}")
    if not is_loopback(host.hostname or ""):
        raise RefusedError(
            403,
            f"this server is for this machine alone, not for {host.hostname}",
            remedy="open http://127.0.0.1, or start it with --host, which makes a token",
        )
    origin = headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("Host"):
        raise RefusedError(403, f"pages of {origin} may not use this server", remedy="use the page of liveswap itself")
