"""Who is who: each visitor has a key that nobody guesses, and faces and sessions that are theirs alone.

A browser sends the key as a cookie. Whoever has no cookies, as a page in another site's frame, asks for a key and
sends it as a header. A key is only ever given, never taken over from a request. Knows keys, galleries and time.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from realtime.web.auth import RefusedError, is_loopback, network_of
from realtime.web.gallery import Entry, Gallery
from realtime.web.keys import new_key
from realtime.web.target_photo import TargetPhoto

FORGOTTEN_S = 3600.0
"""A visitor who asked for nothing and sent nothing for so long is forgotten, with their photos."""
SWEEP_S = 30.0
MOST = 1024
MOST_PHOTOS, MOST_PHOTOS_OF_ADDRESS = 128, 48
"""Uploads of all visitors, and of those of one address, unless it is this machine's, as behind a proxy."""
MOST_TARGETS = 8
"""Photos of people who are to be changed, of all visitors: 36 MB each."""


@dataclass(eq=False, slots=True)
class Visitor:
    """network: where they came from first, see `network_of`. last_seen_s: when they asked or sent last.

    photo: whose people they want changed.
    """

    key: str
    network: str
    gallery: Gallery
    last_seen_s: float
    photo: TargetPhoto | None = None


class Visitors:
    """Everything in the event loop. shared: the faces that all may wear, filled before anybody comes. clock: s.

    is_known: whether somebody with this key has something on the disk, and is let in again after a restart. make_key:
    of somebody new.
    """

    def __init__(
        self,
        shared: dict[str, Entry],
        clock: Callable[[], float] = time.monotonic,
        is_known: Callable[[str], bool] = lambda _key: False,
        make_key: Callable[[int], str] = new_key,
    ) -> None:
        self._shared, self._clock, self._is_known, self._make_key = shared, clock, is_known, make_key
        self._visitors: dict[str, Visitor] = {}

    def __len__(self) -> int:
        return len(self._visitors)

    def recognise(self, said: str | None, cookie: str | None, address: str) -> Visitor:
        """Whoever has this key, else somebody new. said: the key in a header or in the address, which goes first.

        Raises RefusedError (410) for a key that was said and is none, and 503 when too many are here.
        """
        key = said or cookie or ""
        visitor = self._visitors.get(key)
        if visitor is None and key and self._is_known(key):
            return self._let_in(key, address)
        if visitor is None and said:
            raise RefusedError(410, "this visitor is forgotten", remedy="ask for a new key: POST /visitor")
        if visitor is None:
            return self.welcome(address)
        visitor.last_seen_s = self._clock()
        return visitor

    def welcome(self, address: str) -> Visitor:
        """Somebody new. Raises RefusedError (503) when too many are here."""
        return self._let_in(self._make_key(24), address)

    def _let_in(self, key: str, address: str) -> Visitor:
        if len(self._visitors) >= MOST:
            self._make_room()
        visitor = Visitor(key, network_of(address), Gallery(self._shared), self._clock())
        self._visitors[key] = visitor
        return visitor

    def require_room(self, visitor: Visitor) -> None:
        """Raises RefusedError (503) when no more photos are taken in, or (429) from this address."""
        counts = [(other.gallery.photos_kept, other.network) for other in self._visitors.values()]
        if sum(count for count, _ in counts) >= MOST_PHOTOS:
            raise RefusedError(503, f"there are {MOST_PHOTOS} photos already", remedy="try later", retry_after_s=60)
        of_address = sum(count for count, network in counts if network == visitor.network)
        if of_address >= MOST_PHOTOS_OF_ADDRESS and not is_loopback(visitor.network):
            raise RefusedError(429, f"there are {of_address} photos from here already", remedy="remove some first")

    def keep_photo(self, visitor: Visitor, photo: TargetPhoto) -> None:
        """Until the next one; of too many, whoever asked for nothing for longest loses theirs."""
        visitor.photo = photo
        kept = sorted((each for each in self._visitors.values() if each.photo), key=lambda each: each.last_seen_s)
        for other in kept[:-MOST_TARGETS]:
            other.photo = None

    def drop(self, is_gone: Callable[[Entry], bool]) -> None:
        """Forget faces of all visitors, those that the server was started with, too."""
        for name in [name for name, entry in self._shared.items() if is_gone(entry)]:
            del self._shared[name]
        for visitor in self._visitors.values():
            visitor.gallery.drop(is_gone)

    async def sweep(self, present: Callable[[], Iterable[Visitor]]) -> None:
        """Forget whoever left long ago, for ever; cancel it at the end. present: who has a session now."""
        while True:
            await asyncio.sleep(SWEEP_S)
            self.forget(present())

    def forget(self, present: Iterable[Visitor]) -> None:
        """Forget whoever left long ago. present: who has a session now."""
        now_s = self._clock()
        for visitor in present:
            visitor.last_seen_s = now_s
        self._visitors = {
            key: visitor for key, visitor in self._visitors.items() if now_s - visitor.last_seen_s < FORGOTTEN_S
        }

    def _make_room(self) -> None:
        """Forget whoever asked longest ago among those who have added nothing."""
        idle = [visitor for visitor in self._visitors.values() if not visitor.gallery.own_names]
        if not idle:
            raise RefusedError(503, "too many visitors are here", remedy="try later", retry_after_s=60)
        del self._visitors[min(idle, key=lambda visitor: visitor.last_seen_s).key]
