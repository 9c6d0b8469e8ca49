"""Triangles of a face as a processor paints them: which pixels each has, and what of its corners each pixel has.

Knows triangles with values at their corners; knows nothing of faces. Compiled by numba without the interpreter lock
and cached beside this file, so only the first run on a machine waits for the compiler (a few seconds).

A pixel belongs to exactly one of two triangles that share an edge (half-open spans, edges evaluated from their upper
end by both), so there are no gaps. The arithmetic of edges is left strict (no fastmath) for that reason.
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.types import Points

THINNEST = 1e-3
"""px^2, twice the area below which a triangle is a sliver that covers no pixel worth painting."""


def visible_triangles(points: Points, triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """The triangles that face the camera, far ones first, so that what is near covers what is behind."""
    towards, depths = facing_camera(points, triangles)
    return triangles[towards[np.argsort(-depths)]]


@njit(cache=True, nogil=True, inline="always")
def _sorted_by_y(points: Any, i: int, j: int, k: int) -> tuple[int, int, int]:
    if points[j, 1] < points[i, 1]:
        i, j = j, i
    if points[k, 1] < points[j, 1]:
        j, k = k, j
        if points[j, 1] < points[i, 1]:
            i, j = j, i
    return i, j, k


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _slope(points: Any, upper: int, lower: int) -> Any:
    """px of x per row; 0 for an edge that crosses none."""
    rise = points[lower, 1] - points[upper, 1]
    return (points[lower, 0] - points[upper, 0]) / rise if rise > 0 else np.float32(0)


@njit(cache=True, nogil=True, inline="always")
def _edge_x(points: Any, upper: int, slope: Any, y: int) -> Any:
    """Where the edge crosses row y. Both triangles of an edge ask with the same ends, so they agree to the last bit."""
    return points[upper, 0] + (np.float32(y) - points[upper, 1]) * slope


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _attribute_planes(points: Any, corners: Any, triangle: tuple[int, int, int], planes: Any) -> bool:
    """Each attribute is a plane over the triangle: planes[0] + planes[1] * x + planes[2] * y. False for a sliver."""
    i, j, k = triangle
    ax, ay = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
    bx, by = points[k, 0] - points[i, 0], points[k, 1] - points[i, 1]
    area = ax * by - bx * ay
    if abs(area) < THINNEST:
        return False
    share = np.float32(1) / area
    for n in range(corners.shape[1]):
        a, b = corners[j, n] - corners[i, n], corners[k, n] - corners[i, n]
        planes[1, n] = (a * by - b * ay) * share
        planes[2, n] = (b * ax - a * bx) * share
        planes[0, n] = corners[i, n] - planes[1, n] * points[i, 0] - planes[2, n] * points[i, 1]
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def paint_attributes(
    painted: NDArray[np.float32],
    points: NDArray[np.float32],
    attributes: NDArray[np.float32],
    triangles: NDArray[np.int32],
) -> None:
    """Write what each pixel of a face has of the values at its landmarks, linear within a triangle.

    painted: (H, W, K), written in place. points: (N, 2 or more) px in it. attributes: (N, K). triangles: (M, 3), in
    the order in which they are painted: the last one wins.
    """
    height, width, count = painted.shape
    planes = np.empty((3, count), np.float32)
    for t in range(triangles.shape[0]):
        i, j, k = _sorted_by_y(points, triangles[t, 0], triangles[t, 1], triangles[t, 2])
        if not _attribute_planes(points, attributes, (i, j, k), planes):
            continue
        whole, upper, lower = _slope(points, i, k), _slope(points, i, j), _slope(points, j, k)
        for y in range(max(0, math.ceil(points[i, 1])), min(height, math.ceil(points[k, 1]))):
            a = _edge_x(points, i, whole, y)
            b = _edge_x(points, i, upper, y) if y < points[j, 1] else _edge_x(points, j, lower, y)
            left, right = max(0, math.ceil(min(a, b))), min(width, math.ceil(max(a, b)))
            for x in range(left, right):
                for n in range(count):
                    painted[y, x, n] = planes[0, n] + planes[2, n] * np.float32(y) + planes[1, n] * np.float32(x)


@njit(cache=True, nogil=True)
def vertex_facing(points: NDArray[np.float32], triangles: NDArray[np.int32]) -> NDArray[np.float32]:
    """How squarely each vertex faces the camera: 1 head-on, 0 edge-on, negative turned away.

    points: (N, 3) float32 px, smaller z nearer. triangles: (M, 3), counter-clockwise seen from the camera.
    Returns (N,) float32: the z component of the area-weighted unit normal, towards the camera.
    """
    normals = np.zeros((points.shape[0], 3), np.float32)
    for t in range(triangles.shape[0]):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, az = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]
        bx, by, bz = points[k, 0] - points[i, 0], points[k, 1] - points[i, 1], points[k, 2] - points[i, 2]
        x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        for v in (i, j, k):
            normals[v, 0] += x
            normals[v, 1] += y
            normals[v, 2] += z
    facing = np.zeros(points.shape[0], np.float32)
    for v in range(points.shape[0]):
        length = math.sqrt(normals[v, 0] ** 2 + normals[v, 1] ** 2 + normals[v, 2] ** 2)
        if length > 0:
            facing[v] = -normals[v, 2] / length
    return facing


@njit(cache=True, nogil=True)
def facing_camera(
    points: NDArray[np.float32], triangles: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Which triangles show their front, in their own order, and how far away each is.

    points and triangles: as for `vertex_facing`. Returns (M',) int32 numbers of triangles and (M',) float32 sums of z.
    """
    towards = np.empty(triangles.shape[0], np.int32)
    depths = np.empty(triangles.shape[0], np.float32)
    count = 0
    for t in range(triangles.shape[0]):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
        bx, by = points[k, 0] - points[i, 0], points[k, 1] - points[i, 1]
        if ax * by < ay * bx:
            towards[count] = t
            depths[count] = points[i, 2] + points[j, 2] + points[k, 2]
            count += 1
    return towards[:count], depths[:count]
