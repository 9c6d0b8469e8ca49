"""A bank of things that get before faces, and how they are put there: in place, coloured, lit, with a shadow.

Knows drawn sprites and tensors; knows neither whose face it is nor what a network is to learn of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.training.drawing import eyewear, hair, hands, things
from models.training.drawing.canvas import LEFT, SPRITE_PX, TOP, Sprite
from models.training.image_ops import Dice, blur, composed, mix, moved_by, sampled, similarities

BANK = 1200
"""Sprites: drawn once, a minute's work; place, colour and light differ every time one is used."""
SHARES: dict[Callable[[np.random.Generator], Sprite], float] = {
    hands.hand: 0.23,
    hands.fist: 0.07,
    eyewear.glasses: 0.28,
    eyewear.sunglasses: 0.06,
    hair.strands: 0.07,
    hair.fringe: 0.05,
    hair.curtain: 0.04,
    hair.hairline: 0.05,
    hair.beard: 0.05,
    hair.moustache: 0.04,
    things.mask: 0.06,
    things.cup: 0.05,
    things.microphone: 0.03,
    things.card: 0.04,
    things.blob: 0.05,
    things.plane: 0.05,
    things.cloth: 0.06,
    things.stick: 0.02,
    things.brim: 0.02,
}
"""How often each is drawn: hands and glasses most, since they are before most faces, and the hardest."""
OF_A_SOURCE = (
    eyewear.glasses,
    hair.fringe,
    hair.curtain,
    hair.strands,
    hair.hairline,
    hair.beard,
    hair.moustache,
    things.brim,
)
"""What portraits of a source have on them."""
GROWN = hair.hairline, hair.beard, hair.moustache
"""What belongs to a face: it is never in front of a wearer's, and of a source's only pieces are to be left out."""
SHAVED = (hair.moustache,)
"""And what of it goes with the wearer's face: all of it lies inside the mesh."""
SHADOW_PX = 3.0
"""Of the square: how softly a shadow ends."""


class Placed(NamedTuple):
    """One thing before each of N faces."""

    alpha: Tensor  # (N, 1, S, S)
    colour: Tensor  # (N, 3, S, S) 0..1
    shadow: Tensor  # (N, 1, S, S): what the light behind it is multiplied with


