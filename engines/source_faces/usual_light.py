"""What is worn of a source's photo is the face, not its light: as it would look in soft light from the front.

Whatever of a photo's light, skin tone and video stays in a face becomes a stain on a target, who has their own. So both
sides are as the better lit one, hollows are less dark than usual, brows, lips and folds are as on usual skin, nothing
is harder lit than usual, and what is lighter or darker has the hues of skin. Knows logarithms of flat faces; knows no
photo and no target.
"""

from functools import cache

import cv2
import numpy as np

from engines.image.image_ops import Field, mean_nearby, resized, soft
from engines.mesh import mesh_topology
from engines.mesh.uv_map import FEATURES_MARGIN, UVLayout, feature_map
from engines.source_faces.face_basis import UNIT_PX, face_basis, flat_layout, spread

HUE = np.array([1.13, 1.02, 0.85], np.float32)
"""How far B, G and R change where skin is lighter or darker (logarithms): the darker, the redder. Regressed on 350
generated faces; brows change alike in all three."""
LIPS_HUE = 0.7
"""Of the hue of the source's own lips: all of it is lipstick under a yellow lamp, and half of it made red lips brown.
Looked at on four paintings and four people, on three targets."""
USUAL = 3.0
"""Standard deviations of what is a face's own, from which on it is cut off."""
HOLLOWS, HOLLOWS_KEPT = (0.045, 0.3), 0.5
"""Eye distances between which all faces, so the mean one, are dark where light from above does not come: below brows,
lids and lips; and how much of that is kept. All of it is seen twice on a target whose own are dark, too; without it
noses lose their bridge. Looked at on four paintings and eight people, on three targets."""
STAINS, MOST_STAIN = (0.025, 0.3), 0.12
"""Eye distances between which what plain skin has of its own is light and shadow as much as marks and folds, and how
strong, of logarithms, it becomes at most, softly: what is faint stays, what is strong is a stain. Looked at on four
paintings and eight people, on eight targets. A recogniser finds no more of the source with .2, and less with .08."""
MOST_STREAK = 0.2
"""Of logarithms: how much lighter than usual brows, eyes and what is around them become at most, softly. A
lamp's streaks stay above brows and on lids else. Looked at on the same."""
MIDDLE = 0.07
"""Eye distances across the face over which what is gained from the lighter side is spread. None is gained in the
middle, where a lamp's shadow often ends: a dark line goes down from the nose to the chin else. Looked at on
three paintings and four people, on two targets."""
PLAIN = 0.05
"""Eye distances around features that are no plain skin."""
DRAWN = 0.02
"""Eye distances around brows, eyes and lips that are still theirs; beyond, a shadow is one."""
ONE_SIDED = 0.1
"""Logarithm by which a place must be lighter than its mirror image to count three times as much."""
CONTRAST = 0.2
"""Root mean square of plain skin's brightness beside the mean face's, both sides evened: half of the generated faces
have less, before their tone is taken out (0.22)."""


def in_usual_light(explained: Field) -> Field:
    """(H, W, 3) logarithms, see `FaceBasis.explain`, of the layout of UNIT_PX. As light or dark as it was."""
    mean = spread(face_basis().mean)
    apart = explained - mean
    tone = _mean_of_skin(apart)
    apart -= _looks_of(tone)
    mirrored = apart[:, ::-1]
    lighter = 1 / (1 + np.exp((mirrored - apart).mean(axis=2, keepdims=True) / ONE_SIDED))
    gained = (apart - mirrored) * (lighter - 0.5)
    apart = (apart + mirrored) / 2 + cv2.GaussianBlur(gained, (0, 0), MIDDLE * UNIT_PX, sigmaY=1)
    apart -= _mean_of_skin(apart)
    hardness = np.sqrt((apart.mean(axis=2) ** 2 * _plain_skin()).sum())
    features = feature_map(flat_layout())
    apart *= (features + (1 - features) * min(1.0, CONTRAST / max(hardness, CONTRAST)))[..., np.newaxis]
    streaks = _around_eyes(flat_layout())[..., np.newaxis] * np.maximum(apart.mean(axis=2, keepdims=True), 0)
    apart -= streaks - _at_most(streaks, MOST_STREAK)
    return np.asarray(usual_face() + tone + _in_hues_of_skin(apart, features, flat_layout()), np.float32)


def own_in_usual_light(own: Field, explained: Field, trust: Field, layout: UVLayout) -> Field:
    """(H, W, 3): what is a face's own, without what hard light and the shine of dark skin make of it.

    own, explained: (H, W, 3) logarithms, whose sum the photo is. trust: (H, W) 0..1, how far it is the face's.
    """
    size_wh = layout.size_hw[::-1]
    brightness = own.mean(axis=2, keepdims=True)
    darker = explained.mean(axis=2, keepdims=True) - face_basis().mean.mean()
    shine = np.log1p(np.expm1(np.maximum(brightness, 0)) * np.exp(np.minimum(darker, 0)))  # added, not multiplied
    most = USUAL * cv2.resize(spread(face_basis().spread[:, np.newaxis]), size_wh)
    kept = np.clip(np.where(brightness > 0, shine, brightness), -most, most)[..., :1]
    stains = _stains(kept[..., 0], trust, layout) * (1 - _unstained(layout))
    kept -= (stains - _at_most(stains, MOST_STAIN))[..., np.newaxis]
    return _in_hues_of_skin(own + (kept - brightness), feature_map(layout), layout)


