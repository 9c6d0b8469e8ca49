"""The compositor: a small network that decides how a source's texture and the wearer's own pixels make one face.

Knows its layers, its inputs and what its outputs mean; knows no dataset, no loss and no file. Every operation is one
that LiteRT, ONNX Runtime and TensorRT have: 3x3 and 1x1 convolutions, ReLU6, bilinear upsampling, blocks of 2x2 pixels
moved into channels and back, one sigmoid.

    in    (N, 8, 128, 128) 0..1: W 3, the wearer, BGR; Rr 3, the source's texture in place, relit; M, where it is valid;
          F, where brows, eyes, lips and nostrils are
    out   (N, 9, 128, 128): alpha, gain 3, offset 3, own detail, source detail; see `Fields`
"""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

SIZE = 128
"""Edge of the network's square, px."""
INPUTS, OUTPUTS = 8, 9
WIDTHS = 24, 48, 96, 128
"""Channels at 64, 32, 16 and 8 px: 714 k parameters and 260 M multiplications, 3 ms on one thread of a laptop."""
BLOCK = 2
"""Pixels a side that the first layer takes as one: a quarter of the work at no loss that could be seen."""
SPAN = 1.0, 1.6, 1.6, 1.6, 1.0, 1.0, 1.0, 1.25, 2.0
LOWEST = 0.0, 0.2, 0.2, 0.2, -0.5, -0.5, -0.5, 0.0, 0.0
STEEPNESS = 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0
BIAS = 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0
"""What makes fields of the network's raw numbers r: LOWEST + SPAN * sigmoid(STEEPNESS * r + BIAS). Zeros mean
alpha .88, gain 1, offset 0, a third of the wearer's detail and the source's as it is: fair before any training."""
LOW_PASS = 2.0 / 192
"""Standard deviation of the blur that splits tone from detail, in edges of the square."""
RIM = 0.8
"""px of the square: standard deviation by which the validity map is softened before it limits alpha."""


class Fields(NamedTuple):
    """How to compose: face = gain * (low + source_detail * high) + offset + own_detail * the wearer's high."""

    alpha: Tensor  # (N, 1, H, W) 0..1: the face; 0 on whatever is in front of it
    gain: Tensor  # (N, 3, H, W) .2..1.8
    offset: Tensor  # (N, 3, H, W) -.5...5
    own_detail: Tensor  # (N, 1, H, W) 0..1.25: share of the wearer's detail
    source_detail: Tensor  # (N, 1, H, W) 0..2: how sharp the source's is

    @classmethod
    def of(cls, fields: Tensor) -> "Fields":
        """fields: (N, 9, H, W), as the network gives them."""
        return cls(fields[:, :1], fields[:, 1:4], fields[:, 4:7], fields[:, 7:8], fields[:, 8:9])


class Residual(nn.Module):
    """x + activated conv(x), or with two convolutions x + conv(activated conv(x)), which starts as x itself."""

    def __init__(self, channels: int, *, two: bool = False) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1) if two else None
        if self.second is not None:
            silence(self.second)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, channels, H, W), as is what returns."""
        inner = functional.relu6(self.first(x))
        return x + (inner if self.second is None else self.second(inner))


class Compositor(nn.Module):
    """The network. A U of four levels."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = WIDTHS
        self.stem = nn.Conv2d(INPUTS * BLOCK**2, a, 3, padding=1)
        self.encode1, self.down1 = Residual(a), nn.Conv2d(a, b, 3, 2, 1)
        self.encode2, self.down2 = Residual(b), nn.Conv2d(b, c, 3, 2, 1)
        self.encode3, self.down3 = Residual(c), nn.Conv2d(c, d, 3, 2, 1)
        self.encode4, self.up3 = Residual(d, two=True), nn.Conv2d(d, c, 1)
        self.decode3, self.up2 = Residual(c), nn.Conv2d(c, b, 1)
        self.decode2, self.up1 = Residual(b), nn.Conv2d(b, a, 1)
        self.decode1 = Residual(a, two=True)
        self.head = nn.Conv2d(a, OUTPUTS * BLOCK**2, 3, padding=1)
        silence(self.head)

    def raw(self, square: Tensor) -> Tensor:
        """The numbers before `activate`. square: (N, 8, 128, 128). Returns (N, 9, 128, 128)."""
        return functional.pixel_shuffle(self.head(self.trunk(functional.pixel_unshuffle(square, BLOCK))), BLOCK)

    def trunk(self, blocks: Tensor) -> Tensor:
        """All but the head. blocks: (N, 32, 64, 64). Returns (N, 24, 64, 64)."""
        return self.after_stem(functional.relu6(self.stem(blocks)))

    def after_stem(self, stem: Tensor) -> Tensor:
        """stem: (N, 24, 64, 64), as is what returns."""
        at64 = self.encode1(stem)
        at32 = self.encode2(functional.relu6(self.down1(at64)))
        at16 = self.encode3(functional.relu6(self.down2(at32)))
        at8 = self.encode4(functional.relu6(self.down3(at16)))
        at16 = self.decode3(doubled(self.up3(at8)) + at16)
        at32 = self.decode2(doubled(self.up2(at16)) + at32)
        return cast("Tensor", self.decode1(doubled(self.up1(at32)) + at64))

    def forward(self, square: Tensor) -> Tensor:
        """square: (N, 8, 128, 128) 0..1. Returns the fields, (N, 9, 128, 128)."""
        return activate(self.raw(square))


def activate(raw: Tensor) -> Tensor:
    """Fields of raw numbers. raw: (N, 9, H, W), as is what returns."""
    lowest, span, steepness, bias = (
        torch.tensor(row, dtype=raw.dtype, device=raw.device).view(1, -1, 1, 1)
        for row in (LOWEST, SPAN, STEEPNESS, BIAS)
    )
    return lowest + span * torch.sigmoid(steepness * raw + bias)


def silence(layer: nn.Conv2d) -> None:
    """Let a layer begin with zeros."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def doubled(x: Tensor) -> Tensor:
    """(N, C, 2 H, 2 W): bilinear."""
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
