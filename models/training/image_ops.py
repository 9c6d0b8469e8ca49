"""Operations on stacks of pictures that differ from picture to picture: blurs, random fields, sampling, compression.

Knows tensors (N, C, H, W) and draws; knows no face. Whatever is random comes from one generator, on the CPU or on the
GPU, so that a seed makes the same pictures again.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

Amount: TypeAlias = "float | Tensor"
"""One number, or (N, 1, 1, 1) of them."""
NOTHING = 1e-9
"""Weights of a blur below this are 0: products of denormal numbers are fifty times slower than of others."""


class Dice:
    """Random numbers for N pictures of `size` px, each as (N, channels, 1, 1)."""

    def __init__(self, count: int, size: int, generator: torch.Generator) -> None:
        self.count, self.size, self.generator, self.device = count, size, generator, generator.device

    def uniform(self, low: float, high: float, channels: int = 1) -> Tensor:
        """Evenly between two numbers."""
        drawn = torch.rand(self.count, channels, 1, 1, generator=self.generator, device=self.device)
        return low + (high - low) * drawn

    def normal(self, scale: float, channels: int = 1) -> Tensor:
        """Around 0, standard deviation `scale`."""
        return scale * torch.randn(self.count, channels, 1, 1, generator=self.generator, device=self.device)

    def chance(self, share: float) -> Tensor:
        """1 in this share of the pictures, 0 in the others."""
        return (self.uniform(0, 1) < share).float()

    def numbers(self, low: int, high: int) -> Tensor:
        """(N,) whole numbers from low to high - 1."""
        return torch.randint(low, high, (self.count,), generator=self.generator, device=self.device)

    def once(self, low: int, high: int) -> int:
        """One whole number from low to high - 1, for the whole stack."""
        return int(torch.randint(low, high, (1,), generator=self.generator, device=self.device))

    def between(self, low: float, high: float) -> float:
        """One number, for the whole stack."""
        return low + (high - low) * float(torch.rand(1, generator=self.generator, device=self.device))

    def field(self, nodes: int, channels: int = 1, size: int | None = None) -> Tensor:
        """(N, channels, size, size): smooth, standard deviation about 1, `nodes` independent values a side."""
        drawn = torch.randn(self.count, channels, nodes, nodes, generator=self.generator, device=self.device)
        return resized(drawn, size or self.size)

    def noise(self, channels: int) -> Tensor:
        """(N, channels, size, size): each pixel on its own, standard deviation 1."""
        return torch.randn(self.count, channels, self.size, self.size, generator=self.generator, device=self.device)


def ragged(dice: Dice, nodes: int) -> Tensor:
    """(N, 1, size, size): 0 or 1 in pieces, some `nodes` a side; their edges ragged, soft or hard, their share any."""
    rough = dice.field(nodes) + 0.5 * dice.field(3 * nodes) + dice.normal(0.7)
    return (rough * dice.uniform(1, 8) + 0.5).clamp(0, 1)


def sometimes(x: Tensor, share: float, dice: Dice, change: Callable[[Tensor, Dice, Tensor], Tensor]) -> Tensor:
    """x, changed in a share of the pictures; the others cost nothing.

    change: is given the chosen pictures, dice for as many, and their numbers, (K,).
    """
    chosen = torch.nonzero(dice.chance(share).flatten())[:, 0]
    if not len(chosen):
        return x
    changed = change(x.index_select(0, chosen), Dice(len(chosen), dice.size, dice.generator), chosen)
    return x.index_copy(0, chosen, changed.to(x.dtype))


def resized(x: Tensor, size: int) -> Tensor:
    """Bilinear, without antialiasing."""
    return functional.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)


def blur(x: Tensor, sigma: float) -> Tensor:
    """Gaussian; near the border, of what there is. As products of matrices: faster than thin convolutions."""
    tall, wide = (_bands(size, sigma, x) for size in x.shape[2:])
    return torch.matmul(tall, (x.reshape(-1, x.shape[3]) @ wide.T).view(x.shape))


def _bands(size: int, sigma: float, like: Tensor) -> Tensor:
    """(size, size): rows of weights for each place of a line."""
    steps = torch.arange(size, dtype=like.dtype, device=like.device)
    weights = torch.exp(-((steps[None] - steps[:, None]) ** 2) / (2 * max(sigma, 1e-2) ** 2))
    weights = torch.where(weights < NOTHING, 0, weights)
    return weights / weights.sum(dim=1, keepdim=True)


def convolved(x: Tensor, kernels: Tensor) -> Tensor:
    """Each picture with its own kernel; its border is continued. kernels: (N, height, width), odd."""
    count, channels, height, width = x.shape
    _, tall, wide = kernels.shape
    padded = functional.pad(x, (wide // 2, wide // 2, tall // 2, tall // 2), mode="replicate")
    weight = kernels[:, None, None].expand(count, channels, 1, tall, wide).reshape(-1, 1, tall, wide)
    stacked = padded.reshape(1, count * channels, *padded.shape[2:])
    return functional.conv2d(stacked, weight, groups=count * channels).reshape(count, channels, height, width)


def wide_blur(x: Tensor, sigma: float, step: int = 4) -> Tensor:
    """Gaussian, far wider than a pixel: done on a picture `step` times smaller."""
    return resized(blur(functional.avg_pool2d(x, step), sigma / step), x.shape[-1])


def wide_mean(x: Tensor, weight: Tensor, sigma: float, step: int = 4) -> Tensor:
    """What x is around each pixel, where it has weight."""
    both = wide_blur(torch.cat([x * weight, weight], 1), sigma, step)
    return both[:, :-1] / (both[:, -1:] + 1e-3)


def mean_of(x: Tensor, weight: Tensor) -> Tensor:
    """(N, C, 1, 1): what x is where it has weight. weight: (N, 1, H, W)."""
    return (x * weight).sum(dim=(2, 3), keepdim=True) / weight.sum(dim=(2, 3), keepdim=True).clamp_min(1e-3)


def eroded(mask: Tensor, reach: int) -> Tensor:
    """The mask without a border of `reach` px."""
    for _ in range(reach):
        x = functional.pad(mask, (1, 1, 1, 1), mode="replicate")
        x = torch.minimum(torch.minimum(x[..., :-2], x[..., 1:-1]), x[..., 2:])
        mask = torch.minimum(torch.minimum(x[..., :-2, :], x[..., 1:-1, :]), x[..., 2:, :])
    return mask


def sampled(x: Tensor, at_px: Tensor, padding: str = "border") -> Tensor:
    """(N, C, H, W): bilinear. at_px: (N, 2, H, W) px of x, pixel centres at whole numbers."""
    half = torch.tensor([x.shape[3], x.shape[2]], dtype=x.dtype, device=x.device).view(1, 2, 1, 1) / 2
    grid = ((at_px + 0.5) / half - 1).permute(0, 2, 3, 1)
    return functional.grid_sample(x, grid, mode="bilinear", padding_mode=padding, align_corners=False)


def moved_by(affines: Tensor, at_px: Tensor) -> Tensor:
    """(N, 2, H, W): where each picture's affine map leads. affines: (N, 2, 3). at_px: (N, 2, H, W)."""
    return torch.einsum("nij,njhw->nihw", affines[:, :, :2], at_px) + affines[:, :, 2, None, None]


