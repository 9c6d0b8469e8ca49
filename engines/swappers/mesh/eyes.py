"""The target's eyes in the source's colour. Blinks and gaze stay the target's.

Knows where eyes are in a face and in a picture; what an iris is, iris.py knows.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import box_of
from engines.mesh import mesh_topology
from engines.swappers.mesh.iris import Iris, as_eyes_are, colour_of, darkest, iris_in, recoloured
from engines.types import FaceLandmarks, Image, Points, SourcePhoto

LOG = logging.getLogger(__name__)
BOTH = 2


@dataclass(frozen=True, slots=True)
class Eye:
    """One open eye with an iris. place: rows and columns of its box in the picture. iris: in px of the box."""

    place: tuple[slice, slice]
    iris: Iris


class EyeColour:
    """The colour of a source's eyes: (3,) BGR beside the white of the eye."""

    def __init__(self, colour: NDArray[np.float32]) -> None:
        self._colour = colour

    @classmethod
    def of(cls, photo: SourcePhoto) -> Self | None:
        """None, and a warning, when the photo does not show it."""
        colour = iris_colour(photo)
        if colour is None:
            LOG.warning(
                "no iris can be made out in %s: eyes keep their own colour (a larger photo with open eyes has it)",
                photo.name,
            )
            return None
        return cls(colour)

    def on(self, picture: Image, face: FaceLandmarks, offset: Points) -> Image:
        """`picture`, or a copy of it with eyes of this colour. offset: (2,) px, from the face's px to the picture's.

        Both or none, and alike: two eyes of different colours are seen at once.
        """
        eyes = list(open_eyes(picture, face, offset))
        own = _colours_of(eyes, picture)
        if len(own) < BOTH:
            return picture
        recolour = picture.copy()
        change = np.asarray(self._colour / np.mean(own, axis=0), np.float32)
        least_open = min(eye.iris.open for eye in eyes)
        least = max(darkest(picture[eye.place], eye.iris) for eye in eyes)
        for eye in eyes:
            recolour[eye.place] = recoloured(picture[eye.place], replace(eye.iris, open=least_open), change, least)
        return recolour


def iris_colour(photo: SourcePhoto) -> NDArray[np.float32] | None:
    """(3,) BGR beside the white of the eye, the mean of both eyes; None when no iris can be made out."""
    found = _colours_of(open_eyes(photo.image, photo.face, np.zeros(2, np.float32)), photo.image)
    return as_eyes_are(np.mean(found, axis=0)) if found else None


def _colours_of(eyes: Iterable[Eye], picture: Image) -> list[NDArray[np.float32]]:
    """Of those that show one."""
    return [colour for eye in eyes if (colour := colour_of(picture[eye.place], eye.iris)) is not None]


def open_eyes(picture: Image, face: FaceLandmarks, offset: Points) -> Iterator[Eye]:
    """The eyes whose iris can be made out; none where irises are not known. offset: (2,) px, see `EyeColour.on`."""
    if face.irises is None:
        return
    height, width = picture.shape[:2]
    for rim, iris in zip(mesh_topology.eye_rims(), np.split(face.irises[:, :2], 2), strict=True):
        opening = face.points[rim, :2] + offset
        x1, y1, x2, y2 = box_of(opening)
        left, top, right, bottom = (
            max(0, int(x1) - 1),
            max(0, int(y1) - 1),
            min(width, int(x2) + 3),
            min(height, int(y2) + 3),
        )
        if right - left < 2 or bottom - top < 2:
            continue
        place = slice(top, bottom), slice(left, right)
        corner = np.array([left, top], np.float32)
        found = iris_in(picture[place], opening - corner, iris + offset - corner)
        if found is not None:
            yield Eye(place, found)
