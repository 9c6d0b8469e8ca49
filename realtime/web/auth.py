"""Who may ask the server for what, and how often.

On this machine alone (the default) nobody needs a token, so a page of another site must be kept from talking to the
server with the visitor's browser: the Host must be this machine (DNS rebinding) and the Origin, where a browser sends
one, the page's own. Everywhere else every request needs the token, which no other site knows.

Knows requests and addresses; knows nothing of what is asked for.
"""

import hmac
import ipaddress
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

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
FORGIVEN = 10
"""Wrong tokens of one address before it has to wait: 1 s, then twice as long after each."""
MOST_WAIT_S = 60.0
REMEMBERED = 1024
"""Addresses; the one that asked longest ago is forgotten first."""
NETWORK_BITS = 64
"""Of an IPv6 address: the rest is the visitor's own to choose."""


class RefusedError(UserError):
    """A request that is not carried out. status: of HTTP. retry_after_s: when it may be worth another try. headers:
    beside those that every answer has.
    """

    def __init__(self, status: int, problem: str, *, remedy: str, retry_after_s: int | None = None) -> None:
        super().__init__(problem, remedy=remedy)
        self.status, self.headers = status, dict[str, str]()
        if retry_after_s is not None:
            self.headers["Retry-After"] = str(retry_after_s)


class AtOnce:
    """How many things of one address or visitor are under way. Used in the event loop.

    most: of one. problem, remedy, retry_after_s: what whoever has so many is told.
    """

    def __init__(self, most: int, problem: str, *, remedy: str, retry_after_s: int) -> None:
        self._most, self._problem, self._remedy, self._retry_after_s = most, problem, remedy, retry_after_s
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def one_of(self, key: str) -> Iterator[None]:
        """One more is under way in the block. Raises RefusedError (429) when that is too many."""
        if self._under_way[key] >= self._most:
            raise RefusedError(429, self._problem, remedy=self._remedy, retry_after_s=self._retry_after_s)
        self._under_way[key] += 1
        try:
            yield
        finally:
            self._under_way[key] -= 1
            self._under_way += Counter()  # forgets whoever has none


def is_loopback(host: str) -> bool:
    """Whether a name or address can only mean this machine."""
    if host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Doorkeeper(Protocol):
    """Says who may come in."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Of each response."""
        ...

    def admit(
        self, headers: Mapping[str, str], query: Mapping[str, str], *, is_public: bool, address: str = ""
    ) -> None:
        """Raises RefusedError."""
        ...

    def require_pace(self, address: str) -> None:
        """Raises RefusedError (429)."""
        ...


class Guard:
    """token: asked of everybody; None on this machine alone. framed_by: who may show the page in a frame. clock: s."""

    def __init__(
        self, token: str | None, *, framed_by: str = "'self'", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._token, self._clock = token, clock
        self.headers = {**HEADERS, "Content-Security-Policy": POLICY + framed_by}
        self._limiter, self._back_off = RateLimiter(), BackOff()

    def admit(
        self, headers: Mapping[str, str], query: Mapping[str, str], *, is_public: bool, address: str = ""
    ) -> None:
        """Raises RefusedError (400, 401, 403, or 429 after too many wrong tokens from an address).

        is_public: the page itself, which is no secret.
        """
        if self._token is None:
            _require_own_page(headers)
            return
        if is_public:
            return
        _require_no_wait(self._back_off.wait_s(address, self._clock()), "too many wrong tokens came from here")
        given = headers.get("Authorization", "").removeprefix("Bearer ") or query.get("token", "")
        if not hmac.compare_digest(given.encode(errors="replace"), self._token.encode()):
            if given:
                self._back_off.failed(address, self._clock())
            raise RefusedError(
                401, "the token is missing or wrong", remedy="open the address that liveswap serve printed"
            )
        self._back_off.forgive(address)

    def require_pace(self, address: str) -> None:
        """Raises RefusedError (429) when this address asks too often."""
        _require_no_wait(self._limiter.wait_s(address, self._clock()), "that was too much at once")


class BackOff:
    """How long an address has to wait after wrong tokens, in fixed memory."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> float:
        """0 if a token of `address` may be looked at now."""
        count, last_s = self._failures.get(network_of(address), (0, 0.0))
        wait_s = min(MOST_WAIT_S, 2.0 ** min(count - FORGIVEN, 16)) if count >= FORGIVEN else 0.0
        return max(0.0, last_s + wait_s - now_s)

    def failed(self, address: str, now_s: float) -> None:
        """A wrong token came."""
        count, _ = self._failures.pop(network_of(address), (0, 0.0))
        self._failures[network_of(address)] = count + 1, now_s
        _forget_oldest(self._failures)

    def forgive(self, address: str) -> None:
        """The right token came."""
        self._failures.pop(network_of(address), None)


class RateLimiter:
    """A token bucket for each address, in fixed memory."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> float:
        """0 if a request of `address` may go through now, which it then does; else how long it should wait."""
        network = network_of(address)
        left, since_s = self._buckets.pop(network, (BURST, now_s))
        left = min(BURST, left + (now_s - since_s) * PER_SECOND)
        is_fine = left >= 1
        self._buckets[network] = (left - 1 if is_fine else left, now_s)
        _forget_oldest(self._buckets)
        return 0.0 if is_fine else (1 - left) / PER_SECOND


def network_of(address: str) -> str:
    """What an address is counted as: an IPv4 address for itself, an IPv6 one with all of its network."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, NETWORK_BITS), strict=False))


def _forget_oldest(remembered: OrderedDict[str, Any]) -> None:
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)


def _require_no_wait(wait_s: float, problem: str) -> None:
    if wait_s:
        raise RefusedError(429, problem, remedy="wait a moment", retry_after_s=max(1, math.ceil(wait_s)))


def _require_own_page(headers: Mapping[str, str]) -> None:
    host = _parsed(f"//{headers.get('Host', '')}", "Host")
    if not is_loopback(host.hostname or ""):
        raise RefusedError(
            403,
            f"this server is for this machine alone, not for {host.hostname}",
            remedy="open http://127.0.0.1, or start it with --host, which makes a token",
        )
    origin = headers.get("Origin")
    if origin is not None and _parsed(origin, "Origin").netloc != headers.get("Host"):
        raise RefusedError(403, f"pages of {origin} may not use this server", remedy="use the page of liveswap itself")


def _parsed(url: str, header: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise RefusedError(400, f"{header} is not an address", remedy="use the page of liveswap itself") from error
