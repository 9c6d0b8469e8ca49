"""Who is to be swapped in a live picture: those who were first, everybody, or those who were chosen one by one.

    largest, 2 ...   those who were first keep their places (`primary_faces`)
    all              everybody, in view or not
    choose           whoever was chosen; nobody else, and nobody who comes later takes a place

Who comes after the last choice, one by one, was not there to be left out: they are not shown bare even where others
are, since it may be the wearer who comes back and is taken for somebody else. Knows people by their number.
"""

from collections.abc import Sequence

from realtime.choices import ChosenPeople, Faces
from realtime.stream.live_settings import LiveSettings
from realtime.tracking.primary_faces import PrimaryFaces, Seen

BYSTANDERS = 2
MOST_FACES = 16
"""Followed live: each costs about 4 ms a frame."""


def most_followed(faces: Faces | ChosenPeople) -> int:
    """How many faces of a live picture are followed: beside the wanted ones, those who might be taken for them."""
    if isinstance(faces, ChosenPeople) or faces.limit is None:
        return MOST_FACES
    return min(MOST_FACES, faces.limit + BYSTANDERS)


class WantedPeople:
    """Those of one stream. One thread at a time. started: unless the settings say otherwise."""

    def __init__(self, started: Faces) -> None:
        self._started = started
        self._faces: Faces | ChosenPeople = started
        self._primary = PrimaryFaces()
        self._were_there: frozenset[int] = frozenset()  # when people were chosen one by one

    def choose(self, in_view: Sequence[Seen], settings: LiveSettings, at_ns: int) -> list[int]:
        """Numbers of those in view who are swapped. in_view: largest first. at_ns: stream time."""
        faces = self._started if settings.faces is None else settings.faces
        if faces != self._faces:
            self._faces, self._were_there = faces, frozenset(face.id for face in in_view)
        if isinstance(faces, ChosenPeople):
            return [face.id for face in in_view if face.id in faces.numbers]
        if faces.limit is None:
            return [face.id for face in in_view]
        self._primary.limit = faces.limit
        return self._primary.choose(in_view, at_ns, settings.lock)

    def includes(self, number: int) -> bool:
        """Whether this person is wanted, in view or not."""
        if isinstance(self._faces, ChosenPeople):
            return number in self._faces.numbers
        return self._faces.limit is None or self._primary.includes(number)

    def may_be_left(self, number: int | None) -> bool:
        """Whether this person, who is not wanted, may be shown as they are where others are. None: who is unknown."""
        return not isinstance(self._faces, ChosenPeople) or number in self._were_there
