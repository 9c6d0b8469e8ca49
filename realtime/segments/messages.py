"""What a worker and its owner say to each other, through pipes: pickled objects, one after another.

Knows words; knows no process.
"""

import logging
import pickle
import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from realtime.config import RunConfig

Inbox = queue.SimpleQueue[tuple[Any, Any]]
"""Of (a worker, what it said)."""


@dataclass(frozen=True, slots=True)
class Begin:
    """To a worker, first: what the video is about, and where the models are."""

    config: RunConfig
    home: str


@dataclass(frozen=True, slots=True)
class Stop:
    """To a worker: end the segment soon and keep what is made of it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The faces are loaded."""


@dataclass(frozen=True, slots=True)
class Progress:
    """outcomes: how many of the segment's own pictures became what, so far."""

    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Said:
    """A warning for people. level: of `logging`."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A UserError."""

    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CannotWrite:
    """An OSError of the segment's file."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A bug. trace: for whoever mends it."""

    trace: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The worker has ended, whatever it was to do. why: in a word or two. last: what it said last."""

    why: str
    last: str = ""


class Telling(logging.Handler):
    """Hands warnings to the owner, who has the terminal."""

    def __init__(self, say: Callable[[Said], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(Said(record.levelno, record.getMessage()))


def put(pipe: IO[bytes], message: Any) -> None:
    """Raises OSError when nobody reads it any more."""
    pickle.dump(message, pipe)
    pipe.flush()


def messages(pipe: IO[bytes]) -> Iterator[Any]:
    """What comes, until the other side is gone."""
    while True:
        try:
            yield pickle.load(pipe)  # noqa: S301  from a process of ours
        except (EOFError, OSError, pickle.UnpicklingError):
            return
