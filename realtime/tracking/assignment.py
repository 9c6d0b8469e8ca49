"""Who wears which face, and who is a stranger.

Faces are chosen by the number of their person, never by where or how large they are. Knows people by their number and
the faces to be worn; knows nothing of pixels.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from engines.recognition.appearance import Appearance
from engines.types import FaceLandmarks, Image, PreparedFace
from realtime.choices import Faces
from realtime.stream.live_settings import AS_STARTED, LiveSettings
from realtime.tracking.wanted_people import WantedPeople

REMEMBERED_PEOPLE = 256
"""Numbers are never reused, so in a stream that runs for days those who were seen last are remembered."""

THE_LARGEST = Faces()


class TrackedFace(Protocol):
    """A face in view now, with a number that stays its person's own (`realtime.tracking.tracker.Track`)."""

    @property
    def id(self) -> int: ...
    @property
    def face(self) -> FaceLandmarks: ...
    @property
    def appearance(self) -> Appearance: ...
    @property
    def certainty(self) -> float: ...
    @property
    def is_alone(self) -> bool: ...
    @property
    def moves(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Assignment:
    """One face in view and what it wears. worn: None for a stranger."""

    track: TrackedFace
    worn: PreparedFace | None


class FaceAssigner(Protocol):
    """Decides who wears which face."""

    def assign(
        self, in_view: Sequence[TrackedFace], settings: LiveSettings, at_ns: int, canvas: Image, /
    ) -> list[Assignment]:
        """What becomes of everybody in view. in_view: largest first. canvas: the picture, not yet painted."""
        ...

    def is_wanted(self, number: int, /) -> bool:
        """Whether this person, whom nobody sees just now, is one who should be swapped."""
        ...

    def may_be_left(self, number: int | None, /) -> bool:
        """Whether this person, who is not swapped, may be shown as they are where others are. None: who is unknown."""
        ...


class OrderAssigner:
    """Gives each wanted face in view one of the prepared faces, in the order in which people were first wanted.

    The k-th person wears `prepared[k]`, and after the last one it starts over; so with a single source everybody wears
    it. Somebody keeps their face as long as the tracker knows them.

    prepared: the chosen face first. Looked at anew in each frame, so it may change between two; without any nobody is
    swapped. people: who is wanted in a live picture; None takes the largest ones of each frame. Where a person said
    while it runs who is swapped, all of them wear the chosen face.
    """

    def __init__(
        self, prepared: Iterable[PreparedFace], wanted: Faces = THE_LARGEST, people: WantedPeople | None = None
    ) -> None:
        self._prepared = prepared
        self._wanted = wanted
        self._people = people
        self._order: OrderedDict[int, int] = OrderedDict()  # person -> how many came before; last seen last
        self._known = 0

    def assign(
        self,
        in_view: Sequence[TrackedFace],
        settings: LiveSettings = AS_STARTED,
        at_ns: int = 0,
        _canvas: Image | None = None,
    ) -> list[Assignment]:
        """See `FaceAssigner`."""
        prepared = tuple(self._prepared)
        chosen = set(self._chosen(in_view, settings, at_ns)) if prepared else set()
        offered = prepared if settings.faces is None and self._wanted.limit != 1 else prepared[:1]
        return [
            Assignment(track, self._worn_by(track.id, offered) if track.id in chosen else None) for track in in_view
        ]

    def is_wanted(self, number: int) -> bool:
        """See `FaceAssigner`."""
        return number in self._order if self._people is None else self._people.includes(number)

    def may_be_left(self, number: int | None) -> bool:
        """See `FaceAssigner`."""
        return self._people is None or self._people.may_be_left(number)

    def _chosen(self, in_view: Sequence[TrackedFace], settings: LiveSettings, at_ns: int) -> list[int]:
        if self._people is None:
            return [track.id for track in in_view[: self._wanted.limit]]
        return self._people.choose(in_view, settings, at_ns)

    def _worn_by(self, number: int, prepared: Sequence[PreparedFace]) -> PreparedFace:
        place = self._place_of(number)  # of a single face, too: it tells who is wanted while out of sight
        return prepared[place % len(prepared)]

    def _place_of(self, number: int) -> int:
        if number not in self._order:
            self._order[number] = self._known
            self._known += 1
        self._order.move_to_end(number)
        if len(self._order) > REMEMBERED_PEOPLE:
            self._order.popitem(last=False)
        return self._order[number]
