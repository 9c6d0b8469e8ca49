"""Who is in the picture that viewers see, and where, so that a person can be chosen in it by a click.

Knows numbers and boxes; shows no picture.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from engines.image.geometry import box_of
from engines.types import FaceLandmarks


class InView(Protocol):
    """A face with its person's number (`realtime.tracking.tracker.Track`)."""

    @property
    def id(self) -> int: ...
    @property
    def face(self) -> FaceLandmarks: ...


@dataclass(frozen=True, slots=True)
class PersonInView:
    """box: left, top, right, bottom, as shares of the picture, 0..1. swapped: whether they wear a face in it."""

    number: int
    box: tuple[float, float, float, float]
    swapped: bool


def people_in_view(
    faces: Sequence[InView], size_wh: tuple[int, int], swapped: Collection[int], *, mirrored: bool
) -> tuple[PersonInView, ...]:
    """size_wh: of the picture that their landmarks are px of. swapped: numbers. mirrored: as it is shown."""
    return tuple(_person(face, size_wh, face.id in swapped, mirrored=mirrored) for face in faces)


def _person(face: InView, size_wh: tuple[int, int], swapped: bool, *, mirrored: bool) -> PersonInView:
    (left, top, right, bottom), (width, height) = box_of(face.face.points).tolist(), size_wh
    if mirrored:
        left, right = width - right, width - left
    box = _share(left, width), _share(top, height), _share(right, width), _share(bottom, height)
    return PersonInView(face.id, box, swapped)


def _share(at_px: float, length_px: int) -> float:
    return round(min(max(at_px / length_px, 0.0), 1.0), 4)
