"""How the 468 landmarks hang together: triangles, and the loops around the holes.

Knows indices; knows no coordinates. The triangles are read from data/face_mesh_triangles.txt, everything else follows
from them.
"""

from collections import Counter
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int32]

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


@cache
def triangles() -> Indices:
    """(852, 3) int32, counter-clockwise seen from the camera; eyes and the inside of the mouth are holes. Read-only."""
    text = files("engines").joinpath("data/face_mesh_triangles.txt").read_text(encoding="ascii")
    table = np.array([line.split() for line in text.splitlines() if not line.startswith("#")], np.int32)
    table.setflags(write=False)
    return table


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


def _walk(neighbours: dict[int, list[int]], start: int) -> tuple[int, ...]:
    loop = [start]
    while onward := [vertex for vertex in neighbours[loop[-1]] if vertex not in loop]:
        loop.append(onward[0])
    return tuple(loop)
