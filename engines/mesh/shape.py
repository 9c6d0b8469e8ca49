"""The source's proportions on the target's face: where eyes, nose and mouth sit, and how large they are.

What makes the source differ from the target, both with their mouths at rest (expression.py), is added to the target's
landmarks, turned as the head is turned. Of a target who was just met, the mean face is assumed. The difference is
smoothed over the face, so that it moves features and does not open mouths or close eyes, and it fades towards the
outline, which stays the target's. Knows points; knows no pixel.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.image.geometry import distance_to, nearness, smoothstep
from engines.image.matvec import matvec
from engines.mesh import mesh_topology
from engines.mesh.expression import at_rest, expression_in
from engines.track_state import TrackState
from engines.types import Points

# Lengths in distances between the outer eye corners.
SMOOTHED = 0.08
FADE = 0.04, 0.40
"""How far inside the outline the shift begins, and where all of it is reached."""
BROWS, BROWS_SHARE = (0.05, 0.3), 0.75
"""How near to the brows only a share of the shift is made, and how far from them all of it: brows are raised and drawn,
so where they are is of the moment as well as of the person."""
FULL_SHIFT = 3.0
"""How often the source's difference from the target is added at strength 1; half as often at the default."""
TRUST_IN_MEAN = 20.0
"""Frames that a target is taken for somebody with the mean face: their own is learnt, and does not jump in."""
UPPER_LIP, LOWER_LIP = (191, 80, 81, 82, 13, 312, 311, 310, 415), (95, 88, 178, 87, 14, 317, 402, 318, 324)
"""Landmarks of the inner lips that touch where the mouth is closed."""
MOUTH = 0.05, 0.35
"""How far around the lips only a mouth's place is the source's: of a source whose mouth has an odd shape even at rest,
and of a target who smiles, since teeth are not to be drawn together."""
FACING, PART_OF_FACE = (0.1, 0.5), 0.15
"""A part of the face seen at a lower facing is not moved: sideways it would leave the head. Of parts, not of single
vertices: closed lips and the underside of a nose are folds, which must move as what is around them."""


class ShapeTransfer:
    """Moves landmarks towards one source's proportions.

    views: (468, 3) px of the source, one for each photo of it. strength: 0..1, 0 leaves the target's face as it is;
    (468,) of each landmark, or one for all.
    """

    def __init__(self, views: Sequence[Points], strength: NDArray[np.float32] | float) -> None:
        mean = mesh_topology.mean_face()
        flat = mesh_topology.canonical_uv()
        near = nearness(flat, SMOOTHED)
        fade = smoothstep(distance_to(flat, mesh_topology.face_oval()), *FADE)
        beyond = smoothstep(distance_to(flat, mesh_topology.BROWS), *BROWS)
        fade *= BROWS_SHARE + (1 - BROWS_SHARE) * beyond
        share = FULL_SHIFT * strength * fade / near.sum(axis=1)
        self._smooth = (share[:, np.newaxis] * near).astype(np.float32)
        touching = np.array([UPPER_LIP, LOWER_LIP])
        self._smooth[touching] = self._smooth[touching].mean(axis=0)  # moved alike: closed lips stay closed
        parts = nearness(flat, PART_OF_FACE)
        self._parts = np.asarray(parts / parts.sum(axis=1)[:, np.newaxis], np.float32)
        self._mean = np.asarray(mean - mean.mean(axis=0), np.float32)
        faces = [at_rest(upright(points)) for points in views]
        self._source = np.mean(faces, axis=0)
        around = 1 - smoothstep(distance_to(flat, mesh_topology.OUTER_LIPS), *MOUTH)
        self._around = around[:, np.newaxis]
        self._usual = expression_in(self._mean)  # its lips are a little apart
        self._expression = float(np.mean([expression_in(face) for face in faces]))

    def moved(self, points: Points, facing: NDArray[np.float32], track_state: TrackState | None = None) -> Points:
        """(468, 3) px: the landmarks of a target, moved, none of them out of their convex hull.

        facing: (468,), see `vertex_facing`. track_state: whose face it is; learns from it.
        """
        turn, size = pose_of(points)
        own = self._mean
        if track_state is not None:
            own = track_state.shape.learn(_unturned(points, turn, size), self._mean, TRUST_IN_MEAN)
        apart = self._source - at_rest(own)
        expression = max(self._expression, (expression_in(own) - self._usual) / (1 - self._usual))
        apart += expression * self._around * (apart[mesh_topology.OUTER_LIPS].mean(axis=0) - apart)
        smoothed = matvec(self._smooth, apart)
        seen = smoothstep(matvec(self._parts, facing[:, np.newaxis]), *FACING)
        shift = np.asarray((smoothed * seen) @ turn * size, np.float32)
        return np.asarray(points + shift * share_inside(points, shift)[:, np.newaxis], np.float32)


def share_inside(points: Points, shift: Points) -> NDArray[np.float32]:
    """(N,) 0..1: how much of each point's shift leads no farther than the edge of their hull."""
    share = np.ones(len(points), np.float32)
    lower_to_inside(points, shift, hull_of(points), share)
    return share


def hull_of(points: Points) -> Points:
    """(M, 2): the convex hull."""
    return np.asarray(cv2.convexHull(np.ascontiguousarray(points[:, :2]))[:, 0], np.float32)


@njit(cache=True, nogil=True, error_model="numpy")
def lower_to_inside(points: Points, shift: Points, hull: Points, share: NDArray[np.float32]) -> None:
    """Make each share of a shift no larger than `share_inside` says. hull: (M, 2), of the points. share: (N,)."""
    count = hull.shape[0]
    ax, ay = hull[1, 0] - hull[0, 0], hull[1, 1] - hull[0, 1]
    bx, by = hull[2, 0] - hull[1, 0], hull[2, 1] - hull[1, 1]
    turning = np.float32(np.sign(ax * by - bx * ay))
    for side in range(count):
        x, y = hull[side, 0], hull[side, 1]
        inward_x = -turning * (hull[(side + 1) % count, 1] - y)
        inward_y = turning * (hull[(side + 1) % count, 0] - x)
        for n in range(points.shape[0]):
            taken = -(shift[n, 0] * inward_x + shift[n, 1] * inward_y)
            room = max(np.float32(0), (points[n, 0] - x) * inward_x + (points[n, 1] - y) * inward_y)
            if taken > room:
                share[n] = min(share[n], room / taken)


def upright(points: Points) -> Points:
    """(468, 3): the face as seen from the front, in distances between the outer eye corners, about its middle."""
    return _unturned(points, *pose_of(points))


def _unturned(points: Points, turn: NDArray[np.float32], size: np.float32) -> Points:
    return np.asarray((points - points.mean(axis=0)) @ turn.T / size, np.float32)


def pose_of(points: Points) -> tuple[NDArray[np.float32], np.float32]:
    """How the mean face must be turned and sized to lie on these points: mean @ turn * size, least squares (Kabsch).

    points: (468, 3) px. Returns (3, 3) and px for one distance between the outer eye corners.
    """
    mean = mesh_topology.mean_face()
    here, there = mean - mean.mean(axis=0), points - points.mean(axis=0)
    left, scales, right = np.linalg.svd(here.T @ there)
    sign = np.array([1, 1, np.sign(np.linalg.det(left @ right))], np.float32)
    size = (scales * sign).sum() / (here * here).sum()
    return np.asarray((left * sign) @ right, np.float32), np.float32(size)
