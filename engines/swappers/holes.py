"""What shows in the holes of the mesh: the wearer's eyes and mouth, and if asked for, eyes of the source's colour.

The wearer's pixels are taken before the skin is painted, and put back after it, moved with the rest; so blinks, gaze
and speech stay the wearer's. Knows holes; knows nothing of skin and light.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.errors import SourcePhotoError
from engines.geometry import box_of
from engines.swappers.iris import Iris, colour_of, iris_in, recoloured
from engines.swappers.raster import as_it_is, paint_triangles, texels_of, visible_triangles
from engines.types import FaceLandmarks, Image, Points, SourcePhoto, Whose


@dataclass(frozen=True, slots=True)
class Opening:
    """One hole. image: what is around it. at: (468, 2) px of it. triangles: that close it."""

    image: Image
    at: Points
    triangles: NDArray[np.int32]


def openings(canvas: Image, points: Points) -> Iterator[Opening]:
    """Mouth, image-left eye and image-right eye of a face: copies, with at least a pixel around. points: (468, 3) px.

    Nothing for a hole that is out of the picture.
    """
    height, width = canvas.shape[:2]
    for triangles in mesh_topology.hole_triangles():
        x1, y1, x2, y2 = box_of(points[triangles.ravel()])
        left, top = max(0, int(x1) - 1), max(0, int(y1) - 1)
        right, bottom = min(width, int(x2) + 3), min(height, int(y2) + 3)
        if right - left >= 2 and bottom - top >= 2:
            at = points[:, :2] - np.array([left, top], np.float32)
            yield Opening(canvas[top:bottom, left:right].copy(), at, triangles)


class Holes:
    """What shows there with one source. iris: whose colour of eyes.

    Raises SourcePhotoError when that is the source's and the photo does not show it.
    """

    def __init__(self, photo: SourcePhoto, iris: Whose) -> None:
        self._colour = iris_colour(photo) if iris == "source" else None

    def taken(self, canvas: Image, face: FaceLandmarks) -> list[Opening]:
        """The wearer's, before the skin is painted."""
        found = list(openings(canvas, face.points))
        if self._colour is None:
            return found
        return [with_iris(hole, face, self._colour) for hole in found]

    @staticmethod
    def fill(
        canvas: Image, taken: Sequence[Opening], points: Points, opacity: NDArray[np.float32] | float = 1.0
    ) -> None:
        """Paint them.

        points: (468, 3) px, where they belong. opacity: (468,) 0..1 of their rims, or one for all.
        """
        for hole in taken:
            shown = visible_triangles(points, hole.triangles)
            paint_triangles(canvas, texels_of(hole.image), points, as_it_is(hole.at, opacity), shown)


def iris_colour(photo: SourcePhoto) -> NDArray[np.float32]:
    """(3,) BGR beside the white of the eye, the mean of both eyes."""
    found = []
    for hole in openings(photo.image, photo.face.points):
        iris = _iris_in(hole, photo.face)
        colour = None if iris is None else colour_of(hole.image, iris)
        if colour is not None:
            found.append(colour)
    if not found:
        raise SourcePhotoError(
            f"no iris can be made out in {photo.name}",
            remedy="use a larger photo with open eyes, or leave --iris away",
        )
    return np.asarray(np.mean(found, axis=0), np.float32)


def with_iris(hole: Opening, face: FaceLandmarks, colour: NDArray[np.float32]) -> Opening:
    """The same, with an iris of this colour if it is an open eye."""
    iris = _iris_in(hole, face)
    return hole if iris is None else replace(hole, image=recoloured(hole.image, iris, colour))


def _iris_in(hole: Opening, face: FaceLandmarks) -> Iris | None:
    """In px of the hole's picture; None for a mouth, a closed eye, and a face whose irises are not known."""
    if face.irises is None:
        return None
    for rim, iris in zip(mesh_topology.eye_rims(), np.split(face.irises[:, :2], 2), strict=True):
        if np.isin(hole.triangles, rim).all():
            return iris_in(hole.image, hole.at[rim], iris + hole.at[rim[0]] - face.points[rim[0], :2])
    return None
