"""What cameras and codecs do to a picture: blur, motion, noise at night, blocks of 8x8.

Knows tensors; knows no face. A wearer and a target get the same of it, so that a network learns to match it.
"""

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from models.training.image_ops import Amount, Dice, blur, colour, convolved, mix, pixel_grid, sampled, sometimes

MOTION_PX = 7
"""Longest smear at the square's size: a head turned quickly, at night."""
CUT = 0.15
"""Share of the pictures whose edge cuts the face off: half a face in view is a face."""
LUMA = 0.114, 0.587, 0.299
"""Of B, G, R (BT.601)."""
BLOCK = 8


def defocused(pictures: Tensor, dice: Dice) -> Tensor:
    """Slightly out of focus, or smeared along a line, in some pictures."""
    pictures = sometimes(pictures, 0.2, dice, lambda some, own, _: blur(some, own.between(0.3, 0.9)))
    return sometimes(pictures, 0.15, dice, lambda some, own, _: convolved(some, smears(own)))


def recorded(pictures: Tensor, dice: Dice) -> Tensor:
    """Wearer and target side by side, (N, 6, S, S), as the same codec leaves them, in some."""

    def through_codec(some: Tensor, own: Dice, _numbers: Tensor) -> Tensor:
        quality = own.uniform(12, 85)
        return torch.cat([compressed(half, quality) for half in some.split(3, dim=1)], 1)

    return sometimes(pictures, 0.3, dice, through_codec)


def cut_off(made: Tensor, seen: list[int], face: list[int], dice: Dice) -> Tensor:
    """(N, C, S, S), some of them with the picture's edge across the face.

    seen: channels of the picture, which is continued beyond its edge as the engines continue it. face: channels of what
    lies on the face, 0 there.
    """
    grid = pixel_grid(dice.size, dice.device).expand(dice.count, -1, -1, -1)
    edge, upper, rows = dice.uniform(0.25, 0.75) * dice.size, dice.chance(0.5), dice.chance(0.25)
    inner = mix(torch.minimum(grid, edge), torch.maximum(grid, edge), upper)
    at_px = mix(grid, inner, torch.cat([1 - rows, rows], 1) * dice.chance(CUT))
    cut = made.clone()
    cut[:, seen] = sampled(made[:, seen], at_px)
    cut[:, face] *= (at_px == grid).all(dim=1, keepdim=True)
    return cut


def smears(dice: Dice) -> Tensor:
    """(N, MOTION_PX, MOTION_PX): kernels, each a line of its own length and direction."""
    steps = torch.arange(MOTION_PX, dtype=torch.float32, device=dice.device) - MOTION_PX // 2
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    turn, half = dice.uniform(0, math.pi).reshape(-1, 1, 1), dice.uniform(0.5, MOTION_PX / 2).reshape(-1, 1, 1)
    along = x * torch.cos(turn) + y * torch.sin(turn)
    across = y * torch.cos(turn) - x * torch.sin(turn)
    line = (1 - across.abs()).clamp(0, 1) * (half + 0.5 - along.abs()).clamp(0, 1)
    return line / line.sum(dim=(1, 2), keepdim=True)


def sensor_noise(like: Tensor, dice: Dice) -> Tensor:
    """The same noise for a wearer and a target: stronger where it is dark, coarser and coloured in a few pictures."""
    night = dice.chance(0.12)
    strength = mix(dice.uniform(0, 0.018), dice.uniform(0.02, 0.06), night) * dice.chance(0.5)
    grey, tinted = dice.noise(1), dice.noise(3)
    noise = mix(grey.expand(-1, 3, -1, -1), tinted, dice.uniform(0.1, 0.7))
    coarse = night * dice.uniform(0, 1)
    noise = sometimes(noise, 0.2, dice, lambda some, _, numbers: mix(some, blur(some, 0.8) * 2.2, coarse[numbers]))
    return noise * strength * (0.5 + 0.5 * (1 - like.mean(dim=1, keepdim=True)))


def compressed(pictures: Tensor, quality: Amount) -> Tensor:
    """As a codec leaves them: colour at half size, 8x8 blocks of cosines rounded. quality: 1..100, as of JPEG."""
    luma = (pictures * colour(LUMA, pictures)).sum(dim=1, keepdim=True)
    chroma = functional.avg_pool2d(pictures[:, ::2] - luma, 2)
    kept = torch.as_tensor(quality, dtype=pictures.dtype, device=pictures.device).clamp(1, 100)
    scale = torch.where(kept < 50, 50 / kept, 2 - kept / 50)
    luma = _rounded(luma, scale * _steps("luma").to(pictures))
    chroma = functional.interpolate(_rounded(chroma, scale * _steps("chroma").to(pictures)), scale_factor=2.0)
    blue, red = luma + chroma[:, :1], luma + chroma[:, 1:]
    green = (luma - LUMA[0] * blue - LUMA[2] * red) / LUMA[1]
    return torch.cat([blue, green, red], 1)


def _rounded(plane: Tensor, steps: Tensor) -> Tensor:
    """plane: (N, C, H, W). steps: (N or 1, 1, 8, 8) of 0..1."""
    count, channels, height, width = plane.shape
    cosines = _cosines().to(plane)
    blocks = plane.reshape(count, channels, height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(3, 4)
    spectrum = cosines @ blocks @ cosines.T
    steps = steps.clamp_min(1 / 255)[:, :, None, None]
    blocks = cosines.T @ (torch.round(spectrum / steps) * steps) @ cosines
    return blocks.transpose(3, 4).reshape(plane.shape)


@cache
def _cosines() -> Tensor:
    """(8, 8): the orthonormal cosine transform."""
    n = torch.arange(BLOCK, dtype=torch.float32)
    rows = torch.cos(math.pi * (2 * n[None] + 1) * n[:, None] / (2 * BLOCK)) * math.sqrt(2 / BLOCK)
    rows[0] /= math.sqrt(2)
    return rows


@cache
def _steps(plane: str) -> Tensor:
    """(1, 1, 8, 8): how coarsely each cosine is rounded at quality 50, of 0..1: rising with frequency, as JPEG's."""
    n = torch.arange(BLOCK, dtype=torch.float32)
    frequency = torch.sqrt(n[None] ** 2 + n[:, None] ** 2)
    steps = 10 + 1.1 * frequency**2 if plane == "luma" else (17 + 12 * frequency).clamp(max=99)
    return (steps / 255).view(1, 1, BLOCK, BLOCK)
