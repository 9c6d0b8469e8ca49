"""What of a photo is the face: hair and what else is in front is left out, glasses and gloss are painted out.

What is left out here is taken from the other half of the face or from another photo, where they show it; else the
wearer's own shows (complexion.py). Knows one photo laid flat; knows nothing of its light.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import smoothstep
from engines.swappers.atlas import Atlas, Layout
from engines.swappers.fields import LUMA, Field, brightness_and_hue, in_logarithms, mean_nearby, parts_at, soft
from engines.swappers.in_front import in_front
from engines.swappers.raster import vertex_facing
from engines.types import Image, SourcePhoto

# Lengths in distances between the outer eye corners; heights from the middle of the eyes downwards.
SOFT = 0.02
FEATURE_MARGIN = 0.05
BAND = -0.36, -0.30
"""Heights of a strip of forehead right above the brows: what hair is told from."""
FACE = -0.25, 0.6
"""Heights between which a face has little hair."""
ALONG = 0.15
"""How far the strip is averaged along the forehead, whose light changes from side to side."""
NARROWEST = 0.08
"""What is narrower is a wrinkle or a shadow."""
LIP = 0.08
"""How far around a place on the lips others are looked at."""
SHADOW = 0.05
"""How far below hair its shadow falls."""
# Brightness in logarithms: 0.1 is a tenth.
FOREHEAD_LIKE_FACE = 0.35
"""How far the strip may differ from the face in brightness and still be skin."""
HAIR, HUE_COUNTS = (0.28, 0.45), 1.5
"""Difference from the strip, in brightness and so many times in hue, at which hair begins and is sure."""
GLOSS = 0.2
"""How much brighter a place on the lips is than those around it."""
LEAST_STRIP = 0.3
"""Places of the strip that must be skin, of each column: else the fringe hides it, and nothing is known."""


def cleared(atlas: Atlas, view: SourcePhoto, layout: Layout) -> Atlas:
    """The photo `view`, laid flat as `atlas`, without what is before the face."""
    facing = vertex_facing(view.face.points, mesh_topology.triangles())
    skin = in_front().skin_of(view.image, view.face, facing)
    on_it = np.maximum(_fitted(skin.glasses, layout), gloss_on_lips(atlas.image, layout))
    image = _painted_out(atlas.image, on_it, layout)
    covered = np.maximum(_fitted(skin.hidden, layout), hair_over_forehead(image, layout))
    return Atlas(image, atlas.seen * (1 - covered))


def gloss_on_lips(image: Image, layout: Layout) -> Field:
    """(H, W) 0 or 1: lights on the lips, and teeth. image: a photo laid flat.

    What reaches their outer edge is skin beside thin lips.
    """
    whole = layout.mask_of([mesh_topology.OUTER_LIPS])
    lips = whole & ~layout.mask_of([mesh_topology.inner_lips()])
    brightness = np.asarray(in_logarithms(image) @ LUMA, np.float32)
    around, _ = mean_nearby(brightness, lips.astype(np.float32), LIP * layout.unit)
    count, parts = cv2.connectedComponents((lips & (brightness > around + GLOSS)).astype(np.uint8))
    edge = whole & (cv2.erode(whole.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    return np.asarray((parts > 0) & ~parts_at(parts, edge, count)[parts], np.float32)


def hair_over_forehead(image: Image, layout: Layout) -> Field:
    """(H, W) 0..1: where hair hides the forehead. image: a photo laid flat.

    Where hair begins above the brows, all that is above it is hair too.
    """
    inside = layout.inside().astype(np.float32)
    rows = np.arange(layout.size_hw[0])
    height = np.asarray((rows - layout.origin[1]) / layout.unit, np.float32)
    shown, _ = mean_nearby(in_logarithms(image), inside, SOFT * layout.unit)
    is_skin = (inside > 0) & ~layout.mask_of(mesh_topology.features(), FEATURE_MARGIN)
    face = np.median(shown[is_skin & _between(height, FACE)[:, np.newaxis]], axis=0)
    apart = np.asarray(shown - face, np.float32)
    forehead, is_known = _along_the_brows(apart, inside, _between(height, BAND), layout)
    apart -= forehead
    brightness, hue = brightness_and_hue(apart)
    odd = smoothstep(np.abs(brightness) + HUE_COUNTS * hue, *HAIR) * is_known
    odd *= inside * (height < BAND[1])[:, np.newaxis]
    above = np.maximum.accumulate(odd[::-1], axis=0)[::-1] * inside
    narrowest, shadow = (max(1, round(reach * layout.unit)) for reach in (NARROWEST, SHADOW))
    wide = cv2.morphologyEx(above, cv2.MORPH_OPEN, np.ones((1, narrowest), np.uint8))
    grown = cv2.dilate(wide, np.ones((2 * shadow + 1, 2 * shadow + 1), np.uint8))
    return soft(grown, SOFT * layout.unit)


def _along_the_brows(
    apart: Field, inside: Field, band: NDArray[np.bool_], layout: Layout
) -> tuple[Field, NDArray[np.bool_]]:
    """(W, 3): the forehead's brightness above the brows at each column; (W,): where it is known."""
    strip = apart[band]
    is_skin = ((np.abs(strip @ LUMA) < FOREHEAD_LIKE_FACE) & (inside[band] > 0)).astype(np.float32)
    sigma = ALONG * layout.unit
    kernel = (2 * round(3 * sigma) + 1, 1)
    total = cv2.GaussianBlur((strip * is_skin[..., np.newaxis]).sum(axis=0)[np.newaxis], kernel, sigma)[0]
    count = cv2.GaussianBlur(is_skin.sum(axis=0)[np.newaxis], kernel, sigma)[0]
    return np.asarray(total / (count[:, np.newaxis] + 1e-3), np.float32), count > LEAST_STRIP


def _between(values: NDArray[np.float32], limits: tuple[float, float]) -> NDArray[np.bool_]:
    return np.asarray((limits[0] < values) & (values < limits[1]))


def _painted_out(image: Image, places: Field, layout: Layout) -> Image:
    """With what is around them."""
    if not places.any():
        return image
    reach = max(1, round(SOFT * layout.unit))
    mask = cv2.dilate((places > 0.1).astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    mask[layout.mask_of([mesh_topology.inner_lips(), *mesh_topology.eye_rims()])] = 1  # nothing is there to be taken
    return np.asarray(cv2.inpaint(image, mask, 2 * reach, cv2.INPAINT_TELEA), np.uint8)


def _fitted(field: Field | None, layout: Layout) -> Field:
    """A field of another layout, or none, at the size of this one."""
    if field is None:
        return np.zeros(layout.size_hw, np.float32)
    return np.asarray(cv2.resize(field, layout.size_hw[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
