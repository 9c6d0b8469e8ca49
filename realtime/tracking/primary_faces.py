"""Whose faces are swapped live when not all are: those who were first, who keep their places though others come near.

While one of them is out of sight nobody else takes the place, unless they have been away for FORGET_NS; and when they
come back, it is theirs again. What never moved is a poster, and yields to the first face that does. Knows people by
their number, and how large they are.
"""

from collections.abc import Sequence
from typing import Protocol

from engines.image.geometry import box_of, size_of
from engines.types import FaceLandmarks

FORGET_NS = 10_000_000_000
AS_LARGE = 0.6
"""Of the one whose place it takes: a face that is much smaller is a passer-by in the background, or a poster."""
REMEMBERED = 32
"""People with a right to a place."""


class Seen(Protocol):
    """A face in view."""

    @property
    def id(self) -> int: ...
    @property
    def face(self) -> FaceLandmarks: ...
    @property
    def moves(self) -> bool: ...


class PrimaryFaces:
    """Remembers who they are in one stream. One thread at a time. limit: how many; it may change."""

    def __init__(self, limit: int = 1) -> None:
        self.limit = limit
        self._members: list[_Member] = []  # who came first has the first right
        self._active: list[int] = []
        self._lock = 0

    def choose(self, in_view: Sequence[Seen], at_ns: int, lock: int = 0) -> list[int]:
        """Numbers of those in view who are swapped.

        in_view: largest first. at_ns: stream time. lock: when it changes, the largest faces are chosen anew.
        """
        if lock != self._lock:
            self._lock, self._members = lock, []
        members = {member.id: member for member in self._members}
        for face in sorted(in_view, key=lambda face: not face.moves):
            if face.id in members:
                members[face.id].see(face, at_ns)
            elif self._may_join(face, at_ns):
                self._members = [*self._members[-REMEMBERED + 1 :], _Member(face, at_ns)]
        self._active = [member.id for member in self._with_a_right(at_ns)[: self.limit]]
        return [face.id for face in in_view if face.id in self._active]

    def includes(self, number: int) -> bool:
        """Whether this person has one of the places now, in view or not."""
        return number in self._active

    def _with_a_right(self, at_ns: int) -> list["_Member"]:
        """Who moves before who does not; and nobody who does not where enough people are known who do."""
        movers = [member for member in self._members if member.moves]
        recent = sorted(self._recent(at_ns), key=lambda member: not member.moves)
        return [member for member in recent if member.moves or len(movers) < self.limit]

    def _recent(self, at_ns: int) -> list["_Member"]:
        return [member for member in self._members if at_ns - member.seen_ns <= FORGET_NS]

    def _may_join(self, face: Seen, at_ns: int) -> bool:
        """Whether there is a place: at the start for anybody, later for who moves and is no passer-by far behind."""
        holders = [member for member in self._recent(at_ns) if member.moves or not face.moves]
        others = [member for member in self._members if member not in holders]
        fits = all(face.moves and _size(face) > AS_LARGE * member.size for member in others)
        return len(holders) < self.limit and fits


class _Member:
    def __init__(self, face: Seen, at_ns: int) -> None:
        self.id = face.id
        self.moves = False
        self.see(face, at_ns)

    def see(self, face: Seen, at_ns: int) -> None:
        self.seen_ns, self.size, self.moves = at_ns, _size(face), self.moves or face.moves


def _size(face: Seen) -> float:
    return size_of(box_of(face.face.points))
