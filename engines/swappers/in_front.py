"""The wearer's skin and what is in front of it, told apart: neither can be known without the other.

The light on the skin says what is no skin (occlusion.py), and what is no skin must not be taken for its light
(light.py). Glasses are told by their shape, before that (glasses.py), and hands by their joints
(hand_cover.py). Serves the mesh swapper as it paints, and neural swappers as a mask.

Knows one picture; knows no source and no network.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import smoothstep
from engines.masks import Mask
from engines.swappers.atlas import Layout
from engines.swappers.fields import Field
from engines.swappers.glasses import Glasses
from engines.swappers.hand_cover import HandCover
from engines.swappers.light import LightField, sample_vertices
from engines.swappers.occlusion import Occlusion
from engines.swappers.raster import as_it_is, paint_triangles, texels_of, vertex_facing, visible_triangles
from engines.types import FaceLandmarks, Image, Points

OTHER_LIGHT = 6.0
"""Of 255, root mean square over the face: a change of light that is no noise. Nineteen in twenty frames of films change
by less than 1.3."""
BESIDE = 5
"""Places of the occlusion's layout: a landmark so near to what is in front shows some of it."""
TRIANGLES = 13
"""Places of the occlusion's layout: nothing within a triangle is farther than 5.3 from one of its corners."""
WEARER_FACING = 0.02, 0.22
"""Facing (0 edge-on, 1 head-on) below which a vertex of the wearer is not painted, and above which it fully is."""


@cache
def in_front() -> "InFront":
    """The one that all use."""
    return InFront()


def opacity_of(facing: NDArray[np.float32]) -> NDArray[np.float32]:
    """(468,) 0..1: how far a vertex is painted. facing: see `vertex_facing`."""
    return smoothstep(facing, *WEARER_FACING)


def free_of(cover: Field | None, layout: Layout) -> NDArray[np.float32] | float:
    """(468,) 0..1: how far nothing covers each landmark; 1.0 for no cover. layout: of `cover`."""
    return 1.0 if cover is None else 1 - layout.at_landmarks(cover)


def either(one: Field | None, other: Field | None) -> Field | None:
    """The larger of two fields everywhere, at the finer one's size; None for nothing."""
    if one is None or other is None:
        return other if one is None else one
    fine, coarse = (one, other) if one.size >= other.size else (other, one)
    if fine.shape != coarse.shape:
        coarse = np.asarray(cv2.resize(coarse, fine.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    return np.maximum(fine, coarse)


@dataclass(frozen=True, slots=True)
class Skin:
    """What is seen of a wearer's skin.

    hidden, glasses, hands: (H, W) 0..1 over the flat face, None for nothing; each at its own size. light: (468, 3)
    BGR, on what is left of it.
    """

    hidden: Field | None
    glasses: Field | None
    hands: Field | None
    light: NDArray[np.float32]

    @property
    def covered(self) -> Field | None:
        """What any of them hides, at the finest one's size."""
        return either(either(self.glasses, self.hands), self.hidden)


class InFront:
    """Finds what covers a face. Holds only tables, so one serves all: see `in_front`."""

    def __init__(self) -> None:
        flat = mesh_topology.laid_flat()
        self.light = LightField(np.column_stack([flat, np.zeros(len(flat), np.float32)]))
        self._occlusion, self._glasses = Occlusion(), Glasses()
        self.layout = self._occlusion.layout
        self.hand_cover = HandCover(self.layout, self._occlusion.places)

    def skin_of(
        self, image: Image, face: FaceLandmarks, facing: NDArray[np.float32], moved: Points | None = None
    ) -> Skin:
        """What is seen of a wearer in `image`, and learnt about them.

        facing: (468,), see `vertex_facing`. moved: (468, 3) px, where the landmarks will be painted, if elsewhere.
        """
        points = face.points if moved is None else moved
        glasses = self._glasses.seen_in(image, points, facing, face.wearer)
        hands = self.hand_cover.seen_on(image, points, face.hands)
        seen = opacity_of(facing) * free_of(glasses, self._glasses.layout) * free_of(hands, self.layout)
        colours = sample_vertices(image, face.points)
        hidden, light = self._told_apart(image, points, colours, seen, either(glasses, hands))
        if face.wearer is not None:
            light = face.wearer.light.follow(light, OTHER_LIGHT)
        return Skin(hidden, glasses, hands, light)

    def free(self, skin: Skin) -> NDArray[np.float32] | float:
        """(468,) 0..1: how far nothing covers each landmark but glasses, through which one sees; 1.0 for nothing."""
        return free_of(either(skin.hands, skin.hidden), self.layout)

    def _told_apart(
        self,
        image: Image,
        points: Points,
        colours: NDArray[np.float32],
        seen: NDArray[np.float32],
        known: Field | None = None,
    ) -> tuple[Field | None, NDArray[np.float32]]:
        """What else hides the skin, and the light on it.

        seen: (468,) 0..1, what each landmark has to say. known: (H, W) 0..1, what was found in front already.
        """
        skin = self.light.smooth(colours, seen, wary=True)
        hidden = self._occlusion.seen_in(image, points, skin, known)
        if hidden is None:
            return None, self.light.smooth(colours, seen)
        near = np.asarray(cv2.dilate(hidden, np.ones((BESIDE, BESIDE), np.uint8)), np.float32)
        return hidden, self.light.smooth(colours, seen * free_of(near, self.layout))

    def of(self, crop: Image, face: FaceLandmarks) -> Mask:
        """(S, S) 0..1: 0 where something is in front of the face. crop: uint8 BGR. face: in px of the crop.

        Glasses are not looked for: a network was shown faces with glasses, and paints them itself.
        """
        points, triangles, layout = face.points, mesh_topology.triangles(), self.layout
        hands = self.hand_cover.seen_on(crop, points, face.hands)
        seen = opacity_of(vertex_facing(points, triangles)) * free_of(hands, layout)
        found, _ = self._told_apart(crop, points, sample_vertices(crop, points), seen, hands)
        hidden = either(found, hands)
        if hidden is None:
            return np.ones(crop.shape[:2], np.float32)
        painted = np.zeros_like(crop)
        texels = texels_of(np.repeat((hidden * 255).astype(np.uint8)[..., np.newaxis], 3, axis=2))
        grown = np.asarray(cv2.dilate(hidden, np.ones((TRIANGLES, TRIANGLES), np.uint8)), np.float32)
        closed = mesh_topology.closed_triangles()
        touched = closed[(layout.at_landmarks(grown)[closed] > 0).any(axis=1)]
        paint_triangles(painted, texels, points, as_it_is(layout.points), visible_triangles(points, touched))
        return np.asarray(1 - painted[..., 0] / np.float32(255), np.float32)
