"""Who is seen in a video: faces of frames all over its length, put together by person.

By a recogniser where one is installed; else by how they look in this video, which may list somebody twice who looks
different from another side. Knows faces and likeness; knows no video and no engine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import box_of, size_of
from engines.recognition.appearance import SAME, Appearance, look_at
from engines.types import Image
from realtime.tracking.recognition import SIMILAR
from realtime.tracking.reidentification import Track

SAMPLES = 16
"""Frames of a video that are searched."""
MOST_PEOPLE = 12
THUMBNAIL_PX = 128
THUMBNAIL_MARGIN, TARGET_MARGIN = 0.35, 0.8
"""Around a face, in its sizes."""
Embedding = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """at_s: when they are seen best. frames: in how many of the searched ones they are seen. can_be_mapped: their
    picture is good enough for a recogniser to know them by.
    """

    at_s: float
    frames: int
    can_be_mapped: bool

    def __post_init__(self) -> None:
        """Raises ValueError and TypeError for nobody."""
        if not (self.at_s >= 0 and self.frames >= 0):
            raise ValueError(f"nobody is so: {self}")


class Eyes(Protocol):
    """What sees faces. Any thread."""

    def people_in(self, image: Image) -> tuple[Track, ...]:
        """The largest first."""
        ...

    def embedding(self, image: Image, track: Track) -> Embedding | None:
        """Of length 1: who a face is; None without a recogniser."""
        ...


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who was found. size: of their largest face, px. picture: of it, with TARGET_MARGIN. small: JPEG."""

    at_s: float
    size: float
    picture: Image
    small: bytes
    frames: int = 0
    embeddings: list[Embedding] = field(default_factory=list)
    appearance: Appearance = field(default_factory=Appearance)

    def likeness(self, image: Image, track: Track, embedding: Embedding | None) -> float:
        """How much a face is theirs, as a multiple of what it takes."""
        if embedding is not None:
            return max((float(own @ embedding) for own in self.embeddings), default=-1.0) / SIMILAR
        alike = self.appearance.likeness(look_at(image, track.face.points))
        return (-1.0 if alike is None else alike) / SAME

    def see(self, image: Image, track: Track, embedding: Embedding | None, at_s: float) -> None:
        """It is them."""
        self.frames += 1
        if embedding is not None:
            self.embeddings.append(embedding)
        else:
            self.appearance.learn(look_at(image, track.face.points))
        size = size_of(box_of(track.face.points))
        if size > self.size:
            self.at_s, self.size, self.picture, self.small = at_s, size, *_pictures(image, track)


def people_of(frames: Iterable[tuple[float, Image]], eyes: Eyes) -> list[Person]:
    """Those who are seen, the most often seen first. frames: their times in s, and pictures."""
    found: list[Person] = []
    for at_s, image in frames:
        free = list(found)  # nobody is seen twice in a frame
        for track in eyes.people_in(image):
            embedding = eyes.embedding(image, track)
            person = _likeliest(free, image, track, embedding)
            if person is None:
                person = Person(at_s, size_of(box_of(track.face.points)), *_pictures(image, track))
                found.append(person)
            else:
                free.remove(person)
            person.see(image, track, embedding, at_s)
    return sorted(found, key=lambda person: (person.frames, person.size), reverse=True)[:MOST_PEOPLE]


def sample_times(duration_s: float) -> list[float]:
    """At which frames are searched: evenly over the length."""
    return [duration_s * (number + 0.5) / SAMPLES for number in range(SAMPLES)]


def _likeliest(people: Sequence[Person], image: Image, track: Track, embedding: Embedding | None) -> Person | None:
    rated = [(person.likeness(image, track, embedding), number) for number, person in enumerate(people)]
    likeness, number = max(rated, default=(0.0, 0))
    return people[number] if likeness >= 1 else None


def _pictures(image: Image, track: Track) -> tuple[Image, bytes]:
    thumbnail = _cut(image, track, THUMBNAIL_MARGIN)
    scale = THUMBNAIL_PX / max(thumbnail.shape[:2])
    small = cv2.resize(thumbnail, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return _cut(image, track, TARGET_MARGIN).copy(), cv2.imencode(".jpg", small)[1].tobytes()


def _cut(image: Image, track: Track, margin: float) -> Image:
    left, top, right, bottom = (float(edge) for edge in box_of(track.face.points))
    half = max(right - left, bottom - top) * (0.5 + margin)
    x, y = (left + right) / 2, (top + bottom) / 2
    rows = slice(max(0, round(y - half)), max(1, round(y + half)))
    return image[rows, max(0, round(x - half)) : max(1, round(x + half))]
