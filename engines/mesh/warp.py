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
from engines.mesh.shape import LOWER_LIP, UPPER_LIP, hull_of, lower_to_inside, share_inside
from engines.types import Points

LEAST_AREA, SMALL = 0.5, 0.001
"""Of a triangle's area: one that the move would shrink further, or turn over, becomes stiff, by what it lacks beside
its area and SMALL squared eye distances more: what is seen edge-on has hardly any area, and the noise of landmarks is
much of it. Looked at, like what follows, on 12 sources and 8 targets, and measured on four of them and four clips."""
ROUNDS, SWEEPS = 8, 3
"""How often triangles become stiffer, and landmarks are moved in each round: always as often, so that a face that moves
a little is moved a little otherwise. More, as many as MOST, only where a triangle is turned over all the same."""
MOST, STIFFER, TURNED = 48, 4.0, 2.0
"""STIFFER: for all of its area that a triangle lacks, how much more its corners want to move alike, beside a want of 1
to go where they are told. TURNED: how many times more in each further round where it is turned over."""
HELD = 5.0
"""The same of a triangle that something is in front of: rims of glasses stay round, and at 50 look no rounder."""
SLIVER = 5e-6
"""Squared eye distances, of twice a triangle's area: below it there is nothing to turn over."""
UPPER, LOWER = np.array(UPPER_LIP, np.int32), np.array(LOWER_LIP, np.int32)
SLIGHT = 0.05
"""px, and shares of a shift: less than that was not meant."""
OUTLINE, TRIANGLES = mesh_topology.face_oval(), mesh_topology.triangles()
TOUCHING = 0.015, 0.03
"""Gap between the lips, in eye distances: up to where they are closed and meet in one line, and from where not."""


@dataclass(frozen=True, slots=True)
class Warp:
    """read: (468, 3) px, where the target's pixels are. laid: (468, 3) px, where they go."""

    read: Points
    laid: Points


def warp_between(points: Points, moved: Points, in_front: NDArray[np.float32] | None = None) -> Warp:
    """A move of landmarks that turns no triangle over, and takes none beyond the face that was not told to go there.

    points, moved: (468, 3) px, before and after. Where both cannot be had the face moves less, at worst not at all.
    in_front: (852,) 0..1, of which triangles something is in front, which keeps its shape.
    """
    closed, told = _closed(points), moved - points
    read = points.copy()
    middle = (points[UPPER] + points[LOWER]) / 2
    read[UPPER] += (middle - points[UPPER]) * closed
    read[LOWER] += (middle - points[LOWER]) * closed
    kept_in = (share_inside(points, told) >= 1 - SLIGHT) | (np.abs(told[:, :2]).max(axis=1) <= SLIGHT)
    laid, unit = moved + (read - points), np.float32(eye_distance(points))
    unfolded = np.asarray(laid[:, :2] / unit, np.float32)
    stiffness = np.zeros(len(TRIANGLES), np.float32) if in_front is None else np.float32(HELD) * in_front
    made = _unfold(read[:, :2] / unit, hull_of(read) / unit, kept_in, closed[:, 0], stiffness, unfolded)
    laid[:, :2] = unfolded * unit if made else read[:, :2]
    return Warp(read, laid)


def _closed(points: Points) -> Points:
    """(9, 1) 0..1: how far each pair of places on the lips touches."""
    down = points[CHIN, :2] - points[FOREHEAD_TOP, :2]
    gap = (points[LOWER, :2] - points[UPPER, :2]) @ (down / np.linalg.norm(down)) / eye_distance(points)
    return np.asarray(1 - smoothstep(gap.astype(np.float32), *TOUCHING), np.float32)[:, np.newaxis]


@njit(cache=True, nogil=True)
def _unfold(
    points: Points,
    hull: Points,
    kept_in: NDArray[np.bool_],
    closed: Points,
    stiffness: NDArray[np.float32],
    laid: Points,
) -> bool:
    """Move `laid`, which are told where to go, to where they can. Says whether there is such a place for all.

    Least squares of what all landmarks want, which is to go where they are told, and what triangles that would fold
    want, which is that their corners move alike: so the face round about keeps its shape.
    points, laid: (468, 2) in eye distances. hull: of `points`. kept_in: (468,), who must stay inside of it. closed:
    (9,), see `_closed`. stiffness: (852,), of triangles to begin with; written.
    """
    told = laid - points
    shift = told.copy()
    for _ in range(ROUNDS):
        _move_lips_alike(shift, closed)
        _stiffen_small(points, points + shift, stiffness)
        _settle(shift, told, stiffness)
    for _ in range(MOST - ROUNDS):
        _move_lips_alike(shift, closed)
        _keep_inside(points, shift, hull, kept_in)
        laid[:] = points + shift
        if not _stiffen_turned(points, laid, stiffness):
            return True
        _settle(shift, told, stiffness)
    return False


