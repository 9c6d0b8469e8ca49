"""What a face is made of, without the light that its photos were taken in: skin, features, and where neither is known.

What is broad on the skin (light, shadow with its edge, a lock of hair) is told from what is fine or no skin (pores,
brows, lips) by a guided filter (He, Sun, Tang, ECCV 2010) over the skin, in logarithms, where light is a sum. The broad
part is laid upon its mirror image, and of both the better lit one counts, which takes out light from the side but keeps
the nose; then it is drawn towards one brightness and one colour. The fine part darkens and brightens, but hardly
colours: old varnish and coloured light are in it, and the skin it will be painted on has a hue of its own. Only the
lips stay red.

Done once per source. Knows atlases; knows nothing of photos, frames and wearers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import mesh_topology
from engines.geometry import smoothstep
from engines.swappers.atlas import Atlas, Layout
from engines.swappers.fields import BLACK, LUMA, Field, brightness_and_hue, in_logarithms, mean_nearby, soft
from engines.types import Image

# Lengths in distances between the outer eye corners.
FEATURE_MARGIN = 0.05
"""Around eyes, brows and lips, where skin is not told from feature."""
FILL_SIGMA = 0.15
"""How far away skin is looked for to stand in for a feature."""
REACH = 0.10
"""What is broader than this is light."""
FINE_SIGMA = 0.02
"""What is finer than this on plain skin is grain, cracks and brush strokes."""

# Brightness in logarithms: 0.1 is a tenth.
EDGE = 0.09
"""A step on skin that is larger is the edge of a shadow; smaller ones are detail."""
EVENNESS, EVEN_BY_SIDE, EVEN_COLOUR = 0.45, 0.8, 0.9
"""How much of the mirrored light is drawn to one brightness: of any, and more the more the two halves differ; and to
one colour. By what is left people are known, and it flickers on another head; see the ledger."""
LIT, LIT_SIGMA = 0.8, 0.03
"""How far a place is drawn to the better lit one of itself and its mirror image, and how softly."""
WELL_SEEN = 0.5
FINE_KEPT = 0.4
DEPTH = 0.8
"""The most that detail darkens or brightens."""
TINT, TINT_LIMIT = 0.5, 0.2
"""How much of a detail's own colour is kept, and the most it may be."""
LIP_TINT, LIP_TINT_LIMIT = 0.9, 0.25
NO_SKIN = 0.5, 1.0
"""Differences from the skin at which a place without features begins to count as hair, and is wholly hair."""
UNSEEN = 0.2
"""What neither side shows better than this has no detail."""


@dataclass(frozen=True, slots=True)
class Complexion:
    """image: (H, W, 3) BGR, evenly lit. known: (H, W) 0..1, where it is this person's face."""

    image: Image
    known: Field


@dataclass(frozen=True, slots=True)
class _Parts:
    """One atlas, in logarithms: broad + fine is the picture, skin (3,) its middle colour."""

    broad: Field
    fine: Field
    seen: Field
    skin: Field

    def mirrored(self) -> "_Parts":
        return _Parts(self.broad[:, ::-1], self.fine[:, ::-1], self.seen[:, ::-1], self.skin)


def complexion_of(atlases: Sequence[Atlas], layout: Layout) -> Complexion:
    """What one person's atlases, all of this layout, have in common, with details of the first that shows a place."""
    features = layout.mask_of(mesh_topology.features(), FEATURE_MARGIN)
    inside = layout.inside()
    parts = [_separate(atlas, inside & ~features, layout.unit) for atlas in atlases]
    skin = np.asarray(np.mean([part.skin for part in parts], axis=0), np.float32)
    both = [*parts, *(part.mirrored() for part in parts)]
    broad = _in_the_light(both, layout)
    fine = _mean([part.fine for part in both], _in_order([part.seen for part in both]))
    seen = np.max([part.seen for part in both], axis=0)
    fine *= smoothstep(seen, 0, UNSEEN)[..., np.newaxis]
    softness = FEATURE_MARGIN / 2 * layout.unit
    evenness = EVENNESS + EVEN_BY_SIDE * float(np.mean([_one_sidedness(part, inside) for part in parts]))
    picture = (
        np.exp(skin + _evened(broad, min(evenness, 1.0)) + _toned(fine, soft(~features, softness), layout)) - BLACK
    )
    known = soft(np.where(features, 1, 1 - smoothstep(_distance(broad), *NO_SKIN)), softness)
    return Complexion(np.clip(picture + 0.5, 0, 255).astype(np.uint8), known * seen)


