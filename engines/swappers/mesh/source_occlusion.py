"""What is in front of a source's own face: hair, glasses, a hand. None of it is to be worn.

The compositor tells, as it does of a target: it is shown the photo as the target and, as the source, a face of nobody.
What it takes for the face's own, as it does natural hair, a thousand other faces tell (cleanup.py). Knows the
mean face's colours; knows no texture.
"""

from functools import cache

import cv2
import numpy as np

from engines.compositor.layers import layers_of
from engines.compositor.network import Compositor
from engines.image.geometry import smoothstep, transform_points
from engines.image.image_ops import Field
from engines.mesh import mesh_topology
from engines.mesh.raster import paint_attributes
from engines.mesh.square import face_square
from engines.mesh.surface import Surface
from engines.mesh.uv_map import UVLayout
from engines.mesh.warp import Warp
from engines.source_faces.texture import Texture
from engines.types import SourcePhoto

UNIT_PX = 64
"""Eye distance of nobody's texture."""
IN_FRONT = 0.4, 0.8
"""Opacity up to which something is in front, and from which nothing is. In doubt it is: what is not worn is
the other half's, or the target's own skin. Looked at on four paintings and 18 people."""
AROUND = 0.03
"""Eye distances around it that are not worn either: shadows, and what landmarks miss."""


@cache
def nobody() -> Texture:
    """The mean face as a texture."""
    layout = UVLayout.of(UNIT_PX)
    image = np.zeros((*layout.size_hw, 4), np.float32)
    colours = np.column_stack([mesh_topology.mean_colours(), np.full(len(layout.points), 255, np.float32)])
    paint_attributes(image, layout.points, colours.astype(np.float32), mesh_topology.closed_triangles())
    return Texture(image, layout.points, layout.unit)


def bare(view: SourcePhoto, layout: UVLayout, compositor: Compositor) -> Field:
    """(H, W) 0..1 over the flat face: 0 where something is in front of it in the photo."""
    points = view.face.points
    affine = face_square(points)
    seen = compositor.source_opacity(layers_of(view.image, Surface.of(Warp(points, points)), nobody(), affine))
    opacity = layout.lay(seen, transform_points(points, affine))
    reach = max(1, round(AROUND * layout.unit))
    nearby = cv2.erode(smoothstep(opacity, *IN_FRONT), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return np.asarray(cv2.blur(nearby, (2 * reach + 1, 2 * reach + 1)), np.float32)