def _at_most(field: Field, limit: float) -> Field:
    """The same where it is faint, and softly no more than `limit`."""
    return np.asarray(limit * np.tanh(field / limit), np.float32)


@cache
def usual_face() -> Field:
    """(H, W, 3) logarithms: the mean face, its hollows less dark beside what is around them. Read-only."""
    mean, layout = spread(face_basis().mean), flat_layout()
    drawn = layout.mask_of(mesh_topology.features(), DRAWN) | layout.mask_of([mesh_topology.NOSTRILS])
    brightness, skin = mean.mean(axis=2), (layout.inside() & ~drawn).astype(np.float32)
    near, around = (mean_nearby(brightness, skin, reach * UNIT_PX)[0] for reach in HOLLOWS)
    darker = np.minimum(near - around, 0)[..., np.newaxis]
    usual = spread((mean - (1 - HOLLOWS_KEPT) * darker * HUE)[layout.inside()])
    usual.setflags(write=False)
    return usual


def _around_eyes(layout: UVLayout) -> Field:
    """(H, W) 0..1: brows and eyes with what is around them."""
    *brows_and_eyes, _lips = mesh_topology.features()
    return soft(layout.mask_of(brows_and_eyes, FEATURES_MARGIN).astype(np.float32), layout.unit / UNIT_PX)


def _unstained(layout: UVLayout) -> Field:
    """(H, W) 0..1: brows, eyes and what is around them, and lips alone: what is dark below them is a shadow."""
    *_brows_and_eyes, lips = mesh_topology.features()
    return np.maximum(_around_eyes(layout), soft(layout.mask_of([lips]).astype(np.float32), layout.unit / UNIT_PX))


def _stains(brightness: Field, trust: Field, layout: UVLayout) -> Field:
    """(H, W): what is neither pores nor the tone of a whole cheek. brightness: (H, W) logarithms."""
    small = flat_layout().size_hw[::-1]
    values, counts = resized(brightness, small), resized(trust, small)
    fine, coarse = (mean_nearby(values, counts, reach * UNIT_PX)[0] for reach in STAINS)
    return np.asarray(cv2.resize(fine - coarse, layout.size_hw[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _in_hues_of_skin(apart: Field, features: Field, layout: UVLayout) -> Field:
    """(H, W, 3): what is lighter or darker, as skin is, and as hair is in brows. apart: (H, W, 3) logarithms.

    features: see `feature_map`.
    """
    features = features[..., np.newaxis]
    lips = soft(layout.mask_of([mesh_topology.OUTER_LIPS]), layout.unit / UNIT_PX)[..., np.newaxis]
    toned = apart.mean(axis=2, keepdims=True) * (HUE + (1 - HUE) * features)
    return np.asarray(toned + LIPS_HUE * lips * (apart - toned), np.float32)


def _mean_of_skin(field: Field) -> Field:
    """(3,), of plain skin."""
    return np.asarray((field * _plain_skin()[..., np.newaxis]).sum(axis=(0, 1)), np.float32)


def _looks_of(tone: Field) -> Field:
    """(H, W, 3): how a face looks for being so much darker and otherwise coloured. tone: (3,), of its plain skin.

    Its darkness goes with that of lips and brows and with how skin shades, as the basis knows (the conditional mean of
    its Gaussian): on dark skin brows hardly stand out. Its hue is that of the lamp, alike everywhere, and so is what
    makes it lighter.
    """
    darkness = min(float(tone.mean()), 0.0)
    return np.asarray(darkness * _brighter() + (tone - darkness), np.float32)


@cache
def _brighter() -> Field:
    """(H, W, 3): what a face is likeliest to be beside the mean when its skin is lighter by 1."""
    basis = face_basis()
    variances = basis.deviations**2
    skin = np.tensordot(basis.components, _plain_skin()[flat_layout().inside()], axes=([1], [0]))
    shares = (variances[:, np.newaxis] * skin) @ np.linalg.inv((skin.T * variances) @ skin).sum(axis=1)
    return spread(np.tensordot(shares.astype(np.float32), basis.components, axes=1))


@cache
def _plain_skin() -> Field:
    """(H, W): its sum is 1."""
    layout = flat_layout()
    plain = (layout.inside() & ~layout.mask_of(mesh_topology.features(), PLAIN)).astype(np.float32)
    return np.asarray(plain / plain.sum(), np.float32)
