"""Where a face lies: what each pixel of a square shows of the flat face, and how a person's proportions differ.

Knows landmarks and the engines' mesh; knows no data set, no pair and no torch.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import distance_to, nearness, smoothstep
from engines.mesh import mesh_topology
from engines.mesh.raster import paint_attributes, vertex_facing, visible_triangles
from engines.mesh.uv_map import UVLayout
from engines.swappers.mesh.source_occlusion import nobody
from engines.types import Image, Points

SQUARE_PX = 128
"""Edge of the network's square."""
LAYOUT = UVLayout.of(96.0)
"""The flat face: twice as fine as the square, so that laying it back costs no detail."""
ANTIALIASED = 0.75
"""px: blur of the flat face, without which a square of half its size flickers with its grain."""
FACING = 0.05, 0.35
"""Facing (0 edge-on, 1 head-on) from which on a face is painted: the engines' own."""
FILL_PX = 2, 4, 8, 16, 32
"""Blurs by which the flat face is continued beyond its edge and into its holes."""
SHAPE_GRID = 24, 18
"""Rows and columns of the field that says how a person's proportions differ from the mean."""
SHAPE_SMOOTHED, SHAPE_FADE = 0.10, 0.25
"""In eye distances: as smooth as the engines' shape transfer, and 0 at the outline as it is there."""
FEATURES_MARGIN, NOSTRILS_MARGIN, NOSTRILS_SHARE, FEATURES_SOFT_PX = 0.06, 0.01, 0.7, 3.0
"""What is no plain skin: brows, eyes and lips, and less so the nostrils, px of the flat face. The engines' own."""
U, V, FRONT, INSIDE, NORMAL_X, NORMAL_Y, NORMAL_Z = range(7)
"""Channels of `maps_of`."""


def maps_of(points: Points) -> NDArray[np.float16]:
    """(7, 128, 128): px of the flat face, facing 0..1, mesh 0 or 1, and unit normals. points: (468, 3) px.

    Beyond the mesh all is continued, and 0 is what FRONT and INSIDE say there.
    """
    triangles = mesh_topology.triangles()
    front = smoothstep(vertex_facing(points, triangles), *FACING)
    at = np.column_stack([LAYOUT.points, front, np.ones_like(front), normals_of(points)]).astype(np.float32)
    painted = np.full((SQUARE_PX, SQUARE_PX, at.shape[1]), -1, np.float32)
    holes = at.copy()
    holes[:, FRONT : INSIDE + 1] = 0
    paint_attributes(painted, points, holes, np.concatenate(mesh_topology.hole_triangles()))
    paint_attributes(painted, points, at, visible_triangles(points, triangles))
    blank = (painted[..., U] < 0).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(blank, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    row_of, column_of = np.zeros(nearest.max() + 1, np.intp), np.zeros(nearest.max() + 1, np.intp)
    rows, columns = np.nonzero(blank == 0)
    row_of[nearest[rows, columns]], column_of[nearest[rows, columns]] = rows, columns
    continued = painted[row_of[nearest], column_of[nearest]]
    continued[..., FRONT : INSIDE + 1] *= 1 - blank[..., np.newaxis]
    return np.ascontiguousarray(continued.transpose(2, 0, 1)).astype(np.float16)


def normals_of(points: Points) -> NDArray[np.float32]:
    """(468, 3) unit normals, z towards the camera. points: (468, 3) px, smaller z nearer."""
    a, b, c = (points[mesh_topology.triangles()[:, n]] for n in range(3))
    normals = np.zeros_like(points)
    for corner in mesh_topology.triangles().T:
        np.add.at(normals, corner, np.cross(b - a, c - a))
    normals *= -np.sign(normals[:, 2].mean())  # outwards: most of them towards the camera, where z is smaller
    normals[:, 2] *= -1
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9), np.float32)


def shape_of(points: Points) -> NDArray[np.float32]:
    """(2, *SHAPE_GRID) eye distances: how far a person's features lie from those of the mean face, over the flat face.

    points: (468, 3) px. 0 at the outline.
    """
    mean = mesh_topology.mean_face()
    here, there = mean - mean.mean(axis=0), points - points.mean(axis=0)
    left, scales, right = np.linalg.svd(here.T @ there)
    sign = np.array([1, 1, np.sign(np.linalg.det(left @ right))])
    upright = there @ ((left * sign) @ right).T / ((scales * sign).sum() / (here * here).sum())
    flat = mesh_topology.canonical_uv()
    near = nearness(flat, SHAPE_SMOOTHED)
    apart = (near @ (upright - here)[:, :2]) / near.sum(axis=1)[:, np.newaxis]
    apart *= smoothstep(distance_to(flat, mesh_topology.face_oval()), 0, SHAPE_FADE)[:, np.newaxis]
    rows, columns = (np.linspace(0, edge - 1, count) for edge, count in zip(LAYOUT.size_hw, SHAPE_GRID, strict=True))
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 1, 2)
    weight = np.exp(-(((grid - LAYOUT.points) / (SHAPE_SMOOTHED * LAYOUT.unit)) ** 2).sum(axis=2) / 2) + 1e-9
    field = (weight @ apart) / weight.sum(axis=1)[:, np.newaxis]
    return np.ascontiguousarray(field.T.reshape(2, *SHAPE_GRID), np.float32)


def affine_of(points: Points) -> NDArray[np.float32]:
    """(2, 3): the map that lays the mean face (eye distances) best on a face at an angle. points: (468, 2 or 3) px."""
    mean = np.column_stack([mesh_topology.mean_face()[:, :2], np.ones(len(points))])
    found, *_ = np.linalg.lstsq(mean, points[:, :2].astype(np.float64), rcond=None)
    return np.asarray(found.T, np.float32)


def continued_flat(image: Image) -> Image:
    """The flat face, antialiased, its skin continued beyond its edge and into its holes. image: as
    `UVLayout.unroll`."""
    inside = cv2.erode(LAYOUT.inside().astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    filled, known = image.astype(np.float32) * inside[..., np.newaxis], inside.copy()
    for sigma in FILL_PX:
        amount = cv2.GaussianBlur(known, (0, 0), sigma)
        near = cv2.GaussianBlur(filled * known[..., np.newaxis], (0, 0), sigma) / (amount[..., np.newaxis] + 1e-6)
        new = (known < 0.5) & (amount > 0.05)
        filled[new], known[new] = near[new], 1
    return np.asarray(cv2.GaussianBlur(filled, (0, 0), ANTIALIASED).round(), np.uint8)


def features_map() -> NDArray[np.float32]:
    """(H, W) 0..1 over the flat face: brows, eyes, lips and nostrils."""
    marked = np.zeros(LAYOUT.size_hw, np.float32)
    for part in mesh_topology.features():
        marked = np.maximum(marked, LAYOUT.mask_of([part], FEATURES_MARGIN).astype(np.float32))
    nostrils = LAYOUT.mask_of([mesh_topology.NOSTRILS], NOSTRILS_MARGIN) * np.float32(NOSTRILS_SHARE)
    return np.asarray(cv2.GaussianBlur(np.maximum(marked, nostrils), (0, 0), FEATURES_SOFT_PX), np.float32)


def flat_nobody() -> NDArray[np.float32]:
    """(1, 3, H, W) 0..1, BGR: nobody's face, laid flat. The engines ask with it what is in front of a source's face."""
    height, width = LAYOUT.size_hw
    image = cv2.resize(nobody().image[..., :3], (width, height), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(image.transpose(2, 0, 1)[np.newaxis] / np.float32(255), np.float32)
