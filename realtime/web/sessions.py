"""Who is connected: how many may be, and who has been silent for too long.

Knows sessions and time; knows nothing of how pictures travel.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from engines.types import SourcePhoto
from realtime.faces.consent import Scope
from realtime.provenance.no_badge import NoBadgeRecord
from realtime.web.auth import RefusedError, is_loopback, network_of
from realtime.web.keys import new_key
from realtime.web.session import Stream, SwapSession
from realtime.web.visitors import Visitor

logger = logging.getLogger(__name__)

SILENT_S = 10.0
"""A session that sent no picture that can be read for so long is ended: half-open, junk, or a laptop that was shut."""
SWEEP_S = 2.0


class Link(Protocol):
    """The connection a session lives on."""

    async def close(self) -> None:
        """May be called twice."""
        ...


class Sessions:
    """The sessions of one server. Everything in the event loop.

    make_stream: opens engines for a visitor's photos, which takes time, so it runs in a thread. home: where it is kept
    why somebody left the badge out. most: at the same time; half of them for one address, unless it is this machine's,
    as behind a proxy. make_key: of sessions, and of whoever watches one.
    """

    def __init__(
        self,
        make_stream: Callable[[Sequence[SourcePhoto]], Stream],
        home: Path,
        *,
        most: int,
        silent_s: float = SILENT_S,
        make_key: Callable[[int], str] = new_key,
    ) -> None:
        self._make_stream, self._home, self._most, self._silent_s = make_stream, home, most, silent_s
        self.make_key = make_key
        self._sessions: dict[str, SwapSession] = {}
        self._links: dict[str, Link] = {}
        self._networks: dict[str, str] = {}
        self._opening: Counter[str] = Counter()
        self.opened = 0
        """Since the start."""

    def __iter__(self) -> Iterator[SwapSession]:
        """The oldest first."""
        return iter(list(self._sessions.values()))

    def __len__(self) -> int:
        return len(self._sessions)

    def find(self, session_id: str) -> SwapSession:
        """Raises RefusedError (404) when there is none of that id."""
        session = self._sessions.get(session_id)
        if session is None:
            raise RefusedError(404, "there is no such session", remedy="start a new one")
        return session

    def find_watched(self, key: str) -> SwapSession:
        """The session that this key lets watch, or its owner's. Raises RefusedError (404)."""
        return next((session for session in self if session.watch == key), None) or self.find(key)

    def of(self, visitor: Visitor) -> list[SwapSession]:
        """Those of one visitor."""
        return [session for session in self if session.visitor is visitor]

    async def open(self, visitor: Visitor, address: str, watch: str | None = None) -> SwapSession:
        """A new session. address: where it comes from. watch: the key to watch it by, which is else made up.

        Raises RefusedError (503 when all places are taken, 429 when this address has its share, 409 for a key that is
        taken), and UserError when the engines cannot be opened.
        """
        network = network_of(address)
        self._require_place(network)
        if watch is not None and any(watch in {session.watch, session.id} for session in self):
            raise RefusedError(409, "this watch key is taken", remedy="choose another one")
        self._opening[network] += 1
        try:
            photos = visitor.gallery.photos
            stream = await asyncio.to_thread(self._make_stream, photos)
        finally:
            self._opening -= Counter([network])
        if not {id(photo) for photo in photos} <= {id(photo) for photo in visitor.gallery.photos}:
            await asyncio.to_thread(stream.close)
            raise RefusedError(409, "a face was removed while the session was opened", remedy="start again")
        stream.control.on_no_badge = NoBadgeRecord(self._home, lambda: visitor.gallery.consents, [Scope.LIVE]).note
        session = SwapSession(stream, visitor, watch, self.make_key)
        self._sessions[session.id], self._networks[session.id] = session, network
        self.opened += 1
        return session

    def _require_place(self, network: str) -> None:
        if len(self._sessions) + self._opening.total() >= self._most:
            raise RefusedError(
                503,
                f"server full ({self._most} of {self._most})",
                remedy="try again when somebody has left, or start it with a larger --sessions",
                retry_after_s=5,
            )
        share = (self._most + 1) // 2
        taken = list(self._networks.values()).count(network) + self._opening[network]
        if taken >= share and not is_loopback(network):
            raise RefusedError(
                429, f"{taken} sessions come from this address already", remedy="end one first", retry_after_s=5
            )

    def link(self, session: SwapSession, link: Link) -> None:
        """What is closed together with the session."""
        self._links[session.id] = link

    async def end(self, session_id: str) -> None:
        """End a session and its connection, if it is still there."""
        session, link = self._sessions.pop(session_id, None), self._links.pop(session_id, None)
        self._networks.pop(session_id, None)
        if session is not None:
            await asyncio.to_thread(session.close)
        if link is not None:
            await link.close()

    async def end_all(self) -> None:
        """When the server stops."""
        await asyncio.gather(*(self.end(session.id) for session in self))

    async def sweep(self) -> None:
        """End silent sessions, for ever; cancel it at the end.

        While this process stood still, as under SIGSTOP or on a host that was suspended, nobody could be heard: that
        time is no silence of theirs.
        """
        step_s = min(SWEEP_S, self._silent_s)
        while True:
            slept_s = -time.monotonic()
            await asyncio.sleep(step_s)
            slept_s += time.monotonic()
            for session in self:
                session.last_seen_s += max(0.0, slept_s - step_s)
                if time.monotonic() - session.last_seen_s > self._silent_s:
                    logger.info("session %s was silent for %g s and is ended", session.id[:4], self._silent_s)
                    await self._end_anyhow(session.id)

    async def _end_anyhow(self, session_id: str) -> None:
        try:
            await self.end(session_id)
        except Exception:
            logger.exception("a connection could not be closed properly")
