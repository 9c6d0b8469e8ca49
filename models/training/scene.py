"""Light on faces: from one side and hard, from everywhere and soft, of any colour.

Knows normals and light; knows no person.
"""

import math

import torch
from torch import Tensor

from models.training.image_ops import Dice, mix, sometimes, wide_blur


def scene_light(normals: Tensor, inside: Tensor, dice: Dice) -> Tensor:
    """(N, 3, S, S), about 1: what pictures are multiplied with. normals: (N, 3, S, S). inside: (N, 1, S, S)."""
    soft = torch.exp(0.35 * dice.uniform(0, 1) * dice.field(3) + 0.06 * dice.field(3, 3))
    light = mix(torch.ones_like(soft), soft, dice.chance(0.5))
    return lamps(light, normals, inside, (0.2, 0.4), dice)


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
    """(N, 3, S, S): brighter, darker or of another colour beyond a straight edge: a window, a blind, a lamp's cone."""
    steps = torch.linspace(-0.5, 0.5, dice.size, device=dice.device)
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    around = dice.uniform(0, 2 * math.pi)
    along = x * torch.cos(around) + y * torch.sin(around) - dice.uniform(-0.25, 0.25)
    beyond = (along / dice.uniform(0.008, 0.15) + 0.5).clamp(0, 1)
    band = (1 - (along - dice.uniform(0.1, 0.4)) / dice.uniform(0.01, 0.1)).clamp(0, 1)
    beyond = mix(beyond, beyond * band, dice.chance(0.3))
    return torch.exp(beyond * (dice.uniform(-1.2, 0.8) + dice.normal(0.15, 3)))


def exposed(pictures: Tensor, dice: Dice) -> Tensor:
    """Brighter, darker, warmer, colder; some of them at night."""
    gamma = mix(dice.uniform(0.7, 1.5), dice.uniform(1.5, 2.3), dice.chance(0.1))
    return (pictures.clamp_min(1e-4) ** gamma * torch.exp(dice.normal(0.08, 3))).clamp(0, 1)
