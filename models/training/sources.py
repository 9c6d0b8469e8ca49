"""What photos of a source do to its texture: light of their own, age, paint, low resolution, hair and glasses on it.

Knows textures as they lie in a wearer's square; knows no wearer. The target is the same face without any of this.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.training.camera import LUMA, compressed
from models.training.image_ops import Dice, blur, colour, mean_of, mix, ragged, resized, sometimes, wide_mean
from models.training.occluders import Placed, put
from models.training.scene import cast_shadow, glare, lamps

MIRRORED, PATCHED = 0.35, 0.25
"""Share of sources of which one half is the other one, mirrored: portraits are seldom taken from the front. And of
these with pieces mirrored instead: where something was in front of one half only."""
WORN = 0.5, 0.25
"""Share of sources with something on them, and with a second thing."""
WHOLE, CLEAN, KEPT = 0.25, 0.15, 0.6
"""Shares of what sources wear: not found at all; found, to its last trace; found, and its colours still there, though
they are not valid. The others are found in part: what is left of them is valid, and not to be shown."""
OTHER_SKIN, HARD, GLARING, SHADOWED = 0.3, 0.6, 0.4, 0.35
"""Shares of sources with skin far darker or lighter than the wearer's, and in hard light; and of these, of those that
shine, and of those with the shadow of something."""
BEYOND_PX = 2.0
"""Of the square: how far a texture is continued beyond the mesh, by the engines as well."""


class Lying(NamedTuple):
    """A texture in a square."""

    colours: Tensor  # (N, 3, S, S)
    valid: Tensor  # (N, 1, S, S) 0..1
    clean: Tensor  # (N, 3, S, S): what the colours were before anything happened to them
    remains: Tensor  # (N, 1, S, S) 0..1: what is valid, but of something that is in front of the source


def half_mirrored(flat: Tensor, dice: Dice) -> Tensor:
    """flat: (N, 4, H, W), a face laid flat and how well it is seen; returns the same, one half mirrored in some."""
    width = flat.shape[3]
    steps = torch.arange(width, dtype=torch.float32, device=flat.device).view(1, 1, 1, width) - (width - 1) / 2
    side = dice.chance(0.5) * 2 - 1
    half = (steps * side / dice.uniform(4, 14) + 0.5 + dice.normal(0.15)).clamp(0, 1)
    pieces = functional.interpolate(ragged(dice, dice.once(4, 10)), size=flat.shape[2:], mode="bilinear")
    share = mix(half.expand_as(pieces), pieces, dice.chance(PATCHED)) * dice.chance(MIRRORED)
    other = flat.flip(3)
    toned = torch.cat([other[:, :3] * torch.exp(dice.normal(0.06) + dice.normal(0.02, 3)), other[:, 3:]], 1)
    return mix(flat, toned, share)


def aged(picture: Tensor, dice: Dice) -> Tensor:
    """Small, sharpened, painted, black and white, noisy, compressed: each in some.

    In most, nothing: a network that cannot trust a source's detail learns to leave it out.
    """
    picture = sometimes(picture, 0.2, dice, lambda some, own, _: blur(some, own.between(0.3, 1.0)))
    picture = sometimes(picture, 0.12, dice, shrunk)
    picture = sometimes(picture, 0.15, dice, sharpened)
    picture = sometimes(picture, 0.07, dice, painted)
    picture = sometimes(picture, 0.08, dice, uncoloured)
    picture = sometimes(picture, 0.2, dice, lambda some, own, _: some + own.noise(3) * own.uniform(0.003, 0.025))
    picture = picture.clamp(0, 1)
    return sometimes(picture, 0.15, dice, lambda some, own, _: compressed(some, own.uniform(25, 90)))


def shrunk(picture: Tensor, dice: Dice, _numbers: Tensor) -> Tensor:
    """From a small photo."""
    small = functional.adaptive_avg_pool2d(picture, dice.once(44, 110))
    return resized(small, picture.shape[-1])


def sharpened(picture: Tensor, dice: Dice, _numbers: Tensor) -> Tensor:
    """As telephones do."""
    return picture + (picture - blur(picture, 1.0)) * dice.uniform(0, 0.9)


def uncoloured(picture: Tensor, dice: Dice, _numbers: Tensor) -> Tensor:
    """Black and white, or brown."""
    grey = (picture * colour(LUMA, picture)).sum(dim=1, keepdim=True)
    return grey * torch.exp(dice.normal(0.06, 3))


def painted(picture: Tensor, dice: Dice, _numbers: Tensor) -> Tensor:
    """Strokes and canvas: few tones, no pores, a weave."""
    smooth = blur(picture, 1.2)
    steps = dice.uniform(8, 20)
    strokes = blur(torch.round((smooth + 0.02 * dice.field(40, 1)) * steps) / steps, 0.6)
    return mix(smooth, strokes, dice.uniform(0.2, 0.9)) * (1 + 0.03 * dice.noise(1))


def lit_otherwise(picture: Tensor, other: Tensor, normals: Tensor, skin: Tensor, dice: Dice) -> Tensor:
    """In the light of another photo. other: (N, 3, S, S), somebody else's face in place, whose light is taken over."""
    light = torch.exp(
        dice.field(dice.once(2, 5)) * dice.uniform(0, 0.45)
        + dice.field(dice.once(3, 6), 3) * mix(dice.uniform(0, 0.07), dice.uniform(0.1, 0.3), dice.chance(0.25))
        + dice.normal(0.15)
        + dice.normal(0.06, 3)
    )
    sigma = dice.between(8, 24)
    both = wide_mean(torch.cat([other, picture], 1), skin, sigma)
    theirs = (both[:, :3] + 0.03) / (both[:, 3:] + 0.03)
    middle = (theirs * skin).sum(dim=(2, 3), keepdim=True).mean(dim=1, keepdim=True)
    theirs = theirs / (middle / skin.sum(dim=(2, 3), keepdim=True).clamp_min(1e-3)).clamp_min(0.05)
    theirs = theirs.clamp(0.3, 2.5) ** dice.uniform(0.3, 1)
    light = light * mix(torch.ones_like(light), theirs, dice.chance(0.5))
    lit = picture.clamp(1e-4, 1) ** dice.uniform(0.8, 1.3) * light
    return sometimes(lit, HARD, dice, lambda some, own, at: hard_lit(some, normals[at], skin[at], own)).clamp(0, 1)


