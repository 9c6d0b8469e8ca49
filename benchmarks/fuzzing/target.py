"""What is fuzzed, and what came of it: the promise that each parser keeps, and how it was broken.

The promise: whatever comes, the parser gives a valid result or refuses it by an error of the product's own with words
and a remedy; within its time and memory; and nothing stays behind. Knows promises; knows no parser.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import strategies as st

from models.errors import UserError

MB = 1_000_000


class BrokenPromiseError(AssertionError):
    """A result that is none: raised by a target that looks at what a parser gave."""


def require(holds: bool, what: str) -> None:
    """Raises BrokenPromiseError."""
    if not holds:
        raise BrokenPromiseError(what)


@dataclass(frozen=True, kw_only=True)
class Target:
    """A parser, made ready. inputs: hostile and valid. take: gives it one. samples: valid ones, to warm up with.

    refusals: how it may refuse. most_s: of all cores' time for one input. most_bytes: of memory beside what was there
    before. watched: a folder in which nothing may stay, but what is there after the warm-up.
    """

    inputs: st.SearchStrategy[Any]
    take: Callable[[Any], None]
    samples: tuple[Any, ...] = ()
    refusals: tuple[type[Exception], ...] = (UserError,)
    most_s: float = 2.0
    most_bytes: int = 100 * MB
    watched: Path | None = None


OpenTarget: TypeAlias = Callable[[Path], AbstractContextManager[Target]]
"""Given a folder of its own."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a promise was broken. what: crash, slow, memory, left behind. where: in which line, or "".

    sha256: of the input that showed it first, which lies in a file of that name.
    """

    what: str
    error: str
    where: str = ""
    sha256: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """By which two are the same."""
        return self.what, self.error.partition(":")[0] if self.where else self.error, self.where


@dataclass(slots=True)
class Tally:
    """Of one parser. refused: of `inputs`. slowest_s: core time. peak_bytes: of memory for one input."""

    kind: str
    inputs: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    peak_bytes: int = 0
    breaches: list[Breach] = field(default_factory=list)

    def note(self, breach: Breach) -> bool:
        """Returns whether it is a new one."""
        is_new = all(breach.key != known.key for known in self.breaches)
        if is_new:
            self.breaches.append(breach)
        return is_new

    def add(self, other: "Tally") -> None:
        """What another process counted of the same parser."""
        self.inputs, self.refused = self.inputs + other.inputs, self.refused + other.refused
        self.seconds += other.seconds
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.peak_bytes = max(self.peak_bytes, other.peak_bytes)
        for breach in other.breaches:
            self.note(breach)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Tally":
        return cls(**{**told, "breaches": [Breach(**each) for each in told["breaches"]]})


def content_of(made: Any) -> bytes:
    """An input as a file holds it."""
    return made if isinstance(made, bytes) else repr(made).encode(errors="backslashreplace")


def digest_of(made: Any) -> str:
    """The name of that file."""
    return hashlib.sha256(content_of(made)).hexdigest()
