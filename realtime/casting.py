"""Who wears which face.

Knows tracks by their number and the faces to be worn; knows nothing of pixels.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from engines.types import FaceLandmarks, Image, PreparedFace
from models.errors import UserError
from realtime.live import AS_STARTED, LiveSettings
from realtime.mainperson import MainPerson

REMEMBERED_TRACKS = 256
"""Numbers are never reused, so in a stream that runs for days the oldest must be forgotten."""


class TrackedFace(Protocol):
    """A face in view now, with a number that stays its own."""

    @property
    def id(self) -> int: ...
    @property
    def face(self) -> FaceLandmarks: ...


@dataclass(frozen=True, slots=True)
class Faces:
    """How many of the faces in view are wanted, best first. limit: None for all."""

    limit: int | None = 1

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"at least one face must be wanted, got {self.limit}")

    @classmethod
    def parse(cls, text: str) -> "Faces":
        """Read "largest", "all" or a number from 1. Raises UserError for anything else."""
        if text == "largest":
            return cls(1)
        if text == "all":
            return cls(None)
        if text.isascii() and text.isdecimal() and int(text) > 0:
            return cls(int(text))
        raise UserError(
            f"{text!r} does not say which faces to swap",
            remedy="use --faces largest, --faces all, or a number such as --faces 2",
        )


def worn_by(part: int, prepared: Sequence[PreparedFace]) -> PreparedFace:
    """The face of the `part`-th person, from 0. prepared: the chosen face first, at least one; they go round."""
    return prepared[part % len(prepared)]


class Casting:
    """Gives each wanted face in view one of the prepared faces.

    The k-th face that was ever wanted wears `prepared[k]`, and after the last one it starts over; so with a single
    source everybody wears it. A face keeps its part as long as the tracker knows it by its number.

    prepared: the chosen face first. Looked at anew in each frame, so it may change between two; without any nobody is
    swapped.
    main: for a live picture of which one face is wanted; None takes the best one of each frame.
    """

    def __init__(
        self, prepared: Iterable[PreparedFace], wanted: Faces = Faces(), main: MainPerson | None = None
    ) -> None:
        self._prepared = prepared
        self._wanted = wanted
        self._main = main
        self._parts: dict[int, int] = {}  # track id -> how many came before; the oldest first
        self._seen = 0

    def assign(
        self,
        in_view: Sequence[TrackedFace],
        settings: LiveSettings = AS_STARTED,
        at_ns: int = 0,
        _canvas: Image | None = None,
    ) -> list[tuple[FaceLandmarks, PreparedFace]]:
        """What to paint where. in_view: best first. at_ns: stream time."""
        prepared = tuple(self._prepared)
        if not prepared:
            return []
        if self._main is not None:
            person = self._main.choose(in_view, at_ns, settings.lock)
            return [] if person is None else [(person.face, worn_by(0, prepared))]
        return [(track.face, worn_by(self._part_of(track.id), prepared)) for track in in_view[: self._wanted.limit]]

    def misses(self, ids: Collection[int]) -> bool:
        """Whether one of these faces, lost a moment ago, is one that should be swapped."""
        return bool(ids) if self._main is None else self._main.id in ids

    def _part_of(self, track_id: int) -> int:
        if track_id not in self._parts:
            self._parts[track_id] = self._seen
            self._seen += 1
            if len(self._parts) > REMEMBERED_TRACKS:
                del self._parts[next(iter(self._parts))]
        return self._parts[track_id]
