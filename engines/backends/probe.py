"""Which devices work on this machine, and for those that do not: why, and the command that cures it.

Knows whom to ask: each device (engines/devices) says what it needs. Opens nothing.
"""

from dataclasses import dataclass
from functools import cache

from engines.backends.facts import Facts, gather
from engines.kinds import DEVICES


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a device works here; if not, why, and what to type."""

    device: str
    usable: bool
    reason: str = ""
    remedy: str = ""


def probe(device: str, facts: Facts | None = None) -> Availability:
    """Judge one device. facts: default those of this machine, gathered once. Raises KeyError for one that is none."""
    facts = facts or _facts_here()
    kind = DEVICES.get(device)
    if kind is None:
        raise KeyError(device)
    for problem in filter(None, (look(facts) for look in kind.needs)):
        return Availability(device, False, *problem)
    return Availability(device, True)


@cache
def _facts_here() -> Facts:
    return gather()
