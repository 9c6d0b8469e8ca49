"""The fused kernel: warp, relight and blend every pixel of a face in one pass.

Knows triangles with attributes at their corners; knows nothing of faces. Compiled by numba without the interpreter
lock and cached beside this file, so only the first run on a machine waits for the compiler (a few seconds).

A pixel belongs to exactly one of two triangles that share an edge (half-open spans, edges evaluated from their upper
end by both), so half-transparent seams do not show. The arithmetic is left strict (no fastmath) for that reason.
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

U, V, CONTRAST_B, CONTRAST_G, CONTRAST_R, LIFT_B, LIFT_G, LIFT_R, ALPHA = range(9)
"""Columns of a corner's attributes: texture px x and y; colour = texture * contrast + lift; opacity 0..1."""
ATTRIBUTES = 9


@njit(cache=True, nogil=True)
def paint_triangles(
    canvas: NDArray[np.uint8],
    texture: NDArray[np.uint8],
    points: NDArray[np.float32],
    corners: NDArray[np.float32],
    triangles: NDArray[np.int32],
) -> None:
    """Blend textured triangles into `canvas`, in the order given.

    canvas: (H, W, 3) uint8, written in place, clipped at its edge. texture: (h, w, 3) uint8, at least 2 x 2.
    points: (N, 2 or more) float32, canvas px. corners: (N, ATTRIBUTES) float32, attributes as named above.
    triangles: (M, 3) int32, far ones first.
    """
    height, width = canvas.shape[0], canvas.shape[1]
    planes = np.empty((3, ATTRIBUTES), np.float32)
    at_row = np.empty(ATTRIBUTES, np.float32)
    for t in range(triangles.shape[0]):
        i, j, k = _sorted_by_y(points, triangles[t, 0], triangles[t, 1], triangles[t, 2])
        if not _attribute_planes(points, corners, (i, j, k), planes):
            continue
        first = max(0, math.ceil(points[i, 1]))
        last = min(height, math.ceil(points[k, 1]))
        for y in range(first, last):
            a = _edge_x(points, i, k, y)
            b = _edge_x(points, i, j, y) if y < points[j, 1] else _edge_x(points, j, k, y)
            left, right = max(0, math.ceil(min(a, b))), min(width, math.ceil(max(a, b)))
            if left < right:
                for n in range(ATTRIBUTES):
                    at_row[n] = planes[0, n] + planes[2, n] * np.float32(y)
                _paint_span(canvas[y, left:right], left, texture, at_row, planes[1])


@njit(cache=True, nogil=True, inline="always")
def _sorted_by_y(points: Any, i: int, j: int, k: int) -> tuple[int, int, int]:
    if points[j, 1] < points[i, 1]:
        i, j = j, i
    if points[k, 1] < points[j, 1]:
        j, k = k, j
        if points[j, 1] < points[i, 1]:
            i, j = j, i
    return i, j, k


@njit(cache=True, nogil=True, inline="always")
def _edge_x(points: Any, upper: int, lower: int, y: int) -> float:
    """Where the edge crosses row y. Both triangles of an edge ask with the same ends, so they agree to the last bit."""
    rise = points[lower, 1] - points[upper, 1]
    if rise <= 0:
        return float(points[upper, 0])
    return float(points[upper, 0] + (y - points[upper, 1]) * ((points[lower, 0] - points[upper, 0]) / rise))


@njit(cache=True, nogil=True, inline="always")
def _attribute_planes(points: Any, corners: Any, triangle: tuple[int, int, int], planes: Any) -> bool:
    """Each attribute is a plane over the triangle: planes[0] + planes[1] * x + planes[2] * y. False for a sliver."""
    i, j, k = triangle
    ax, ay = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
    bx, by = points[k, 0] - points[i, 0], points[k, 1] - points[i, 1]
    area = ax * by - bx * ay
    if abs(area) < 1e-3:
        return False
    for n in range(ATTRIBUTES):
        a, b = corners[j, n] - corners[i, n], corners[k, n] - corners[i, n]
        planes[1, n] = (a * by - b * ay) / area
        planes[2, n] = (b * ax - a * bx) / area
        planes[0, n] = corners[i, n] - planes[1, n] * points[i, 0] - planes[2, n] * points[i, 1]
    return True


@njit(cache=True, nogil=True, inline="always")
def _paint_span(span: Any, left: int, texture: Any, at_row: Any, along_x: Any) -> None:
    """One row of one triangle, from pixel `left` on: sample bilinearly, relight, blend over what is there."""
    high_u, high_v = np.float32(texture.shape[1] - 1.001), np.float32(texture.shape[0] - 1.001)
    zero, one, white = np.float32(0), np.float32(1), np.float32(255)
    for x in range(span.shape[0]):
        step = np.float32(left + x)
        alpha = min(one, at_row[ALPHA] + along_x[ALPHA] * step)
        if alpha <= zero:
            continue
        u = min(high_u, max(zero, at_row[U] + along_x[U] * step))
        v = min(high_v, max(zero, at_row[V] + along_x[V] * step))
        u0, v0 = int(u), int(v)
        fu, fv = u - np.float32(u0), v - np.float32(v0)
        for c in range(3):
            upper = texture[v0, u0, c] * (one - fu) + texture[v0, u0 + 1, c] * fu
            lower = texture[v0 + 1, u0, c] * (one - fu) + texture[v0 + 1, u0 + 1, c] * fu
            contrast = at_row[CONTRAST_B + c] + along_x[CONTRAST_B + c] * step
            lift = at_row[LIFT_B + c] + along_x[LIFT_B + c] * step
            colour = min(white, max(zero, (upper + (lower - upper) * fv) * contrast + lift))
            below = np.float32(span[x, c])
            span[x, c] = np.uint8(below + (colour - below) * alpha + np.float32(0.5))


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
