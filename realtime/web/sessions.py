"""Who is connected: how many may be, and who has been silent for too long.

Knows sessions and time; knows nothing of how pictures travel.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from realtime.web.guard import RefusedError
from realtime.web.session import Stream, SwapSession

logger = logging.getLogger(__name__)

SILENT_S = 10.0
"""A session that sent no picture for so long is ended: half-open, or a laptop that was shut."""
SWEEP_S = 2.0


class Link(Protocol):
    """The connection a session lives on."""

    async def close(self) -> None:
        """May be called twice."""
        ...


class Sessions:
    """The sessions of one server. Everything in the event loop.

    make_stream: opens engines, which takes time, so it runs in a thread. most: at the same time.
    """

    def __init__(self, make_stream: Callable[[], Stream], *, most: int, silent_s: float = SILENT_S) -> None:
        self._make_stream, self._most, self._silent_s = make_stream, most, silent_s
        self._sessions: dict[str, SwapSession] = {}
        self._links: dict[str, Link] = {}
        self._opening = 0
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

    async def open(self) -> SwapSession:
        """Raises RefusedError (503) when all places are taken, and UserError when the engines cannot be opened."""
        if len(self._sessions) + self._opening >= self._most:
            raise RefusedError(
                503,
                f"this server swaps for {self._most} at a time, and they are all here",
                remedy="try again when somebody has left, or start it with a larger --sessions",
                retry_after_s=5,
            )
        self._opening += 1
        try:
            stream = await asyncio.to_thread(self._make_stream)
        finally:
            self._opening -= 1
        session = SwapSession(stream)
        self._sessions[session.id] = session
        self.opened += 1
        return session

    def link(self, session: SwapSession, link: Link) -> None:
        """What is closed together with the session."""
        self._links[session.id] = link

    async def end(self, session_id: str) -> None:
        """End a session and its connection, if it is still there."""
        session, link = self._sessions.pop(session_id, None), self._links.pop(session_id, None)
        if session is not None:
            await asyncio.to_thread(session.close)
        if link is not None:
            await link.close()

    async def end_all(self) -> None:
        """When the server stops."""
        await asyncio.gather(*(self.end(session.id) for session in self))

    async def sweep(self) -> None:
        """End silent sessions, for ever; cancel it at the end."""
        while True:
            await asyncio.sleep(min(SWEEP_S, self._silent_s))
            for session in self:
                if time.monotonic() - session.last_seen_s > self._silent_s:
                    logger.info("session %s was silent for %g s and is ended", session.id[:4], self._silent_s)
                    await self._end_anyhow(session.id)

    async def _end_anyhow(self, session_id: str) -> None:
        try:
            await self.end(session_id)
        except Exception:
            logger.exception("a connection could not be closed properly")