def composed(after: Tensor, before: Tensor) -> Tensor:
    """(N, 2, 3): one affine map after another."""
    linear = after[:, :, :2] @ before[:, :, :2]
    return torch.cat([linear, after[:, :, :2] @ before[:, :, 2:] + after[:, :, 2:]], 2)


def inverted(affines: Tensor) -> Tensor:
    """(N, 2, 3): the maps back."""
    linear = torch.linalg.inv(affines[:, :, :2])
    return torch.cat([linear, -linear @ affines[:, :, 2:]], 2)


def similarities(turn: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """(N, 2, 3). turn: (N, 1, 1, 1) radians. scale: (N, 1, 1, 1). shift: (N, 2, 1, 1)."""
    cos, sin = (scale * torch.cos(turn)).reshape(-1, 1), (scale * torch.sin(turn)).reshape(-1, 1)
    x, y = shift.reshape(-1, 2).split(1, dim=1)
    return torch.cat([cos, -sin, x, sin, cos, y], 1).view(-1, 2, 3)


def pixel_grid(size: int, device: torch.device) -> Tensor:
    """(1, 2, size, size): x and y of each pixel."""
    steps = torch.arange(size, dtype=torch.float32, device=device)
    rows, columns = torch.meshgrid(steps, steps, indexing="ij")
    return torch.stack([columns, rows])[None]


def mix(a: Tensor, b: Tensor, share: Tensor) -> Tensor:
    """a where share is 0, b where it is 1."""
    return a + (b - a) * share


def colour(values: Sequence[float], like: Tensor) -> Tensor:
    """(1, C, 1, 1)."""
    return torch.tensor(values, dtype=like.dtype, device=like.device).view(1, -1, 1, 1)