def _separate(atlas: Atlas, may_be_skin: NDArray[np.bool_], unit: float) -> _Parts:
    """The broad from the fine; a feature counts as the skin near it, where that is the brighter."""
    photo = in_logarithms(atlas.image)
    shown = atlas.seen > 0.3 * atlas.seen.max()
    skin = (may_be_skin & shown).astype(np.float32)
    near = _around(photo, skin, unit)
    is_skin = (skin > 0) | (shown & (photo @ LUMA > near @ LUMA))
    filled = np.where(is_skin[..., np.newaxis], photo, near).astype(np.float32)
    broad = _guided(filled, max(1, round(REACH * unit)))
    middle = np.median(broad[skin > 0], axis=0) if skin.any() else broad.mean(axis=(0, 1))
    return _Parts(broad, photo - broad, atlas.seen, middle.astype(np.float32))


def _around(photo: Field, skin: Field, unit: float) -> Field:
    """At each place the mean of the skin near it; of all skin, where none is near."""
    near, count = mean_nearby(photo, skin, FILL_SIGMA * unit)
    anywhere = photo[skin > 0].mean(axis=0) if skin.any() else photo.mean(axis=(0, 1))
    return np.asarray(np.where(count[..., np.newaxis] > 0.01, near, anywhere), np.float32)


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


def _mean(fields: Sequence[Field], weights: Sequence[Field]) -> Field:
    """The weighted mean at each place; where nothing has weight, the plain one."""
    total = np.sum(weights, axis=0) + 1e-3
    plain = np.mean(fields, axis=0)
    apart = [(field - plain) * (weight / total)[..., np.newaxis] for field, weight in zip(fields, weights, strict=True)]
    return np.asarray(plain + np.sum(apart, axis=0), np.float32)


def _in_order(seen: Sequence[Field]) -> list[Field]:
    """Weights with which the first that shows a place has it, the next what is left: averaged, detail would blur."""
    left, weights = np.ones_like(seen[0]), []
    for field in seen:
        weights.append(left * field**2)  # squared: a little seen is mostly what lies behind
        left = left - weights[-1]
    return weights


def _in_the_light(both: Sequence[_Parts], layout: Layout) -> Field:
    """What is broad in all photos and their mirror images, 0 being the skin: their mean, drawn to the best lit of them.

    A shadow lies on one side only, and its ghost would be in the mean.
    """
    fields = [part.broad - part.skin for part in both]
    mean = _mean(fields, [part.seen for part in both])
    lit = [np.where(part.seen > WELL_SEEN, field @ LUMA, -np.inf) for part, field in zip(both, fields, strict=True)]
    more = np.maximum(np.max(lit, axis=0) - mean @ LUMA, 0)
    return np.asarray(mean + LIT * soft(more, LIT_SIGMA * layout.unit)[..., np.newaxis], np.float32)


def _one_sidedness(part: _Parts, inside: NDArray[np.bool_]) -> float:
    """How differently the two halves are lit: root mean square of half the difference, where both are seen."""
    brightness, both = part.broad @ LUMA, part.seen * part.seen[:, ::-1] * inside
    apart = (brightness - brightness[:, ::-1]) / 2
    return float(np.sqrt((apart * apart * both).sum() / max(float(both.sum()), 1.0)))


def _evened(broad: Field, evenness: float) -> Field:
    """Light drawn towards one brightness and one colour. broad: 0 is the skin's."""
    brightness = (broad @ LUMA)[..., np.newaxis]
    return np.asarray((1 - evenness) * brightness + (1 - EVEN_COLOUR) * (broad - brightness), np.float32)


def _toned(fine: Field, plain: Field, layout: Layout) -> Field:
    """Detail with less colour, and on plain skin with less grain. plain: (H, W) 0..1."""
    brightness = np.asarray(fine @ LUMA, np.float32)
    grain = brightness - soft(brightness, FINE_SIGMA * layout.unit)
    tint = fine - brightness[..., np.newaxis]
    reddish = tint.copy()
    reddish[..., :2] = tint[..., :2].mean(axis=2, keepdims=True)
    lips = soft(layout.mask_of([mesh_topology.OUTER_LIPS]), FINE_SIGMA * layout.unit)[..., np.newaxis]
    kept = (1 - lips) * _limited(TINT * tint, TINT_LIMIT) + lips * _limited(LIP_TINT * reddish, LIP_TINT_LIMIT)
    deep = _limited(brightness, DEPTH) - (1 - FINE_KEPT) * grain * plain
    return np.asarray(deep[..., np.newaxis] + kept, np.float32)


def _limited(value: Field, limit: float) -> Field:
    return np.asarray(np.tanh(value / limit) * limit, np.float32)


def _distance(broad: Field) -> Field:
    """How far each place is from skin: in brightness, or in the colour that differs most."""
    brightness, hue = brightness_and_hue(broad)
    return np.asarray(np.maximum(np.abs(brightness), hue), np.float32)
