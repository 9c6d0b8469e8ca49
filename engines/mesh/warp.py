"""The target's face moved to the source's proportions: where its pixels are read and where they are laid.

The target's own lips and lids become the right shape, so that nothing of them is left over beneath the new face. Knows
landmarks and the triangles between them; knows no pixel.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.image.geometry import CHIN, FOREHEAD_TOP, eye_distance, smoothstep
from engines.mesh import mesh_topology
from engines.mesh.shape import LOWER_LIP, UPPER_LIP, share_inside
from engines.types import Points

LEAST_AREA = 0.3
"""Of a triangle's area: one that the move would shrink further, or turn over, moves as one with its neighbours."""
ROUNDS, CALM_FROM, CALM = 60, 8, 0.8
"""Rounds after which a move that cannot be made is not made; those from which on it is made smaller, and how much of it
is left in each."""
UPPER, LOWER = np.array(UPPER_LIP, np.int32), np.array(LOWER_LIP, np.int32)
TRIES, LESS = 10, 0.9
"""How often a move that leads beyond the face is made smaller, and how much of it is left each time."""
SLIGHT = 0.05
"""px, and shares of a shift: less than that was not meant."""
OUTLINE = mesh_topology.face_oval()
TOUCHING = 0.015, 0.03
"""Gap between the lips, in eye distances: up to where they are closed and meet in one line, and from where not."""


@dataclass(frozen=True, slots=True)
class Warp:
    """read: (468, 3) px, where the target's pixels are. laid: (468, 3) px, where they go."""

    read: Points
    laid: Points


def warp_between(points: Points, moved: Points) -> Warp:
    """A move of landmarks that turns no triangle over, and takes none beyond the face that was not told to go there.

    points, moved: (468, 3) px, before and after. Where both cannot be had the face moves less, at worst not at all.
    """
    closed = _closed(points)
    read = points.copy()
    middle = (points[UPPER] + points[LOWER]) / 2
    read[UPPER] += (middle - points[UPPER]) * closed
    read[LOWER] += (middle - points[LOWER]) * closed
    told, wanted = moved - points, moved + (read - points)
    sent_out = (share_inside(points, told) < 1 - SLIGHT) & (np.abs(told[:, :2]).max(axis=1) > SLIGHT)
    laid = wanted.copy()
    for _ in range(TRIES):
        _unfold(read, wanted, mesh_topology.triangles(), closed[:, 0], laid)
        made = laid - read
        laid[:, :2] = read[:, :2] + made[:, :2] * np.where(sent_out, 1, share_inside(read, made))[:, np.newaxis]
        if not _turns_over(read, laid, mesh_topology.triangles()):
            return Warp(read, laid)
        wanted = read + (laid - read) * np.float32(LESS)
    laid[:, :2] = read[:, :2]
    return Warp(read, laid)


def _closed(points: Points) -> Points:
    """(9, 1) 0..1: how far each pair of places on the lips touches."""
    down = points[CHIN, :2] - points[FOREHEAD_TOP, :2]
    gap = (points[LOWER, :2] - points[UPPER, :2]) @ (down / np.linalg.norm(down)) / eye_distance(points)
    return np.asarray(1 - smoothstep(gap.astype(np.float32), *TOUCHING), np.float32)[:, np.newaxis]


@njit(cache=True, nogil=True)
def _unfold(points: Points, moved: Points, triangles: NDArray[np.int32], closed: Points, laid: Points) -> None:
    """Write to `laid` the moved points: closed lips move as one, and so do corners of triangles that nearly vanish.

    closed: (9,), see `_closed`.
    """
    shift = moved[:, :2] - points[:, :2]
    outline = shift[OUTLINE].copy()  # stays where it was told to be: beyond it is no face
    total, uses = np.empty((points.shape[0], 2), np.float32), np.empty(points.shape[0], np.float32)
    for turn in range(ROUNDS):
        _move_lips_alike(shift, closed)
        laid[:, :2] = points[:, :2] + shift
        total[:], uses[:] = 0, 0
        for t in range(triangles.shape[0]):
            i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            before = _area(points, i, j, k)
            if _area(laid, i, j, k) * np.sign(before) >= LEAST_AREA * abs(before):
                continue
            for v in (i, j, k):
                uses[v] += 1
                total[v] += (shift[i] + shift[j] + shift[k]) / np.float32(3)
        if uses.sum() == 0:
            return
        calm = np.float32(CALM if turn >= CALM_FROM else 1)
        for v in range(points.shape[0]):
            if uses[v] > 0:
                shift[v] = total[v] / uses[v] * calm
        for n in range(OUTLINE.shape[0]):
            shift[OUTLINE[n]] = outline[n]
    laid[:, :2] = points[:, :2]


@njit(cache=True, nogil=True)
def _move_lips_alike(shift: Points, closed: Points) -> None:
    for n in range(UPPER.shape[0]):
        apart = (shift[LOWER[n]] - shift[UPPER[n]]) / np.float32(2) * closed[n]
        shift[UPPER[n]] += apart
        shift[LOWER[n]] -= apart


@njit(cache=True, nogil=True)
def _turns_over(points: Points, laid: Points, triangles: NDArray[np.int32]) -> bool:
    """Whether any triangle runs the other way round than before."""
    for t in range(triangles.shape[0]):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        if _area(points, i, j, k) * _area(laid, i, j, k) < 0:
            return True
    return False


@njit(inline="always")
def _area(points: Points, i: int, j: int, k: int) -> np.float32:
    """Twice the area of a triangle, px^2, below 0 where it runs the other way round."""
    ax, ay = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
    bx, by = points[k, 0] - points[i, 0], points[k, 1] - points[i, 1]
    return np.float32(ax * by - bx * ay)
