"""How one face looks, as far as it takes to tell it from the others in view: cheap, coarse, and of this stream only.

A face laid flat, small, its light divided out and what all faces share taken off. Over the pictures of one stream two
looks at one person are more alike than looks at two people; over years, cameras or make-up they are not: that takes a
recogniser. Nothing of it is written down. Knows pixels and landmarks; knows no time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import distance_to, smoothstep, transform_points
from engines.mesh import mesh_topology
from engines.mesh.raster import vertex_facing
from engines.mesh.square import face_square, in_square, shifted, shrunk, surroundings
from engines.mesh.uv_map import FACING, UVLayout
from engines.types import Image, Points

UNIT_PX = 24.0
"""Eye distance of the flat face."""
LIGHT = 1 / 3
"""Eye distances: what is smoother than this is taken for light."""
LEAST_SEEN = 60
"""Pixels that two looks must share; fewer say nothing."""
LEAST_DETAIL = 0.01
"""Standard deviation of a look's detail (logarithms of brightness) below which it shows nothing."""
SAME, DIFFERENT = 0.65, 0.40
"""Likeness from which two looks are one person, and below which they are two. Looks at one person in the four clips of
`../shared/media`: 0.69 to 0.99; at two people, four painted ones among them: up to 0.59, two paintings 0.67."""
REMEMBERED, NEW = 8, 0.9
"""Looks that are kept of one person, and the likeness to all of them below which another one is worth keeping."""
RIM = 0.10, 0.25
"""Eye distances from the outline up to which a swap may fade, and from which on it must not."""
Plane = NDArray[np.float32]
"""(H, W) over the flat face."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a face. detail: brightness without light, in logarithms. own: of it, what not every face has.

    seen: 0..1, how well each place is shown; 0 at the rim.
    """

    detail: Plane
    own: Plane
    seen: Plane


@dataclass(frozen=True, slots=True)
class FlatFace:
    """A face laid flat. colours: (H, W, 3) BGR 0..255. seen: 0..1, how well the picture shows each place."""

    colours: NDArray[np.float32]
    seen: Plane

    def look(self) -> Look:
        """What tells this face from others: without its rim, where hair and what is behind it show."""
        detail, common, inner = _without_light(self.colours, self.seen), _common(), self.seen * inner_face()
        share = float((detail * common * inner).sum() / max(float((common**2 * inner).sum()), 1e-9))
        own = np.asarray((detail - np.float32(share) * common) * (self.seen > 0), np.float32)
        return Look(detail, own, inner)


@dataclass(slots=True, eq=False)
class Appearance:
    """Looks at one person, from several sides."""

    looks: list[Look] = field(default_factory=list)
    _kept: "_Kept | None" = None

    def learn(self, look: Look) -> None:
        """Keep a look that differs from those that are kept; the first one stays, of the others the oldest goes."""
        alike = self.likeness(look)
        if alike is None or alike < NEW:
            self.looks.append(look)
            if len(self.looks) > REMEMBERED:
                del self.looks[1]
            self._kept = _Kept.of(self.looks)

    def likeness(self, look: Look) -> float | None:
        """-1..1: to the most alike of the looks; None where there is nothing to tell by."""
        return None if self._kept is None else self._kept.likeness(look)

    def agreement(self, look: Look, where: Plane) -> float:
        """-1..1: of the most alike of the looks, see `agreement`; -1 before the first."""
        return max((agreement(look, own, where) for own in self.looks), default=-1.0)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Looks side by side, so that all are compared at once: (N, pixels). own, energy: times seen, energy squared."""

    seen: NDArray[np.float32]
    own: NDArray[np.float32]
    energy: NDArray[np.float32]

    @classmethod
    def of(cls, looks: Sequence[Look]) -> "_Kept":
        seen, own = (np.stack([plane.ravel() for plane in planes]) for planes in zip(*map(_planes, looks), strict=True))
        return cls(seen, seen * own, seen * own * own)

    def likeness(self, look: Look) -> float | None:
        """See `likeness`, of the most alike."""
        seen, own = (plane.ravel() for plane in _planes(look))
        shared, of_one, of_other = self.seen @ seen, self.seen @ (seen * own * own), self.energy @ seen
        tells = (shared >= LEAST_SEEN) & (np.minimum(of_one, of_other) >= LEAST_DETAIL**2 * shared)
        if not tells.any():
            return None
        both = self.own @ (seen * own)
        return float((both[tells] / np.sqrt(of_one[tells] * of_other[tells])).max())


def _planes(look: Look) -> tuple[Plane, Plane]:
    return look.seen, look.own


def flat_face(image: Image, points: Points) -> FlatFace:
    """image: BGR. points: (468, 3) px in it. What lies beyond the picture's edge is not seen."""
    affine, layout = face_square(points), _layout()
    place = surroundings(points, affine, image.shape)
    if place is None:
        return FlatFace(np.zeros((*layout.size_hw, 3), np.float32), np.zeros(layout.size_hw, np.float32))
    corner = np.array([place[1].start, place[0].start], np.float32)
    square = in_square(*shrunk(image[place], shifted(affine, corner)))
    inside = ((points[:, :2] >= 0) & (points[:, :2] < image.shape[1::-1])).all(axis=1)
    facing = smoothstep(vertex_facing(points, mesh_topology.triangles()), *FACING) * inside
    return FlatFace(*layout.lay_with(square, transform_points(points, affine), facing.astype(np.float32)))


def look_at(image: Image, points: Points) -> Look:
    """image: BGR. points: (468, 3) px in it."""
    return flat_face(image, points).look()


def likeness(one: Look, other: Look) -> float | None:
    """-1..1: the correlation of both in what they show; None where that says nothing of who it is."""
    return _Kept.of([other]).likeness(one)


def agreement(one: Look, other: Look, where: Plane) -> float:
    """-1..1: whether both show the same face, as strongly, in a part of it. where: 0..1.

    Something even before the face agrees as little (0) as something patterned.
    """
    weight, a, b = one.seen * other.seen * where, one.detail, other.detail
    return 2 * float((weight * a * b).sum()) / max(float((weight * (a * a + b * b)).sum()), 1e-9)


@cache
def _layout() -> UVLayout:
    return UVLayout.of(UNIT_PX)


@cache
def inner_face() -> Plane:
    """0..1: 0 at the outline, where a swap fades, 1 well inside of it."""
    apart = distance_to(mesh_topology.canonical_uv(), mesh_topology.face_oval())
    return np.asarray(_layout().spread(smoothstep(apart, *RIM).astype(np.float32)), np.float32)


@cache
def _common() -> Plane:
    """The mean face's own detail."""
    layout = _layout()
    colours = [layout.spread(mesh_topology.mean_colours()[:, c].astype(np.float32)) for c in range(3)]
    return _without_light(np.dstack(colours), np.asarray(layout.inside(), np.float32))


def _without_light(flat: NDArray[np.float32], seen: Plane) -> Plane:
    """Brightness by how much it differs from what is around it, in logarithms."""
    grey = np.log1p(flat).mean(axis=2) * seen
    sigma = LIGHT * UNIT_PX
    around = cv2.GaussianBlur(grey, (0, 0), sigma) / (cv2.GaussianBlur(seen, (0, 0), sigma) + 1e-3)
    return np.asarray((grey / np.maximum(seen, 1e-3) - around) * (seen > 0), np.float32)
