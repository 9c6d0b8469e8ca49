"""Which source face is chosen: told by the photo it came from, not by its name and not by where it stands.

Faces come, go and are replaced while a stream runs, on a server also by others. A choice outlives all of that: a face
that is removed while it is chosen stays chosen, and is worn until its target chooses another. So nobody ever wears a
face that somebody else's upload or removal put in the place of theirs.

Knows names and identities; knows no pixels.
"""

from dataclasses import dataclass
from typing import Protocol, Unpack

from models.errors import UserError
from realtime.choices import NUMBER
from realtime.faces.swap_settings import SettingsChange


@dataclass(frozen=True, slots=True)
class Source:
    """One source face. identity: the same for the same photo only. is_offered: False once it was removed."""

    identity: str
    name: str
    is_offered: bool = True


@dataclass(frozen=True, slots=True)
class Selection:
    """The source faces at one moment. sources: in order. place: of the chosen one among them; None without any."""

    sources: tuple[Source, ...]
    place: int | None

    @property
    def offered(self) -> tuple[Source, ...]:
        """Those that can be chosen: the k-th is number k + 1."""
        return tuple(source for source in self.sources if source.is_offered)

    @property
    def names(self) -> tuple[str, ...]:
        """Of those that can be chosen."""
        return tuple(source.name for source in self.offered)

    @property
    def chosen(self) -> Source | None:
        return None if self.place is None else self.sources[self.place]

    def wished(self, wish: str) -> Source:
        """The one a person asks for by "next", "previous", a number from 1, or a name. Raises UserError for others."""
        offered = self.offered
        if offered and wish in {"next", "previous"}:
            return self._neighbour(1 if wish == "next" else -1)
        if NUMBER.fullmatch(wish) and 1 <= int(wish) <= len(offered):
            return offered[int(wish) - 1]
        if wish in self.names:
            return offered[self.names.index(wish)]
        raise UserError(
            f"there is no face {wish!r}", remedy=f"use next, previous, 1 to {len(offered)}, or {', '.join(self.names)}"
        )

    def __str__(self) -> str:
        """For people; "" without a face."""
        chosen = self.chosen
        if chosen is None:
            return ""
        if not chosen.is_offered:
            return f"face {chosen.name} (removed; used until you choose another)"
        offered = self.offered
        return f"face {offered.index(chosen) + 1} of {len(offered)} ({chosen.name})"

    def _neighbour(self, step: int) -> Source:
        """The nearest one that can be chosen, before or after the chosen one."""
        place, count = self.place or 0, len(self.sources)
        around = (self.sources[(place + step * further) % count] for further in range(1, count + 1))
        return next(source for source in around if source.is_offered)


class FaceProvider(Protocol):
    """The faces that can be worn."""

    @property
    def selection(self) -> Selection: ...

    def choose(self, identity: str) -> None:
        """Have this face worn first. Raises UserError when it is not offered any more."""
        ...

    @property
    def notice(self) -> str:
        """What is being done to them, or what went wrong; "" for neither."""
        ...

    def apply_settings(self, **changes: Unpack[SettingsChange]) -> None: ...


@dataclass(slots=True)
class FixedFaces:
    """Faces that stay as they are. place: of the chosen one."""

    names: tuple[str, ...] = ()
    notice: str = ""
    place: int = 0

    @property
    def selection(self) -> Selection:
        sources = tuple(Source(str(place), name) for place, name in enumerate(self.names))
        return Selection(sources, self.place if sources else None)

    def choose(self, identity: str) -> None:
        """identity: as `selection` tells it."""
        self.place = int(identity)

    def apply_settings(self, **changes: Unpack[SettingsChange]) -> None:
        """Raises UserError."""
        what = ", ".join(f"{name} {value or 'none'}" for name, value in changes.items())
        raise UserError(f"{what}: this run's faces stay as they are", remedy="start another run")
