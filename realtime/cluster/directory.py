"""Who is in the cluster: hosts say twice a second how they are, fronts ask who is there. One small actor of Ray's.

All it knows is said anew within a second, so that it may be lost and started anew on another node. Knows names, numbers
and time; knows no visitor and no picture.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

NAME, NAMESPACE = "directory", "liveswap"
BEAT_S = 0.5
FORGOTTEN_S = 10.0
"""Of a host that says nothing any more; of a front, FRONT_S."""
FRONT_S = 3.0


@dataclass(frozen=True, slots=True)
class HostState:
    """How a host is. name: its keys begin with it. node: the machine's address. places: sessions that it may have.

    headroom: 0 for no room, up to 1. drains: takes nobody new. watches: keys to watch by that senders have chosen.
    """

    name: str
    url: str
    node: str
    sessions: int
    places: int
    headroom: float
    drains: bool = False
    watches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Orders:
    """What a host is told. secret: with it a front shows that it is one. addresses: where other machines find the
    front. ends: stop, whoever is connected.
    """

    secret: str
    addresses: tuple[str, ...]
    ends: bool


@dataclass(frozen=True, slots=True)
class View:
    """What a front is told. hosts: with how long ago each said so, in seconds. problem: why a host did not start."""

    secret: str
    hosts: tuple[tuple[HostState, float], ...]
    problem: tuple[str, str] | None


@dataclass(slots=True)
class Directory:
    """An actor's class; made for itself in tests. clock: s."""

    clock: Callable[[], float] = time.monotonic
    _secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _hosts: dict[str, tuple[HostState, float]] = field(default_factory=dict)
    _fronts: dict[str, float] = field(default_factory=dict)
    _addresses: tuple[str, ...] = ()
    _problem: tuple[str, str] | None = None
    _ends: bool = False

    def beat(self, state: HostState) -> Orders:
        """A host says how it is."""
        self._hosts[state.name] = state, self.clock()
        return Orders(self._secret, self._addresses, self._ends)

    def leave(self, host: str) -> None:
        """A host has ended."""
        self._hosts.pop(host, None)

    def fail(self, problem: str, remedy: str) -> None:
        """A host could not start."""
        self._problem = problem, remedy

    def look(self, front: str, addresses: tuple[str, ...]) -> View:
        """A front asks, and says where it is found."""
        now_s = self.clock()
        self._fronts[front], self._addresses, self._ends = now_s, addresses, False
        self._hosts = {name: known for name, known in self._hosts.items() if now_s - known[1] < FORGOTTEN_S}
        hosts = tuple((state, now_s - at_s) for state, at_s in self._hosts.values())
        return View(self._secret, hosts, self._problem)

    def close(self, front: str) -> bool:
        """A front ends. Returns whether it was the last one: then the hosts are to end, too."""
        self._fronts.pop(front, None)
        self._ends = all(self.clock() - at_s > FRONT_S for at_s in self._fronts.values())
        return self._ends


def directory() -> Any:
    """The cluster's one, a handle of an actor; started where there is none."""
    import ray  # noqa: PLC0415  an extra

    actor = ray.remote(Directory)
    return actor.options(
        name=NAME, namespace=NAMESPACE, lifetime="detached", get_if_exists=True, num_cpus=0, max_restarts=-1
    ).remote()
