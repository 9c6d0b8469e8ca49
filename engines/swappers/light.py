"""The light on a face: a smooth field of colour over its landmarks.

Light changes slowly over a face; skin, brows and lips do not. So the colour at each landmark is averaged with that of
its neighbours on skin (skin_tone.py), weighted by distance along the source's geometry, and two such fields say how to
turn one person's light into another's. Four hundred vertices instead of two blurred pictures: 0.1 ms.

Knows vertices and colours; knows nothing of how pixels are painted.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import box_of, distance_to, eye_distance, nearness
from engines.swappers.columns import times_columns
from engines.swappers.fields import LUMA
from engines.swappers.skin_tone import SkinTone
from engines.types import MESH_POINTS, Image, Points

# In distances between the outer eye corners.
LIGHT_SIGMA = 0.25
"""How far light is averaged: much finer and the wearer's own features come through as shadows."""
NOT_SKIN = 0.10
"""Vertices this near to an eye, the mouth or a brow do not speak for the skin."""
HAIRLINE = 0.06
"""Vertices this near to the outline may lie on hair or background."""

SAMPLED_SHARE = 1 / 96
"""Of the face's longer side: how large a square a vertex's colour is averaged over."""
CONTRAST_LIMITS = (0.5, 0.85)
"""Detail is toned down rather than amplified: photos are sharper and harder lit than a webcam's picture."""
TINT_LIMITS = (0.6, 1.7)
"""Of each channel beside the brightness: in a deep shadow of the source there is little colour to scale."""
BLACK = 4.0
"""Added before ratios: the ratio of two near-blacks says nothing."""
LENIENCY = 6.0
"""Where what is in front is known already: folds and shadows belong to the light."""
LEAST_SAY = 1e-3
"""Of each vertex on skin, so that there is some light where nothing is seen."""


class LightField:
    """Smooths vertex colours over one face's geometry. points: (468, 3) px of the source."""

    def __init__(self, points: Points) -> None:
        unit = points / eye_distance(points)
        self._skin = np.flatnonzero(skin_vertices(unit))
        self._weights = np.ascontiguousarray(nearness(unit, LIGHT_SIGMA)[:, self._skin])
        self._tone = SkinTone(unit[self._skin, :2])

    def smooth(
        self, colours: NDArray[np.float32], visible: NDArray[np.float32], *, wary: bool = False
    ) -> NDArray[np.float32]:
        """The light at each vertex, (468, 3) BGR.

        colours: (468, 3) BGR 0..255. visible: (468,) 0..1: a vertex turned away shows what lies behind the face
        and has no say; nor has one whose colour is no skin's. wary: of what may not be skin; shadows suffer too.
        """
        colours, visible = colours[self._skin], visible[self._skin]
        trust = self._tone.trust(colours, visible, 1.0 if wary else LENIENCY)
        say = visible * trust + np.float32(LEAST_SAY)
        weighted = times_columns(self._weights, np.column_stack([colours * say[:, np.newaxis], say]))
        return np.asarray(weighted[:, :3] / weighted[:, 3:], np.float32)


def relight(
    source: NDArray[np.float32], wearer: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What turns the source's light into the wearer's at each vertex: colour = texture * contrast + lift.

    source, wearer: (468, 3) BGR light. Returns contrast and lift, (468, 3) each. The mean colour becomes the wearer's,
    and detail is scaled with it, so that shadows keep the hue of the skin they fall on, but only within limits.
    """
    ratio = (wearer + BLACK) / (source + BLACK)
    brightness = ((wearer @ LUMA + BLACK) / (source @ LUMA + BLACK))[:, np.newaxis]
    contrast = np.clip(brightness, *CONTRAST_LIMITS) * np.clip(ratio / brightness, *TINT_LIMITS)
    return np.asarray(contrast, np.float32), np.asarray(wearer - source * contrast, np.float32)


def skin_vertices(unit: Points) -> NDArray[np.bool_]:
    """(468,) whether a vertex lies on plain skin. unit: (468, 3) in eye distances."""
    features = np.concatenate([mesh_topology.inner_lips(), *mesh_topology.eye_rims(), mesh_topology.BROWS])
    skin: NDArray[np.bool_] = np.ones(MESH_POINTS, bool)
    for landmarks, reach in ((features, NOT_SKIN), (mesh_topology.face_oval(), HAIRLINE)):
        skin &= distance_to(unit, landmarks) > reach
    return skin


def sample_vertices(image: Image, points: Points) -> NDArray[np.float32]:
    """(468, 3) float32 BGR: the mean colour of a small square around each vertex.

    image: (H, W, 3). points: (468, 2 or 3) px, may lie outside it (the nearest pixels are taken). The square's edge is
    SAMPLED_SHARE of the face's longer side, as an odd number of pixels.
    """
    x1, y1, x2, y2 = box_of(points)
    reach = round((max(float(x2 - x1), float(y2 - y1)) * SAMPLED_SHARE - 1) / 2)
    return _means(image, points, max(0, reach))


@njit(cache=True, nogil=True)
def _means(image: Image, points: Points, reach: int) -> NDArray[np.float32]:
    """reach: pixels on each side of the middle one."""
    height, width = image.shape[:2]
    means = np.empty((points.shape[0], 3), np.float32)
    for n in range(points.shape[0]):
        x = min(max(round(points[n, 0]), 0), width - 1)
        y = min(max(round(points[n, 1]), 0), height - 1)
        left, right = max(0, x - reach), min(width, x + reach + 1)
        top, bottom = max(0, y - reach), min(height, y + reach + 1)
        blue, green, red = 0, 0, 0
        for row in range(top, bottom):
            for column in range(left, right):
                blue += image[row, column, 0]
                green += image[row, column, 1]
                red += image[row, column, 2]
        share = np.float32(1) / np.float32((right - left) * (bottom - top))
        means[n, 0], means[n, 1], means[n, 2] = blue * share, green * share, red * share
    return means
