"""A source person's textures: made once from all photos of them, at falling sizes, with where they are opaque.

Knows the flat face (atlas.py) and its edges; how light is taken out is complexion.py's to know.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import distance_to, eye_distance, smoothstep
from engines.swappers.atlas import Atlas, Layout
from engines.swappers.clearing import cleared
from engines.swappers.complexion import Complexion, complexion_of
from engines.swappers.fields import Field, fill_outlines, soft
from engines.swappers.raster import Texels, texels_of
from engines.types import Image, Points, SourcePhoto

SMALLEST_EYE_DISTANCE_PX, LARGEST_EYE_DISTANCE_PX = 32, 224
"""Of the largest texture: eyes 224 px apart fill a 1080p frame; more would be thrown away."""
OVERSAMPLING = 1.4
"""Texture px for one px of the photo: laying it flat costs sharpness otherwise."""
TEXTURE_LEVELS = 4
# In distances between the outer eye corners (about 9 cm on an adult).
OUTLINE_FEATHER = 0.20
RIM_FEATHER = 0.012
OFF_THE_TEETH = 0.3
"""Of the way from the inner to the outer edge of the lips: a smiling source shows teeth at the inner one."""


@dataclass(frozen=True, slots=True)
class Texture:
    """The source's face at one size. points: (468, 2) px in it. eye_px: its eye distance."""

    texels: Texels
    points: Points
    eye_px: float


def flat_face(views: Sequence[SourcePhoto]) -> tuple[Complexion, Layout]:
    """What all photos of one person show, laid flat and without their light."""
    largest = max(eye_distance(view.face.points) for view in views)
    layout = Layout.of(float(np.clip(OVERSAMPLING * largest, SMALLEST_EYE_DISTANCE_PX, LARGEST_EYE_DISTANCE_PX)))
    return complexion_of([_unrolled(view, layout, largest) for view in views], layout), layout


def _unrolled(view: SourcePhoto, layout: Layout, largest_eye_px: float) -> Atlas:
    """One photo laid flat; smaller ones than the largest show less."""
    atlas = cleared(layout.unroll(view.image, view.face.points), view, layout)
    return Atlas(atlas.image, atlas.seen * np.float32(eye_distance(view.face.points) / largest_eye_px))


def inside_edges(layout: Layout) -> Field:
    """(H, W) 0..1: 0 on the face's outline, fading in over OUTLINE_FEATHER, and a thin edge around eyes and mouth."""
    flat = mesh_topology.laid_flat()
    inside = layout.spread(smoothstep(distance_to(flat, mesh_topology.face_oval()), 0, OUTLINE_FEATHER))
    holes = np.zeros(layout.size_hw, np.uint8)
    fill_outlines(holes, [layout.points[rim] for rim in (mesh_topology.inner_lips(), *mesh_topology.eye_rims())])
    return inside * (1 - soft(holes / np.float32(255), RIM_FEATHER * layout.unit))


def texture_pyramid(image: Image, opacity: Field, layout: Layout) -> list[Texture]:
    """The face at falling sizes, each half the one before, largest first.

    image: (H, W, 3) BGR. opacity: (H, W) 0..1.
    """
    cover = (opacity * 255 + 0.5).astype(np.uint8)
    points = _off_the_teeth(layout.points)
    scales = [1 / 2**level for level in range(TEXTURE_LEVELS)]
    return [Texture(*_scaled(image, cover, points, scale), layout.unit * scale) for scale in scales]


def _scaled(image: Image, cover: NDArray[np.uint8], points: Points, scale: float) -> tuple[Texels, Points]:
    height, width = image.shape[:2]
    size_wh = max(2, round(width * scale)), max(2, round(height * scale))
    exact = np.array([size_wh[0] / width, size_wh[1] / height], np.float32)
    resized, covered = (
        np.asarray(cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA), np.uint8) for picture in (image, cover)
    )
    # Pixel centres are at whole numbers, so scaling about the image's corner moves them by half a pixel.
    return texels_of(resized, covered), (points + 0.5) * exact - 0.5


def _off_the_teeth(points: Points) -> Points:
    """(468, 2): the same, with the inner edge of the lips read from a little farther out. points: of a layout."""
    flat, inner, outer = mesh_topology.laid_flat(), mesh_topology.inner_lips(), mesh_topology.OUTER_LIPS
    apart = np.linalg.norm(flat[inner][:, np.newaxis] - flat[outer], axis=2)
    moved = points.copy()
    moved[inner] += np.float32(OFF_THE_TEETH) * (points[outer[apart.argmin(axis=1)]] - points[inner])
    return moved
