"""Light on faces: from one side and hard, from everywhere and soft, of any colour; shadows and glare.

Knows normals and light; knows no person.
"""

import math

import torch
from torch import Tensor

from models.training.image_ops import Dice, colour, mix, sometimes, wide_blur


def scene_light(normals: Tensor, inside: Tensor, dice: Dice) -> Tensor:
    """(N, 3, S, S), about 1: what pictures are multiplied with. normals: (N, 3, S, S). inside: (N, 1, S, S)."""
    soft = torch.exp(0.35 * dice.uniform(0, 1) * dice.field(3) + 0.06 * dice.field(3, 3))
    light = mix(torch.ones_like(soft), soft, dice.chance(0.5))
    return lamps(light, normals, inside, (0.35, 0.4), dice)


def lamps(light: Tensor, normals: Tensor, inside: Tensor, shares: tuple[float, float], dice: Dice) -> Tensor:
    """A light with others added in some pictures. shares: of those with an edged one, and with one from the side."""
    light = sometimes(light, shares[0], dice, lambda some, own, _: some * edged_light(own))
    return sometimes(light, shares[1], dice, lambda some, own, at: some * side_light(normals[at], inside[at], own))


def side_light(normals: Tensor, inside: Tensor, dice: Dice) -> Tensor:
    """(N, 3, S, S): one lamp and what else there is of light; the edge of its shadow soft or hard."""
    around, ahead = dice.uniform(0, 2 * math.pi), dice.uniform(0, 0.9)
    aside = torch.sqrt(1 - ahead**2)
    lamp = torch.cat([torch.cos(around) * aside, torch.sin(around) * aside * 0.7, ahead], 1)
    falls = (normals * lamp).sum(dim=1, keepdim=True)
    width = dice.uniform(0.1, 0.5)
    edge = ((falls + 0.1) / width).clamp(0, 1)
    falls = mix(falls.clamp(0, 1), edge * (0.5 + 0.5 * falls.clamp(0, 1)), dice.uniform(0, 1))
    dim = dice.uniform(0.08, 0.7)
    shade, tint = torch.exp(dice.normal(0.12, 3)), torch.exp(dice.normal(0.1, 3))
    light = dim * shade + (1 - dim) * falls * tint
    middle = (light * inside).sum(dim=(1, 2, 3), keepdim=True) / (3 * inside.sum(dim=(1, 2, 3), keepdim=True) + 1)
    light = light / middle.clamp_min(0.05)
    return mix(wide_blur(light, 6.0), light, inside).clamp(0.05, 3)


def edged_light(dice: Dice) -> Tensor:
    """(N, 3, S, S): brighter, darker or of another colour beyond a straight edge: a window, a blind, a lamp's cone.

    It falls on the face and on what is behind it alike: nothing is in front there, however sharp the edge.
    """
    steps = torch.linspace(-0.5, 0.5, dice.size, device=dice.device)
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    around = dice.uniform(0, 2 * math.pi)
    along = x * torch.cos(around) + y * torch.sin(around) - dice.uniform(-0.25, 0.25)
    soft = mix(dice.uniform(0.004, 0.03), dice.uniform(0.03, 0.15), dice.chance(0.4))
    beyond = (along / soft + 0.5).clamp(0, 1)
    band = (1 - (along - dice.uniform(0.1, 0.4)) / dice.uniform(0.01, 0.1)).clamp(0, 1)
    beyond = mix(beyond, beyond * band, dice.chance(0.3))
    width = dice.uniform(0.06, 0.3)
    slats = (torch.sin(along * (math.pi / width)) * width / (math.pi * soft) + 0.5).clamp(0, 1)
    beyond = mix(beyond, slats, dice.chance(0.15))
    return torch.exp(beyond * (dice.uniform(-1.7, 0.9) + dice.normal(0.15, 3)))


def cast_shadow(dice: Dice) -> Tensor:
    """(N, 3, S, S): dark beyond a bent edge, soft or hard: the shadow of a hat, of hair, of a nose."""
    bent = dice.field(dice.once(2, 6)) + 0.3 * dice.field(dice.once(6, 12))
    dark = (bent - dice.uniform(-0.6, 0.8)) / mix(dice.uniform(0.05, 0.2), dice.uniform(0.2, 0.8), dice.chance(0.4))
    return torch.exp(dark.clamp(0, 1) * (dice.uniform(-2.0, -0.4) + dice.normal(0.12, 3)))


def glare(normals: Tensor, dice: Dice) -> Tensor:
    """(N, 3, S, S): what oily skin mirrors of one or two lamps, to be added; as bright on dark skin as on light."""
    shine = torch.zeros_like(normals[:, :1])
    for share in (1.0, 0.4):
        aim = torch.cat([dice.normal(0.5, 2) - colour((0, 0.15), normals), torch.ones_like(shine[:, :, :1, :1])], 1)
        falls = (normals * aim / aim.norm(dim=1, keepdim=True)).sum(dim=1, keepdim=True).clamp(0, 1)
        lobe = falls ** mix(dice.uniform(5, 25), dice.uniform(25, 90), dice.chance(0.5))
        lobe = (lobe * dice.uniform(1, 1.8)).clamp(0, 1)  # burnt out in the middle
        shine = torch.maximum(shine, lobe * dice.chance(share))
    rough = torch.exp(0.4 * dice.field(40) - 0.1)
    return shine * rough * dice.uniform(0.06, 0.5) * torch.exp(dice.normal(0.1, 3))


def exposed(pictures: Tensor, dice: Dice) -> Tensor:
    """Brighter, darker, warmer, colder; some of them at night."""
    gamma = mix(dice.uniform(0.7, 1.5), dice.uniform(1.5, 2.3), dice.chance(0.1))
    return (pictures.clamp_min(1e-4) ** gamma * torch.exp(dice.normal(0.08, 3))).clamp(0, 1)
