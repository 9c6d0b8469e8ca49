"""Hostile variants of valid samples: what a careless copy, a strange program or an attacker makes of a file or a text.

Strategies of hypothesis, so a seed gives the same inputs again. Knows bytes, text and JSON; knows no format.
"""

import copy
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

MOST_EDITS = 6
HEAD = 512
"""Bytes at the beginning, where headers are: half of all edits go there."""
LONGEST_REPEAT = 1 << 16
EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 62, (1 << 64) - 1)
"""Numbers at which lengths and counts go wrong."""
HOSTILE_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1e308, float("nan"), float("inf"), 10**400, -(10**25), 4096, "", "0", "-1", "\0", "\ud800"),
    *(
        "٣",
        "²",
        "1" * 3500,
        "../../etc/passwd",
        "a" * 3000,
        "\u202e\x1b[2J\r\n",
        "NaN",
        [],
        {},
        [[]],
        [None],
        {"": None},
    ),
    *([0] * 600, {"a": {"a": {"a": {}}}}),
)
"""What a field of JSON may hold instead of what is expected."""
HOSTILE_TEXTS = (
    "\0",
    "\r\n\r\n",
    "\u202e",
    "é",
    "٣",
    "²",
    "9" * 5000,
    "-",
    "%",
    "{",
    "[" * 3000,
    '"',
    "\x1b[2J",
    "1e999999",
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of bytes. at: 0..1 of the length, or below 0: minus a byte of the head. length: of what it is for."""

    kind: str
    at: float
    length: int
    content: bytes

    def __call__(self, content: bytes) -> bytes:
        at = min(len(content), round(-self.at)) if self.at < 0 else round(self.at * len(content))
        before, here, behind = content[:at], content[at : at + self.length], content[at + self.length :]
        match self.kind:
            case "replace":
                return before + self.content + content[at + len(self.content) :]
            case "insert":
                return before + self.content + here + behind
            case "cut":
                return before + behind
            case "end":
                return before
            case "repeat":
                return before + here * min(40, LONGEST_REPEAT // max(1, len(here))) + here + behind
            case "flip":
                return before + bytes(each ^ 1 << self.length % 8 for each in here[:1]) + content[at + 1 :]
        raise ValueError(self.kind)


def _packed() -> st.SearchStrategy[bytes]:
    """A number at an edge, or near one, as formats write numbers."""
    sizes = st.sampled_from(("B", "H", "I", "Q"))
    orders, numbers, steps = st.sampled_from("<>"), st.sampled_from(EDGES), st.integers(-2, 2)

    def pack(order: str, size: str, number: int, step: int) -> bytes:
        whole = 8 * struct.calcsize(size)
        return struct.pack(order + size, (number + step) % (1 << whole))

    return st.builds(pack, orders, sizes, numbers, steps)


def edits(words: Sequence[bytes] = ()) -> st.SearchStrategy[Edit]:
    """words: pieces that mean something in the format."""
    kinds = st.sampled_from(("replace", "replace", "replace", "flip", "flip", "insert", "cut", "repeat", "end"))
    places = st.one_of(st.floats(0, 1), st.integers(1, HEAD).map(lambda at: -float(at)))
    lengths = st.one_of(st.integers(0, 16), st.integers(0, 5000))
    contents = [_packed(), st.binary(max_size=16), *([st.sampled_from(tuple(words))] if words else [])]
    return st.builds(Edit, kinds, places, lengths, st.one_of(contents))


def edited(samples: Sequence[bytes], words: Sequence[bytes] = ()) -> st.SearchStrategy[bytes]:
    """A sample with a few changes; now and then the beginning of one and the end of another."""

    def change(content: bytes, other: bytes, cut: float, changes: Sequence[Edit]) -> bytes:
        if cut > 0:
            content = content[: round(cut * len(content))] + other[round(cut * len(other)) :]
        for edit in changes:
            content = edit(content)
        return content

    chosen, cuts = st.sampled_from(tuple(samples)), st.one_of(st.just(0.0), st.just(0.0), st.floats(0, 1))
    return st.builds(change, chosen, chosen, cuts, st.lists(edits(words), min_size=1, max_size=MOST_EDITS))


def edited_text(samples: Sequence[str], words: Sequence[str] = ()) -> st.SearchStrategy[str]:
    """A text with changes: what is no UTF-8 is replaced."""
    coded = [word.encode(errors="replace") for word in (*words, *HOSTILE_TEXTS)]
    return edited([sample.encode() for sample in samples], coded).map(lambda made: made.decode(errors="replace"))


def edited_json(samples: Sequence[Any]) -> st.SearchStrategy[Any]:
    """JSON values: a sample in which some fields hold something else, are gone, or are new."""

    def change(sample: Any, changes: Sequence[tuple[int, str, Any]]) -> Any:
        made = json.loads(json.dumps(sample))
        for number, action, value in changes:
            made = _changed(made, number, action, value)
        return made

    values = st.integers(0, len(HOSTILE_VALUES) - 1).map(lambda number: copy.deepcopy(HOSTILE_VALUES[number]))
    actions = st.sampled_from(("set", "set", "set", "remove", "add"))
    change_of = st.tuples(st.integers(0, 30), actions, values)
    return st.builds(change, st.sampled_from(tuple(samples)), st.lists(change_of, min_size=1, max_size=3))


def as_json(value: Any) -> bytes:
    """Also of what JSON has no words for; Python's reader takes NaN and Infinity."""
    return json.dumps(value).encode(errors="surrogatepass")


def _changed(made: Any, number: int, action: str, value: Any) -> Any:
    """One field changed: the number-th, at any depth, counted along."""
    places = list(_places(made))
    if not places:
        return value
    holder, key = places[number % len(places)]
    if action == "remove":
        del holder[key]
    elif action == "add" and isinstance(holder, dict):
        holder[str(value)[:20]] = value
    else:
        holder[key] = value
    return made


def _places(made: Any) -> list[tuple[Any, Any]]:
    if not isinstance(made, dict | list):
        return []
    keys = list(made) if isinstance(made, dict) else list(range(len(made)))
    return [place for key in keys for place in ((made, key), *_places(made[key]))]
