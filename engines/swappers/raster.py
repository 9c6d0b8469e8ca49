"""The fused kernel: warp, relight and blend every pixel of a face in one pass.

Knows triangles with attributes at their corners; knows nothing of faces. Compiled by numba without the interpreter
lock and cached beside this file, so only the first run on a machine waits for the compiler (a few seconds).

A pixel belongs to exactly one of two triangles that share an edge (half-open spans, edges evaluated from their upper
end by both), so half-transparent seams do not show. The arithmetic of edges is left strict (no fastmath) for that
reason. Indices are unsigned, because numba looks at signed ones for a count from the end: a fifth of the time.
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.types import Image, Points

U, V, CONTRAST_B, CONTRAST_G, CONTRAST_R, LIFT_B, LIFT_G, LIFT_R, ALPHA = range(9)
"""Columns of a corner's attributes: texture px x and y; colour = texture * contrast + lift; opacity 0..1."""
ATTRIBUTES = 9
Texels = NDArray[np.uint64]
"""(h, w): blue, green, red and opacity in lanes of LANE bits, so that one multiplication weights all four."""
LANE, LANE_MASK = np.uint64(16), np.uint64(0xFFFF)
WEIGHTS = 256
"""What the four weights of a bilinear sample add up to: 255 * WEIGHTS just fits a lane."""
THINNEST = 1e-3
"""px^2, twice the area below which a triangle is a sliver that covers no pixel worth painting."""


def texels_of(image: Image, cover: NDArray[np.uint8] | None = None) -> Texels:
    """A texture for `paint_triangles`. image: (h, w, 3) uint8, at least 2 x 2. cover: (h, w), 255 is opaque."""
    opacity = np.full(image.shape[:2], 255, np.uint8) if cover is None else cover
    lanes = [image[:, :, 0], image[:, :, 1], image[:, :, 2], opacity]
    shifted = [lane.astype(np.uint64) << LANE * np.uint64(n) for n, lane in enumerate(lanes)]
    return np.asarray(np.bitwise_or.reduce(shifted), np.uint64)


def as_it_is(at: Points, opacity: NDArray[np.float32] | float = 1.0) -> NDArray[np.float32]:
    """Corners that show a texture unchanged. at: (N, 2) texture px. opacity: (N,) 0..1, or one for all."""
    corners = np.zeros((len(at), ATTRIBUTES), np.float32)
    corners[:, U : U + 2], corners[:, CONTRAST_B : CONTRAST_B + 3], corners[:, ALPHA] = at, 1, opacity
    return corners


def visible_triangles(points: Points, triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """The triangles that face the camera, far ones first, so that what is near covers what is behind."""
    towards, depths = facing_camera(points, triangles)
    return triangles[towards[np.argsort(-depths)]]


@njit(cache=True, nogil=True)
def less_opaque(texels: Texels, hidden: NDArray[np.uint8]) -> Texels:
    """A copy whose opacity is lower where something hides the face. hidden: (h, w), 255 wholly."""
    copy, above = np.empty_like(texels), LANE + LANE + LANE
    for row in range(texels.shape[0]):
        for column in range(texels.shape[1]):
            texel = texels[row, column]
            left = (texel >> above) * np.uint64(255 - hidden[row, column]) // np.uint64(255)
            copy[row, column] = texel & ((np.uint64(1) << above) - np.uint64(1)) | left << above
    return copy


@njit(cache=True, nogil=True, error_model="numpy")
def paint_triangles(
    canvas: NDArray[np.uint8],
    texels: Texels,
    points: NDArray[np.float32],
    corners: NDArray[np.float32],
    triangles: NDArray[np.int32],
) -> None:
    """Blend textured triangles into `canvas`, in the order given.

    canvas: (H, W, 3) uint8, written in place, clipped at its edge. texels: as `texels_of` gives them.
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
        whole, upper, lower = _slope(points, i, k), _slope(points, i, j), _slope(points, j, k)
        for y in range(max(0, math.ceil(points[i, 1])), min(height, math.ceil(points[k, 1]))):
            a = _edge_x(points, i, whole, y)
            b = _edge_x(points, i, upper, y) if y < points[j, 1] else _edge_x(points, j, lower, y)
            left, right = max(0, math.ceil(min(a, b))), min(width, math.ceil(max(a, b)))
            if left < right:
                for n in range(ATTRIBUTES):
                    at_row[n] = planes[0, n] + planes[2, n] * np.float32(y)
                _paint_span(canvas, (y, left, right), texels, at_row, planes[1])


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
    for n in range(ATTRIBUTES):
        a, b = corners[j, n] - corners[i, n], corners[k, n] - corners[i, n]
        planes[1, n] = (a * by - b * ay) * share
        planes[2, n] = (b * ax - a * bx) * share
        planes[0, n] = corners[i, n] - planes[1, n] * points[i, 0] - planes[2, n] * points[i, 1]
    return True


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _paint_span(canvas: Any, span: tuple[int, int, int], texels: Any, at_row: Any, along_x: Any) -> None:
    """One row of one triangle: sample bilinearly, relight, blend over what is there. span: row, first x, end x."""
    zero, one, half, white = np.float32(0), np.float32(1), np.float32(0.5), np.float32(255)
    high_u, high_v = np.float32(texels.shape[1] - 1.001), np.float32(texels.shape[0] - 1.001)
    whole, next_one, row = np.float32(WEIGHTS), np.uintp(1), np.uintp(span[0])
    for x in range(span[1], span[2]):
        step, at = np.float32(x), np.uintp(x)
        alpha = min(one, at_row[ALPHA] + along_x[ALPHA] * step)
        if alpha <= zero:
            continue
        u = min(high_u, max(zero, at_row[U] + along_x[U] * step))
        v = min(high_v, max(zero, at_row[V] + along_x[V] * step))
        column, line = np.uintp(u), np.uintp(v)
        fu, fv = (u - np.float32(column)) * whole, v - np.float32(line)
        w11 = np.int32(fu * fv)
        w01, w10 = np.int32(fu) - w11, np.int32(fv * whole) - w11
        lanes = (
            texels[line, column] * np.uint64(np.int32(WEIGHTS) - w01 - w10 - w11)
            + texels[line, column + next_one] * np.uint64(w01)
            + texels[line + next_one, column] * np.uint64(w10)
            + texels[line + next_one, column + next_one] * np.uint64(w11)
        )
        alpha *= np.float32(np.int32(lanes >> (LANE + LANE + LANE))) / (whole * white)
        for c in range(3):
            sampled = np.float32(np.int32(lanes & LANE_MASK)) / whole
            lanes >>= LANE
            contrast = at_row[CONTRAST_B + c] + along_x[CONTRAST_B + c] * step
            lift = at_row[LIFT_B + c] + along_x[LIFT_B + c] * step
            colour = min(white, max(zero, sampled * contrast + lift))
            below = np.float32(canvas[row, at, c])
            canvas[row, at, c] = np.uint8(np.int32(below + (colour - below) * alpha + half))


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
