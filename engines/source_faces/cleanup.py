"""A source's photo laid flat, taken apart: what any face would look like there, what is this one's own, and where.

Glasses and hair are none of the face's: what the compositor found in front, what is unlike a face and touches it or
the outline. There, what is worn is the face as a thousand others explain it (face_basis.py); everywhere, it is as in
usual light (usual_light.py). Knows flat faces; knows no network and no target.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import smoothstep
from engines.image.image_ops import Field, mean_nearby, resized, soft
from engines.mesh import mesh_topology
from engines.mesh.uv_map import UVLayout, UVMap, feature_map
from engines.source_faces.face_basis import UNIT_PX, colours_of, face_basis, flat_layout, logarithm
from engines.source_faces.usual_light import in_usual_light, own_in_usual_light

FRONT, BARE = (0.15, 0.45), (0.5, 0.95)
"""Facing from which on a place of a photo is believed, and how surely nothing may be in front of it."""
UNLIT = 0.3, 0.9
"""Logarithm by which a place is darker than its mirror image from which on it is believed less, and not at all: what
differs there is noise and paint."""
HIDDEN = 0.6
"""Of `bare`: below it something is in front."""
UNLIKE, ODD, FINER = 0.33, 0.16, 0.8
"""Residual, of logarithms, from which a place is no face's, where it comes in from the outline or from what is in
front. From which it is a trace, beside what is in front; and how much of that is asked of a single pixel. Looked at,
like all below, on four paintings and 18 people."""
HARDER, BELIEVED = 4.5, 0.3
"""UNLIKE in hard light, of the median of residuals of skin; and how far a place must be trusted to tell."""
SMOOTHED = 0.03
"""Eye distances: what is finer than this is the skin's own detail."""
STRANDS, JOINED, OUTLINE, BESIDE, MORE, HOLES = 0.1, 0.03, 0.06, 0.06, 0.016, 0.1
"""Eye distances: what is between strands, or traces, so near to each other belongs to them; how wide the outline is;
how far from what is in front its traces reach; how much more than what was found is left out;
and how far around eyes and mouth nothing is taken for hidden: nothing is found in them."""
CARRIED = 0.06, 0.15, 0.4
"""Eye distances over which the tone of what is worn goes on over what is not."""
SEAM, EDGE = 0.03, 0.015
"""Eye distances: how softly one photo goes over into another, and a photo into what is explained."""


@dataclass(frozen=True, slots=True)
class FlatFace:
    """One photo laid flat, in logarithms.

    explained: (H, W, 3), any face in its place, in usual light. own: (H, W, 3), what this one's is beside that.
    trust: (H, W) 0..1, how far `own` is the face's. front: (H, W) 0..1, how far the photo shows the place at all.
    """

    explained: Field
    own: Field
    trust: Field
    front: Field

    @classmethod
    def of(cls, uv_map: UVMap, bare: Field, layout: UVLayout) -> Self:
        """uv_map: a photo in the layout. bare: (H, W) 0..1, 0 where something is known to be in front."""
        size_wh, small = layout.size_hw[::-1], flat_layout()
        whole = logarithm(uv_map.image)
        logs, seen, unhidden = (resized(field, small.size_hw[::-1]) for field in (whole, uv_map.seen, bare))
        trust = smoothstep(seen, *FRONT) * smoothstep(unhidden, *BARE) * small.inside()
        basis = face_basis()
        trust *= 1 - not_the_face(logs - basis.explain(logs, trust), seen, unhidden, trust)
        explained = basis.explain(logs, trust)
        brightness = explained.mean(axis=2)
        trust *= 1 - smoothstep(brightness[:, ::-1] - brightness, *UNLIT)
        trust = soft(resized(trust, size_wh), EDGE * layout.unit)
        as_lit = resized(explained, size_wh)
        own = own_in_usual_light(whole - as_lit, as_lit, trust, layout)
        return cls(resized(in_usual_light(explained), size_wh), own, trust, uv_map.seen)

    def mirrored(self) -> "FlatFace":
        """Left as right."""
        return FlatFace(*(field[:, ::-1].copy() for field in (self.explained, self.own, self.trust, self.front)))

    def completed(self, other: "FlatFace", worth: float, unit: float) -> "FlatFace":
        """With what another photo shows better. worth: 0..1, of the other's trust."""
        share = soft(np.clip(1.5 * (worth * other.trust - self.trust), 0, 1), SEAM * unit)
        mine, theirs = self.trust * (1 - share), np.float32(worth) * other.trust * share
        both = (mine + theirs + np.float32(1e-3))[..., np.newaxis]
        own = (self.own * mine[..., np.newaxis] + other.own * theirs[..., np.newaxis]) / both
        trust = np.maximum(self.trust, np.minimum(np.float32(worth) * other.trust, share))
        return FlatFace(
            self.explained, own.astype(np.float32), trust, np.maximum(self.front, np.float32(worth) * other.front)
        )

    def image(self, layout: UVLayout) -> Field:
        """(H, W, 3) BGR 0..255: what is worn."""
        tone, missing = np.zeros_like(self.own), np.ones_like(self.trust)
        counts = self.trust**2 * layout.inside()
        for reach in CARRIED:
            near, amount = mean_nearby(self.own, counts, reach * layout.unit)
            share = np.clip(4 * amount, 0, 1) * missing
            tone += near * share[..., np.newaxis]
            missing -= share
        return colours_of(self.explained + tone + (self.own - tone) * self.trust[..., np.newaxis])


def not_the_face(residual: Field, seen: Field, bare: Field, trust: Field) -> Field:
    """(H, W) 0..1: hair, glasses, their traces, walls. residual: see UNLIKE; all of the layout of UNIT_PX."""
    layout = flat_layout()
    inside, face = layout.inside(), layout.mask_of([mesh_topology.face_oval()])
    coarse, _ = mean_nearby(residual, (inside & (seen > 0)).astype(np.float32), SMOOTHED * UNIT_PX)
    apart, plain = np.abs(coarse).max(axis=2), inside & ~layout.mask_of(mesh_topology.features())
    within = inside & ~_widened(face & ~inside, HOLES)
    hidden = within & (bare < HIDDEN)
    begins = hidden | (within & (seen < FRONT[1])) | (face & _widened(~face, OUTLINE))
    unlike = max(UNLIKE, HARDER * _median_of_skin(coarse, trust))
    _, parts = cv2.connectedComponents(_closed((apart > unlike) & plain, STRANDS).astype(np.uint8))
    hair = np.isin(parts, np.setdiff1d(parts[begins], 0))
    odd = _closed((np.maximum(apart, FINER * np.abs(residual).max(axis=2)) > ODD) & plain, JOINED)
    found = _widened(hidden | hair | (odd & _widened(hidden, BESIDE)), MORE)
    return np.asarray(cv2.blur(found.astype(np.float32), _disc(MORE).shape), np.float32)


def _median_of_skin(coarse: Field, trust: Field) -> float:
    skin = np.abs(coarse).max(axis=2)[(1 - feature_map(flat_layout())) * trust > BELIEVED]
    return float(np.median(skin)) if skin.size else 0.0


def _closed(mask: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, _disc(reach)) > 0)


def _widened(mask: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), _disc(reach)) > 0)


def _disc(reach: float) -> NDArray[np.uint8]:
    """A kernel. reach: on each side of its middle, in eye distances."""
    steps = np.arange(-round(reach * UNIT_PX), round(reach * UNIT_PX) + 1)
    return np.asarray(np.hypot(steps, steps[:, np.newaxis]) < steps[-1] + 0.5, np.uint8)