def hard_lit(picture: Tensor, normals: Tensor, skin: Tensor, dice: Dice) -> Tensor:
    """In a lamp's light, with the shadow of something, shining: at least one of these in most."""
    light = lamps(torch.ones_like(picture), normals, (skin > 0).float(), (0.2, 0.65), dice)
    light = sometimes(light, SHADOWED, dice, lambda some, own, _: some * cast_shadow(own))
    shine = 0.3 + 0.7 * skin
    return sometimes(picture * light, GLARING, dice, lambda some, own, at: some + glare(normals[at], own) * shine[at])


def with_skin_of(picture: Tensor, other: Tensor, skin: Tensor, features: Tensor, dice: Dice) -> Tensor:
    """With the tone of another face, some. Eyes, brows and lips keep more of their own: they differ less than skin."""
    ratio = ((mean_of(other, skin) + 0.01) / (mean_of(picture, skin) + 0.01)).clamp(0.15, 5)
    amount = dice.chance(OTHER_SKIN) * (1 - features * dice.uniform(0, 0.8))
    return (picture * torch.exp(torch.log(ratio) * amount)).clamp(0, 1)


def worn(lying: Lying, thing: Placed, share: float, dice: Dice) -> Lying:
    """With glasses or hair on it, in a share of them: not found, found, or found in part.

    What is found is not valid; its colours are those from around it, or its own. What is not may be faint.
    """
    there, kind = dice.chance(share), dice.uniform(0, 1)
    part = (kind > WHOLE + CLEAN).float()
    found = mix((kind > WHOLE).float(), ragged(dice, dice.once(4, 20)), part)
    softer = sometimes(thing.alpha, 0.3, dice, lambda some, own, _: blur(some, own.between(0.5, 1.3)))
    alpha = softer * mix(torch.ones_like(part), dice.uniform(0.15, 0.9), part * dice.chance(0.5)) * there
    drawn = put(lying.colours, thing._replace(alpha=alpha), there)
    # At times narrower than the thing, so that its edge is left; else with what is near it.
    reach = blur(thing.alpha, dice.between(0.5, 1.6)) * dice.uniform(1.2, 3.5) - dice.uniform(0, 0.8) * part
    hole = reach.clamp(0, 1) * found * there
    around = wide_mean(drawn, (lying.valid > 0).float() * (1 - hole) + 1e-3, 4.0, step=2)
    colours = mix(drawn, around, hole * (1 - dice.chance(KEPT)))
    remains = torch.maximum(lying.remains, alpha) * (1 - hole)
    return lying._replace(colours=colours, valid=lying.valid * (1 - hole), remains=remains)


def continued(colours: Tensor, inner: Tensor) -> Tensor:
    """The texture beyond the mesh, as the engines continue it: from near its edge, and black farther out."""
    near = blur(torch.cat([colours * inner, inner], 1), BEYOND_PX)
    return mix(near[:, :3] / (near[:, 3:] + 1e-3), colours, inner)
