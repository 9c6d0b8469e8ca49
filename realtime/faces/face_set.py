"""The source faces that are ready to be worn, in order, and the one that is chosen: one value, replaced whole.

A photo is known by its content: another one of the same name is another face. A face that is removed while it is chosen
stays, and is worn, until another is chosen. Knows photos and prepared faces; knows no thread and no engine.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from engines.types import PreparedFace, SourcePhoto
from models.errors import UserError
from realtime.faces.selection import Selection, Source


@dataclass(frozen=True, slots=True)
class SourceFace:
    """One face. photo and source: None for a network's own, which nobody can choose."""

    face: PreparedFace
    photo: SourcePhoto | None = None
    source: Source | None = None

    @property
    def is_offered(self) -> bool:
        return self.source is None or self.source.is_offered


@dataclass(frozen=True, slots=True)
class FaceSet:
    """place: of the chosen one, which is worn first; 0 without any."""

    members: tuple[SourceFace, ...] = ()
    place: int = 0

    @classmethod
    def of(cls, photos: Sequence[SourcePhoto], faces: Sequence[PreparedFace]) -> "FaceSet":
        """In the same order, the first one chosen. A face may have no photo; a photo given twice is two faces."""
        members, times = [], Counter[str]()
        for face, photo in zip_longest(faces, photos):
            if photo is None:
                members.append(SourceFace(face))
                continue
            identity = identity_of(photo)
            members.append(_member(photo, face, identity + f"-{times[identity]}" * (times[identity] > 0)))
            times[identity] += 1
        return cls(tuple(members))

    def __iter__(self) -> Iterator[PreparedFace]:
        """From the chosen one on."""
        return (member.face for member in self.members[self.place :] + self.members[: self.place])

    @property
    def selection(self) -> Selection:
        """What can be chosen, and what is."""
        sources = [member.source for member in self.members if member.source is not None]
        chosen = self.members[self.place].source if self.members else None
        return Selection(tuple(sources), None if chosen is None else sources.index(chosen))

    def choosing(self, identity: str) -> "FaceSet":
        """With that one chosen; a removed one that was is let go. Raises UserError when there is none."""
        kept = [member for member in self.members if member.is_offered or _is(member, identity)]
        if not any(_is(member, identity) for member in kept):
            raise UserError(
                "that face was removed just now", remedy=f"use one of: {', '.join(self.selection.names) or 'none'}"
            )
        return _with_chosen(identity, kept)

    def adding(self, photo: SourcePhoto, face: PreparedFace) -> "FaceSet":
        """At the end, in place of a photo of the same name."""
        added = _member(photo, face, identity_of(photo))
        others = [member for member in self._without(_name_of(photo)) if not _is(member, identity_of(photo))]
        return _with_chosen(self.chosen, [*others, added])

    def removing(self, name: str) -> "FaceSet":
        """Without the photos of a name."""
        return _with_chosen(self.chosen, self._without(name))

    def dressed(self, prepare_fn: Callable[[SourcePhoto], PreparedFace]) -> "FaceSet":
        """The faces of the same photos, made anew; a network's own is not among them."""
        made = [replace(m, face=prepare_fn(m.photo)) for m in self.members if m.photo is not None]
        return _with_chosen(self.chosen, made)

    def as_chosen_in(self, other: "FaceSet") -> "FaceSet":
        """Those that are in `other`, too, and what is chosen there."""
        there = [member.source for member in other.members]
        return _with_chosen(other.chosen, [member for member in self.members if member.source in there])

    @property
    def chosen(self) -> str | None:
        """Its identity; None without any."""
        chosen = self.selection.chosen
        return None if chosen is None else chosen.identity

    def _without(self, name: str) -> list[SourceFace]:
        """The chosen one stays, as removed."""
        kept = []
        for place, member in enumerate(self.members):
            if member.source is None or member.source.name != name:
                kept.append(member)
            elif place == self.place:
                kept.append(replace(member, source=replace(member.source, is_offered=False)))
        return kept


def identity_of(photo: SourcePhoto) -> str:
    """The same for the same photos under the same name only, whatever folder or upload they come from."""
    content = hashlib.blake2b(_name_of(photo).encode(), digest_size=16)
    for view in photo.views:
        content.update(repr(view.image.shape).encode())
        content.update(view.image.tobytes())
        content.update(view.face.points.tobytes())
    return content.hexdigest()


def _name_of(photo: SourcePhoto) -> str:
    return Path(photo.name).stem


def _member(photo: SourcePhoto, face: PreparedFace, identity: str) -> SourceFace:
    return SourceFace(face, photo, Source(identity, _name_of(photo)))


def _is(member: SourceFace, identity: str | None) -> bool:
    return member.source is not None and member.source.identity == identity


def _with_chosen(identity: str | None, members: Iterable[SourceFace]) -> FaceSet:
    """The first one is chosen where none has that identity."""
    found = tuple(members)
    return FaceSet(found, next((place for place, member in enumerate(found) if _is(member, identity)), 0))
