"""How a photo's face is shaded, and what smooth light on a face of nobody does not explain: hair, beards, hard shadows.

Hair comes in from the outline and is not to be worn; elsewhere, what is more than usual is cut off. Fits spherical
harmonics of the second order to a face laid flat, robustly. Knows no network and no wearer.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import distance_to
from engines.swappers.atlas import Atlas, Layout
from engines.swappers.fields import Field, mean_nearby, soft
from engines.swappers.raster import paint_attributes
from engines.swappers.texture import NOSTRILS_SHARE, feature_map

UNIT_PX = 64
"""Eye distance of the flat face in which light is fitted."""
SMOOTHED = 0.03
"""Eye distances: what is finer than this is the skin's own detail."""
USUAL, EVEN = 0.25, 0.1
"""Residual, of logarithms, that skin has at most in even light, and its median there. Beyond the median it has less
say in the fit. Beyond the most it is cut off; in light that is n times harder, from an nth of the most on."""
UNLIKE = 0.5
"""Residual from which it is hair that comes in from the outline. All looked at on four paintings and 18 people."""
STRANDS, RIM, AROUND = 0.1, 0.06, 0.06
"""Eye distances: what is between strands so near to each other is hair, too; how wide the outline is; and how far
around hair nothing is worn."""
TRUSTED = 0.3
"""Eye distances from the outline to where skin has its full say in the fit: at the edge, photos show hair and walls."""
ROUNDS, CALM, LITTLE = 12, 0.01, 1e-4
"""Of the fit; how strongly light is held back from being directed, beside what skin says; and at all, where there is
no skin."""
DARK = 8.0
"""Brightness (0..255) that keeps logarithms of near-blacks quiet."""


def evened(atlas: Atlas) -> Atlas:
    """One photo's face laid flat, its light evened where that is hard, and not seen where hair is on it."""
    layout, size_wh = Layout.of(UNIT_PX), (atlas.seen.shape[1], atlas.seen.shape[0])
    small = Atlas(*(_resized(field, layout.size_hw[::-1]) for field in (atlas.image, atlas.seen)))
    plain = (1 - np.minimum(feature_map(layout) / np.float32(NOSTRILS_SHARE), 1)) * layout.inside()
    residual = shading_residual(small, small.seen * plain)
    apart = np.abs(residual).max(axis=2)
    most = USUAL * EVEN / hardness_of(apart[small.seen * plain > 0.3])
    unusual = np.clip(residual, -most, most) - residual
    gain = np.exp(soft(unusual * plain[..., np.newaxis], SMOOTHED * UNIT_PX))
    seen = 1 - hair_in((apart > UNLIKE) & (plain > 0.5), layout)
    image = np.clip(atlas.image * _resized(gain, size_wh), 0, 255).astype(np.float32)
    return Atlas(image, atlas.seen * _resized(seen, size_wh))


def hardness_of(apart: NDArray[np.float32]) -> float:
    """The median of residuals, (N,): EVEN in even light, and more in harder light."""
    return max(EVEN, float(np.median(apart))) if apart.size else EVEN


def shading_residual(atlas: Atlas, skin: Field) -> Field:
    """(H, W, 3): by how much, in logarithms, a photo is brighter than smooth light on nobody would make it.

    atlas: of the layout of UNIT_PX. skin: (H, W) 0..1, how far a place has a say.
    """
    harmonics, colours, inner = _nobody_lit()
    near, _ = mean_nearby(atlas.image, (atlas.seen > 0).astype(np.float32), SMOOTHED * UNIT_PX)
    shown = np.log(near + DARK) - np.log(colours + DARK)
    trust = skin * inner
    asked = trust > 0.01
    terms, wanted, trust = harmonics[asked], shown[asked], trust[asked]
    weight, directed = trust, np.diag([LITTLE] + [CALM] * (harmonics.shape[2] - 1))
    for _ in range(ROUNDS):
        weighted = terms * weight[:, np.newaxis]
        light = np.linalg.solve(weighted.T @ terms + directed * (weight.sum() + LITTLE), weighted.T @ wanted)
        apart = ((wanted - terms @ light) ** 2).mean(axis=1)
        weight = trust / (1 + apart / EVEN**2)
    return np.asarray(shown - harmonics @ light, np.float32)


def hair_in(unlike: NDArray[np.bool_], layout: Layout) -> Field:
    """(H, W) 0..1: what comes in from the outline of what is unlike skin, and what is between its strands."""
    reach = _square(STRANDS)
    joined = cv2.morphologyEx(unlike.astype(np.uint8), cv2.MORPH_CLOSE, cv2.getStructuringElement(2, reach.shape))
    face = layout.mask_of([mesh_topology.face_oval()]).astype(np.uint8)
    outline = face > cv2.erode(face, _square(RIM))
    _, parts = cv2.connectedComponents(joined)
    hair = np.isin(parts, np.setdiff1d(parts[outline], 0)).astype(np.float32)
    around = _square(AROUND)
    return np.asarray(cv2.blur(cv2.dilate(hair, around), around.shape), np.float32)


@cache
def _nobody_lit() -> tuple[Field, Field, Field]:
    """(H, W, 9), the harmonics of the mean face; (H, W, 3), its colours; and (H, W) 0..1, how far skin is trusted."""
    layout, points = Layout.of(UNIT_PX), mesh_topology.mean_face()
    corners = mesh_topology.triangles().T
    a, b, c = (points[corner] for corner in corners)
    normals = np.zeros_like(points)
    for corner in corners:
        np.add.at(normals, corner, np.cross(b - a, c - a))
    x, y, z = (normals / np.linalg.norm(normals, axis=1, keepdims=True)).T
    harmonics = [np.ones_like(x), x, y, z, x * y, y * z, z * x, x * x - y * y, 3 * z * z - 1]
    attributes = np.column_stack([*harmonics, mesh_topology.mean_colours()]).astype(np.float32)
    painted = np.zeros((*layout.size_hw, attributes.shape[1]), np.float32)
    paint_attributes(painted, layout.points, attributes, mesh_topology.closed_triangles())
    inwards = distance_to(mesh_topology.laid_flat(), mesh_topology.face_oval()) / np.float32(TRUSTED)
    return painted[..., :9], painted[..., 9:], layout.spread(np.clip(inwards, 0, 1))


def _square(reach: float) -> NDArray[np.uint8]:
    """A kernel. reach: on each side of its middle, in eye distances."""
    edge = 2 * round(reach * UNIT_PX) + 1
    return np.ones((edge, edge), np.uint8)


def _resized(field: Field, size_wh: tuple[int, int]) -> Field:
    how = cv2.INTER_AREA if size_wh[0] < field.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.asarray(field, np.float32), size_wh, interpolation=how), np.float32)
