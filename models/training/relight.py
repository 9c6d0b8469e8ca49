"""The coarse relight of the engines (engines/compositor/relight.py), in torch: where training and running must agree.

Knows two pictures of one square; knows no network.
"""

from torch import Tensor
from torch.nn import functional

from models.training.image_ops import blur, resized

GRID, SIGMA = 24, 1.6
"""Cells, and how far light is averaged among them."""
LIMITS = 0.2, 5.0
DARK, LITTLE, MEAN_DARK = 0.004, 0.02, 0.02
"""What keeps ratios of two near-blacks quiet, the weight that the mean ratio has everywhere, and its own quietness."""
WIDENED_PX, COARSE_PX = 5, 64
"""Brows and lashes reach beyond their landmarks: by so much, on a picture of so many px."""


def relit(wearer: Tensor, texture: Tensor, valid: Tensor, features: Tensor) -> Tensor:
    """(N, 3, S, S): the texture in the wearer's light. wearer, texture: (N, 3, S, S). valid, features: (N, 1, S, S)."""
    skin = valid * (1 - widened(features))
    cells, here, there = (blur(coarse(x, GRID), SIGMA) for x in (skin, wearer * skin, texture * skin))
    sums = [x.sum(dim=(2, 3), keepdim=True) + MEAN_DARK for x in (here, there)]
    mean, amount = sums[0] / sums[1], cells.mean(dim=(1, 2, 3), keepdim=True)
    ratio = (here + LITTLE * mean * amount + DARK * mean) / (there + LITTLE * amount + DARK)
    return (texture * resized(ratio.clamp(*LIMITS), texture.shape[-1])).clamp(0, 1)


def widened(features: Tensor) -> Tensor:
    """Features, and what is near them."""
    grown = functional.max_pool2d(coarse(features, COARSE_PX), WIDENED_PX, 1, WIDENED_PX // 2)
    return resized(grown, features.shape[-1])


def coarse(x: Tensor, size: int) -> Tensor:
    """(N, C, size, size): averaged by area."""
    return functional.interpolate(x, size=(size, size), mode="area")