@dataclass(frozen=True, slots=True)
class Bank:
    """K sprites. layers: (K, 3, P, P) uint8: alpha, half the shade, second colour. The rest as in `Sprite`, stacked.

    kinds: (K,), the number of the function of SHARES that drew each.
    """

    layers: Tensor
    colours: Tensor  # (K, 2, 3)
    jitter: Tensor  # (K, 3)
    skin: Tensor  # (K,) 0 or 1
    textured: Tensor  # (K,)
    shadow: Tensor  # (K,)
    kinds: Tensor  # (K,)

    @classmethod
    def drawn(cls, count: int, seed: int, cache: Path | None = None) -> "Bank":
        """Draw a bank, or read it where it was drawn before: from a file beside `cache`, named by what is drawn."""
        if cache is not None:
            cache = cache.with_stem(f"{cache.stem}-{drawing_hash(count, seed)}")
        if cache is not None and cache.is_file():
            return cls(**torch.load(cache, weights_only=True))
        rng = np.random.default_rng(seed)
        draw = list(SHARES)
        share = np.array(list(SHARES.values()))
        kinds = rng.choice(len(draw), count, p=share / share.sum())
        kinds[: min(count, len(draw))] = np.arange(len(draw))[:count]  # even a small bank has one of each
        sprites = [draw[kind](rng) for kind in kinds]
        bank = cls(
            torch.from_numpy(np.stack([_layers(sprite) for sprite in sprites])),
            torch.tensor([sprite.colours for sprite in sprites], dtype=torch.float32),
            torch.tensor([sprite.jitter for sprite in sprites]),
            torch.tensor([float(sprite.skin) for sprite in sprites]),
            torch.tensor([float(sprite.textured) for sprite in sprites]),
            torch.tensor([sprite.shadow for sprite in sprites]),
            torch.from_numpy(kinds),
        )
        if cache is not None:
            partial = cache.with_suffix(".partial")
            torch.save({field.name: getattr(bank, field.name) for field in fields(bank)}, partial)
            partial.replace(cache)
        return bank

    def to(self, device: torch.device) -> "Bank":
        """The same on another device."""
        return Bank(*(getattr(self, field.name).to(device) for field in fields(self)))

    def drawn_by(self, *draw: Callable[[np.random.Generator], Sprite]) -> Tensor:
        """(K',) numbers of the sprites that these functions drew."""
        wanted = torch.tensor([n for n, known in enumerate(SHARES) if known in draw], device=self.kinds.device)
        return torch.nonzero(torch.isin(self.kinds, wanted))[:, 0]

    def place(
        self, chosen: Tensor, from_square: Tensor, at_px: Tensor, skin: Tensor, texture: Tensor, dice: Dice
    ) -> Placed:
        """Put sprites before faces. chosen: (N,) numbers. from_square: (N, 2, 3), px -> the mean face.

        at_px: (N, 2, S, S): which place of the square each pixel shows. skin: (N, 3, S or 1, S or 1), the wearers' own.
        texture: (N, 3, S, S), of whatever else.
        """
        jitter = self.jitter[chosen].view(-1, 3, 1, 1)
        moved = similarities(
            dice.normal(1) * jitter[:, 1:2],
            torch.exp(dice.normal(1) * jitter[:, 2:3]),
            dice.normal(1, 2) * jitter[:, :1],
        )
        to_sprite = moved.new_tensor(
            [[SPRITE_PX / 4, 0, -LEFT * SPRITE_PX / 4 - 0.5], [0, SPRITE_PX / 4, -TOP * SPRITE_PX / 4 - 0.5]]
        )
        affine = composed(to_sprite.expand(len(moved), -1, -1), composed(moved, from_square))
        layers = sampled(self.layers.index_select(0, chosen).float() / 255, moved_by(affine, at_px), padding="zeros")
        alpha, shade, second = layers.split(1, dim=1)
        first, other = self.colours[chosen].view(-1, 2, 3, 1, 1).unbind(dim=1)
        own = self.skin[chosen].view(-1, 1, 1, 1)
        colours = mix(first, other, second)
        colours = mix(colours, texture, self.textured[chosen].view(-1, 1, 1, 1) * (1 - second))
        painted = mix(colours, colours * skin, own) * shade * 2
        darkness = self.shadow[chosen].view(-1, 1, 1, 1) * dice.uniform(0, 1)
        fallen = torch.roll(blur(alpha, SHADOW_PX), 2, dims=2)
        return Placed(alpha, painted.clamp(0, 1), 1 - darkness * fallen * (1 - alpha))


def brightness(skin: Tensor) -> Tensor:
    """(N, 1, 1, 1): what the colour of a thing is multiplied with in the light of a face. skin: (N, 3, 1, 1)."""
    return (skin.mean(dim=1, keepdim=True) * 2).clamp(0.3, 1.5)


def drawing_hash(count: int, seed: int) -> str:
    """What names a bank: any change of how things are drawn is another one."""
    told = sha256(repr((count, seed, [(draw.__name__, share) for draw, share in SHARES.items()])).encode())
    for file in sorted(files("models.training.drawing").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".py"):
            told.update(file.read_bytes())
    return told.hexdigest()[:12]


def put(pictures: Tensor, thing: Placed, there: Tensor) -> Tensor:
    """Pictures with a thing before them, where `there` is 1. there: (N, 1, 1, 1)."""
    return mix(pictures * mix(torch.ones_like(thing.shadow), thing.shadow, there), thing.colour, thing.alpha * there)


def _layers(sprite: Sprite) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    stacked = np.stack([sprite.alpha, sprite.shade / 2, sprite.second])
    return np.asarray((stacked.clip(0, 1) * 255).round(), np.uint8)