@njit(cache=True, nogil=True)
def _keep_inside(points: Points, shift: Points, hull: Points, kept_in: NDArray[np.bool_]) -> None:
    """Shorten those shifts that would lead out of the hull."""
    share = np.ones(points.shape[0], np.float32)
    lower_to_inside(points, shift, hull, share)
    for v in range(points.shape[0]):
        if kept_in[v]:
            shift[v, 0], shift[v, 1] = shift[v, 0] * share[v], shift[v, 1] * share[v]


@njit(cache=True, nogil=True)
def _stiffen_small(points: Points, laid: Points, stiffness: NDArray[np.float32]) -> None:
    """Make triangles stiffer by what they lack of LEAST_AREA."""
    for t in range(TRIANGLES.shape[0]):
        before, after = _areas(points, laid, t)
        lacking = np.float32(LEAST_AREA) * before - after
        if lacking > 0:
            stiffness[t] += np.float32(STIFFER) * lacking / (before + np.float32(SMALL))


@njit(cache=True, nogil=True)
def _stiffen_turned(points: Points, laid: Points, stiffness: NDArray[np.float32]) -> bool:
    """Make triangles that are turned over much stiffer, and say whether there are any."""
    found = False
    for t in range(TRIANGLES.shape[0]):
        before, after = _areas(points, laid, t)
        if min(before, -after) > np.float32(SLIVER):
            stiffness[t] = max(np.float32(TURNED) * stiffness[t], np.float32(1))
            found = True
    return found


@njit(cache=True, nogil=True)
def _settle(shift: Points, told: Points, stiffness: NDArray[np.float32]) -> None:
    """Jacobi sweeps towards the least squares of `_unfold`. The outline goes where it is told: beyond is no face."""
    for _ in range(SWEEPS):
        total, weight = told.copy(), np.ones(shift.shape[0], np.float32)
        for t in range(TRIANGLES.shape[0]):
            if stiffness[t] > 0:
                i, j, k = TRIANGLES[t, 0], TRIANGLES[t, 1], TRIANGLES[t, 2]
                x = (shift[i, 0] + shift[j, 0] + shift[k, 0]) / np.float32(3) * stiffness[t]
                y = (shift[i, 1] + shift[j, 1] + shift[k, 1]) / np.float32(3) * stiffness[t]
                for v in (i, j, k):
                    total[v, 0] += x
                    total[v, 1] += y
                    weight[v] += stiffness[t]
        for v in range(shift.shape[0]):
            shift[v, 0], shift[v, 1] = total[v, 0] / weight[v], total[v, 1] / weight[v]
        for n in range(OUTLINE.shape[0]):
            shift[OUTLINE[n]] = told[OUTLINE[n]]


@njit(cache=True, nogil=True)
def _move_lips_alike(shift: Points, closed: Points) -> None:
    for n in range(UPPER.shape[0]):
        apart = (shift[LOWER[n]] - shift[UPPER[n]]) / np.float32(2) * closed[n]
        shift[UPPER[n]] += apart
        shift[LOWER[n]] -= apart


@njit(inline="always")
def _areas(points: Points, laid: Points, t: int) -> tuple[np.float32, np.float32]:
    """Twice a triangle's area before and after; the latter below 0 where it runs the other way round."""
    before = _area(points, TRIANGLES[t, 0], TRIANGLES[t, 1], TRIANGLES[t, 2])
    after = _area(laid, TRIANGLES[t, 0], TRIANGLES[t, 1], TRIANGLES[t, 2])
    return abs(before), after * np.sign(before)


@njit(inline="always")
def _area(points: Points, i: int, j: int, k: int) -> np.float32:
    """Twice the area of a triangle, below 0 where it runs the other way round."""
    ax, ay = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
    bx, by = points[k, 0] - points[i, 0], points[k, 1] - points[i, 1]
    return np.float32(ax * by - bx * ay)
