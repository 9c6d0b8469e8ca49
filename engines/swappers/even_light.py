"""A photo's own light taken out of its face, so that only the wearer's is seen on it.

A side-lit portrait has a shadow painted over half a face; a mesh would paint that shadow over an evenly lit wearer.
So what is broad on the skin (light, shadow with its edge, a lock of hair) is told from what is fine or no skin (pores,
brows, lips), and drawn towards one colour. Done once per photo. The separation is a guided filter (He, Sun, Tang, ECCV
2010) over the skin, which keeps edges of shadows with the light and out of the detail.

Knows pixels of one photo; knows nothing of frames and wearers.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import eye_distance
from engines.swappers.light import LUMA
from engines.types import Image, Points

Field = NDArray[np.float32]
"""(H, W) or (H, W, 3) float32."""

# In distances between the outer eye corners.
FEATURE_MARGIN = 0.05
"""Around eyes, brows and lips, where skin is not told from feature."""
FILL_SIGMA = 0.15
"""How far away skin is looked for to stand in for a feature."""
REACH = 0.10
"""What is broader than this is light."""

STRENGTH = 0.6
"""How much of the light is taken out: with all of it goes the relief of the nose, by which people are known.
benchmarks.quality, light and distance to the source: none 40 degrees, 0.504; this much 27, 0.516; see the ledger."""
EDGE = 14.0
"""Of 0..255: a step on skin that is larger is the edge of a shadow; smaller ones are detail."""
GAIN_LIMITS = 0.7, 1.5
"""Detail is lifted with the shadow it lay in, within limits: in deep shadow there is more noise than detail."""


def even_light(image: Image, points: Points) -> Image:
    """The photo with its face more evenly lit; beyond the face nothing is meant by what it shows.

    image: (H, W, 3) BGR. points: (468, 2 or 3) px in it.
    """
    unit = eye_distance(points)
    face, skin = skin_of(image.shape[:2], points)
    photo = image.astype(np.float32)
    shade = _guided(_filled(photo, skin, FILL_SIGMA * unit), max(1, round(REACH * unit)))
    colour = np.median(shade[skin > 0.5], axis=0) if (skin > 0.5).any() else shade.mean(axis=(0, 1))
    gain = np.clip(float(colour @ LUMA) / np.maximum(shade @ LUMA, 1), *GAIN_LIMITS)[..., np.newaxis]
    even = photo + STRENGTH * (colour + (photo - shade) * gain - photo)
    return np.clip(np.where(face[..., np.newaxis], even, photo) + 0.5, 0, 255).astype(np.uint8)


def skin_of(size_hw: tuple[int, ...], points: Points) -> tuple[NDArray[np.bool_], Field]:
    """The face's hull, a margin wider, and (H, W) 0..1: where there is plain skin in it."""
    margin = max(1, round(FEATURE_MARGIN * eye_distance(points)))
    wider = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    face = _hulls(size_hw, [points[mesh_topology.face_oval()]])
    features = cv2.dilate(_hulls(size_hw, [points[part] for part in mesh_topology.features()]), wider)
    return np.asarray(cv2.dilate(face, wider) > 0), np.asarray((face > 0) & (features == 0), np.float32)


def _hulls(size_hw: tuple[int, ...], parts: Sequence[Points]) -> NDArray[np.uint8]:
    """1 inside the convex hull of each part, 0 elsewhere."""
    mask = np.zeros(size_hw[:2], np.uint8)
    for part in parts:
        cv2.fillConvexPoly(mask, cv2.convexHull(np.round(part[:, :2]).astype(np.int32)), (1.0,))
    return mask


def _filled(photo: Field, skin: Field, sigma: float) -> Field:
    """Skin as it is; a feature as the skin near it (normalised convolution), where that is the brighter.

    Brows and lips are darker than skin. What is brighter there is skin as well, beside hair, and stays.
    """
    weight = cv2.GaussianBlur(skin, (0, 0), sigma)[..., np.newaxis] + 1e-4
    near = cv2.GaussianBlur(photo * skin[..., np.newaxis], (0, 0), sigma) / weight
    is_skin = (skin > 0) | (photo @ LUMA > near @ LUMA)
    return np.asarray(np.where(is_skin[..., np.newaxis], photo, near), np.float32)


def _guided(photo: Field, reach: int) -> Field:
    """Each channel smoothed, with the photo's own brightness as the guide: steps above EDGE stay."""
    guide, edge = np.asarray(photo @ LUMA, np.float32), 2 * reach + 1

    def mean(field: Field) -> Field:
        return np.asarray(cv2.blur(field, (edge, edge)), np.float32)

    low = mean(guide)
    spread = mean(guide * guide) - low * low
    smooth = np.empty_like(photo)
    for channel in range(3):
        own = mean(photo[..., channel])
        slope = np.asarray((mean(guide * photo[..., channel]) - low * own) / (spread + EDGE**2), np.float32)
        smooth[..., channel] = mean(slope) * guide + mean(own - slope * low)
    return smooth
