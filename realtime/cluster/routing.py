"""Which host a request is for: the one that its key names, else the one with the most room.

Nothing is kept of visitors: keys say who made them, so that any front knows the way, also one that was started anew.
Knows keys and hosts; sends nothing.
"""

import math
import time
from collections.abc import Callable, Collection

from aiohttp import web

from realtime.cluster.behind import OPENING
from realtime.cluster.directory import BEAT_S, HostState, View
from realtime.web.keys import server_of
from realtime.web.request_parts import key_in

SILENT_S = 2.0
"""A host that said nothing for so long gets nobody new; whoever is there already may still reach it."""
BY_ID = {"session", "whip", "whep", "results"}
"""Paths that go on with a key."""


def opens_session(request: web.Request) -> bool:
    """Whether it asks for a place."""
    return (request.method, request.path) in OPENING


class Hosts:
    """Those that are there, as the directory told last. clock: s."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hosts: dict[str, HostState] = {}
        self._said_s: dict[str, float] = {}
        self._lost_s: dict[str, float] = {}
        self._sent: dict[str, int] = {}
        self.secret = ""

    def update(self, view: View) -> None:
        """What the directory says now."""
        now_s = self._clock()
        for state, age_s in view.hosts:
            said_s = now_s - age_s
            if said_s > self._said_s.get(state.name, -math.inf) + BEAT_S / 2:  # anew, not only told with another delay
                self._said_s[state.name] = said_s
                self._sent.pop(state.name, None)
            if said_s > self._lost_s.get(state.name, math.inf):
                del self._lost_s[state.name]
        self._hosts, self.secret = {state.name: state for state, _ in view.hosts}, view.secret
        for told in (self._said_s, self._sent, self._lost_s):
            for name in told.keys() - self._hosts.keys():
                del told[name]

    @property
    def there(self) -> list[HostState]:
        """All that are not lost."""
        return [state for name, state in self._hosts.items() if name not in self._lost_s]

    def lose(self, name: str) -> None:
        """It does not answer: it is not there until it says so itself."""
        self._lost_s[name] = self._clock()

    def named_by(self, request: web.Request) -> HostState | None:
        """The host that has what a request is about; None when it names none that is there."""
        parts = request.path.split("/")
        if len(parts) > 2 and parts[1] in BY_ID:
            return self._named(server_of(parts[2]))
        watch = request.query.get("session") if parts[1] == "whep" else request.query.get("watch")
        if watch and opens_session(request) | (parts[1] == "whep"):
            chosen = next((state for state in self.there if watch in state.watches), None)
            return chosen or self._named(server_of(watch)) or self._named(server_of(key_in(request)))
        return self._named(server_of(key_in(request)))

    def best(self, *, with_room: bool, but: Collection[str] = ()) -> HostState | None:
        """The host for somebody new. with_room: they ask for a place at once."""
        now_s = self._clock()
        able = [
            state
            for state in self.there
            if state.name not in but and not state.drains and now_s - self._said_s[state.name] < SILENT_S
        ]
        if with_room:
            able = [state for state in able if state.headroom > 0 and state.sessions + self._new(state) < state.places]
        host = max(able, key=self._rank, default=None)
        if host is not None:
            self._sent[host.name] = self._new(host) + 1
        return host

    def _rank(self, state: HostState) -> tuple[float, float]:
        """By what is measured; of hosts whose nodes are equally busy, by free places."""
        new = self._new(state)
        return state.headroom - new / state.places, -(state.sessions + new) / state.places

    def _new(self, state: HostState) -> int:
        """How many were sent there since it said how it is."""
        return self._sent.get(state.name, 0)

    def _named(self, name: str | None) -> HostState | None:
        return None if name is None or name in self._lost_s else self._hosts.get(name)
