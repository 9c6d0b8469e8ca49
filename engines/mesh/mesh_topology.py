"""How the 468 landmarks hang together: triangles, the loops around the holes, what mirrors what, and the mean face.

Knows indices and that one face; knows no picture. Triangles, the mean, its colours and how a mouth moves it are read
from data/, the rest follows.
"""

from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engines import data

Indices = NDArray[np.int32]
AnyNumber = TypeVar("AnyNumber", bound=np.generic)

# One vertex names a loop of the mesh's border: the loop is what the triangles say.
_ON_OVAL, _ON_LIPS, _ON_IMAGE_LEFT_EYE, _ON_IMAGE_RIGHT_EYE = 10, 13, 159, 386

BROWS: Indices = np.array(
    [46, 53, 52, 65, 55, 70, 63, 105, 66, 107, 276, 283, 282, 295, 285, 300, 293, 334, 296, 336], np.int32
)
"""Both eyebrows, upper and lower edge."""

OUTER_LIPS: Indices = np.array(
    [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185], np.int32
)
"""The edge of the red of the lips, in order around it."""


NOSTRILS: Indices = np.array([1, 2, 98, 327, 240, 460, 64, 294], np.int32)
"""The underside of the nose."""


@cache
def triangles() -> Indices:
    """(852, 3) int32, counter-clockwise seen from the camera; eyes and the inside of the mouth are holes. Read-only."""
    return _sealed(_table("face_mesh_triangles.txt").astype(np.int32))


@cache
def border_loops() -> dict[int, tuple[int, ...]]:
    """The closed loops that edge the mesh, each under every vertex on it."""
    edges = Counter(frozenset((int(t[i]), int(t[i - 1]))) for t in triangles() for i in range(3))
    neighbours: dict[int, list[int]] = {}
    for edge in (edge for edge, uses in edges.items() if uses == 1):
        a, b = edge
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    loops: dict[int, tuple[int, ...]] = {}
    for start in neighbours:
        if start not in loops:
            loop = _walk(neighbours, start)
            loops.update(dict.fromkeys(loop, loop))
    return loops


@cache
def mirrored() -> Indices:
    """(468,) int32: the landmark at the same place on the other side of the face. Read-only."""
    return _sealed(_mean_table()[:, 0].astype(np.int32))


@cache
def canonical_uv() -> NDArray[np.float32]:
    """(468, 2) float32: the whole face spread out, symmetric about x = 0, in distances of the outer eye corners.

    The line between these corners is y = 0, y grows downwards; no triangle is folded. Read-only.
    """
    return _sealed(_mean_table()[:, 1:3].astype(np.float32))


@cache
def mean_face() -> NDArray[np.float32]:
    """(468, 3) float32: the mean face in space, seen from the front, in the same unit; z away from the camera."""
    return _sealed(_mean_table()[:, 3:].astype(np.float32))


@cache
def mean_colours() -> NDArray[np.float32]:
    """(468, 3) float32 B, G, R of 0..255: the mean face's skin, brows and lips, evenly lit. Read-only."""
    return _sealed(_table("face_mesh_colours.txt").astype(np.float32))


@cache
def mouth_moves() -> NDArray[np.float32]:
    """(2, 468, 3) float32: how a face in space moves as corners of its mouth are raised, and as its lips are parted.

    For each 1 of either, in the same unit. Read-only.
    """
    return _sealed(_table("face_mesh_mouth.txt").reshape(-1, 2, 3).swapaxes(0, 1).astype(np.float32))


@cache
def hole_triangles() -> tuple[Indices, ...]:
    """(18, 3), (14, 3) and (14, 3) int32: what closes the mouth and both eyes, counter-clockwise like the rest."""
    return tuple(_sealed(_fan(loop)) for loop in (inner_lips(), *eye_rims()))


@cache
def all_hole_triangles() -> Indices:
    """(46, 3): what closes all three holes."""
    return _sealed(np.concatenate(hole_triangles()))


@cache
def closed_triangles() -> Indices:
    """(898, 3): those of the mesh, and those that close its holes."""
    return _sealed(np.concatenate([triangles(), all_hole_triangles()]))


def face_oval() -> Indices:
    """(36,) the outline of the face, in order around it."""
    return np.array(border_loops()[_ON_OVAL], np.int32)


def inner_lips() -> Indices:
    """(20,) the edge of the mouth's opening, in order around it."""
    return np.array(border_loops()[_ON_LIPS], np.int32)


def eye_rims() -> tuple[Indices, Indices]:
    """(16,) and (16,): the edges of both eyes' openings, image-left first."""
    loops = border_loops()
    return np.array(loops[_ON_IMAGE_LEFT_EYE], np.int32), np.array(loops[_ON_IMAGE_RIGHT_EYE], np.int32)


def features() -> tuple[Indices, ...]:
    """What is no plain skin, each as points whose convex hull covers it: brows, eyes, lips."""
    return BROWS[:10], BROWS[10:], *eye_rims(), OUTER_LIPS


@cache
def _mean_table() -> NDArray[np.float64]:
    return _table("face_mesh_mean.txt")


def _table(name: str) -> NDArray[np.float64]:
    text = files(data).joinpath(name).read_text(encoding="ascii")
    return np.array([line.split() for line in text.splitlines() if not line.startswith("#")], np.float64)


def _sealed(table: NDArray[AnyNumber]) -> NDArray[AnyNumber]:
    table.setflags(write=False)
    return table


def _fan(loop: Indices) -> Indices:
    table = np.array([(loop[0], loop[i], loop[i + 1]) for i in range(1, len(loop) - 1)], np.int32)
    first, second = (canonical_uv()[table[:, n]] - canonical_uv()[table[:, 0]] for n in (1, 2))
    turned = first[:, 0] * second[:, 1] > first[:, 1] * second[:, 0]
    table[turned] = table[turned][:, ::-1]
    return table


def _walk(neighbours: dict[int, list[int]], start: int) -> tuple[int, ...]:
    loop = [start]
    while onward := [vertex for vertex in neighbours[loop[-1]] if vertex not in loop]:
        loop.append(onward[0])
    return tuple(loop)
