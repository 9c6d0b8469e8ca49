"""What a person may choose by a word: of a run, and of what viewers see.

Knows words; imports no pixels, so that `liveswap --help` need not wait for them.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from models.errors import UserError

NUMBER = re.compile(r"\d{1,4}", re.ASCII)
"""Of a face or a camera, as people type it: `int` refuses or takes long for thousands of digits."""


class WhenLost(StrEnum):
    """What viewers see in place of a picture with no swapped face (`realtime.stream.privacy`)."""

    HOLD = "hold"
    BLUR = "blur"
    SLATE = "slate"
    PASS = "pass"  # noqa: S105  no password


class Strangers(StrEnum):
    """What becomes of a face in view that is not to be swapped."""

    LEAVE = "leave"
    BLUR = "blur"
    SWAP = "swap"

    @classmethod
    def choose(cls, asked: "Strangers | None", *, live: bool, mapped: bool) -> "Strangers":
        """The row of the table in `realtime.stream.privacy`. asked: None for nothing. mapped: with --map."""
        if asked is not None:
            return asked
        return cls.BLUR if live or mapped else cls.LEAVE


class Hdr(StrEnum):
    """What becomes of an HDR video."""

    SDR = "sdr"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Faces:
    """How many of the faces in view are wanted, largest first. limit: None for all."""

    limit: int | None = 1

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"at least one face must be wanted, got {self.limit}")

    def __str__(self) -> str:
        """As `parse` takes it."""
        return {1: "largest", None: "all"}.get(self.limit, str(self.limit))

    @classmethod
    def parse(cls, text: str) -> "Faces":
        """Read "largest", "all" or a number from 1. Raises UserError for anything else."""
        if text == "largest":
            return cls(1)
        if text == "all":
            return cls(None)
        if NUMBER.fullmatch(text) and int(text) > 0:
            return cls(int(text))
        raise UserError(
            f"{text!r} does not say which faces to swap",
            remedy="use --faces largest, --faces all, or a number such as --faces 2",
        )


CHOOSE = "choose"
PERSON = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ChosenPeople:
    """Whose faces are wanted in a live picture, one by one. numbers: of people, which nobody else is ever given."""

    numbers: frozenset[int] = frozenset()

    def __str__(self) -> str:
        """As `parse` takes it."""
        return " ".join([CHOOSE, *map(str, sorted(self.numbers))])

    @classmethod
    def parse(cls, numbers: str) -> "ChosenPeople":
        """Read "3 5"; "" is nobody. Raises UserError."""
        words = numbers.split()
        wrong = [word for word in words if not PERSON.fullmatch(word)]
        if wrong:
            raise UserError(f"{wrong[0]!r} is nobody's number", remedy="faces choose, and numbers of people in view")
        return cls(frozenset(map(int, words)))
