"""The people of a training as tensors, on the device that makes pairs, and who of them is drawn.

Knows people and tones of skin; knows no pair.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.image_ops import Dice
from models.training.people import People


class Crowd:
    """Those who may be drawn. chosen: their numbers. On a GPU only they are held; on the CPU all stay in their files.

    maps, shapes, affines, eyes: as in `People`. sources: see `prepared_sources`; None where none are asked for.
    """

    def __init__(
        self,
        people: People,
        chosen: NDArray[np.intp],
        generator: torch.Generator,
        sources: NDArray[np.uint8] | None = None,
    ) -> None:
        device, self._generator = generator.device, generator
        on_gpu = device.type != "cpu"
        self._pictures, self._flat, self.maps, self.shapes, self.affines, self.eyes, self._tones = (
            torch.from_numpy(column[chosen]).to(device) if on_gpu else torch.from_numpy(column)
            for column in (
                people.pictures,
                people.flat,
                people.maps,
                people.shapes,
                people.affines,
                people.eyes,
                people.tones,
            )
        )
        self._sources = None if sources is None else torch.from_numpy(sources[chosen] if on_gpu else sources).to(device)
        self._numbers = torch.arange(len(chosen), device=device) if on_gpu else torch.from_numpy(chosen)
        self._weights = torch.from_numpy(people.weights[chosen]).to(device)

    def drawn(self, count: int) -> Tensor:
        """(count,) numbers of people."""
        return self._numbers[torch.multinomial(self._weights, count, replacement=True, generator=self._generator)]

    def like(self, own: Tensor, dice: Dice, *, unlike: bool = False) -> Tensor:
        """Somebody for each, in most cases of a similar tone of skin: no light makes one skin another. Or unlike."""
        found, again = self.drawn(dice.count), self.drawn(dice.count)
        apart, apart_again = ((self._tones[own] - self._tones[who]).abs() for who in (found, again))
        return torch.where((apart_again < apart) ^ unlike, again, found)

    def flat_of(self, numbers: Tensor) -> Tensor:
        """(N, 4, H, W) 0..1: faces laid flat, and how well they are seen."""
        return self._flat.index_select(0, numbers).permute(0, 3, 1, 2).float() / 255

    def source_of(self, numbers: Tensor, photos: Tensor) -> Tensor:
        """(N, 5, H, W) 0..1: faces laid flat as the engines prepare them, see `prepared_sources`. photos: (N,)."""
        if self._sources is None:
            raise ValueError("source_of needs prepared sources, got none")
        return self._sources[numbers, photos].permute(0, 3, 1, 2).float() / 255

    def picture_of(self, numbers: Tensor) -> Tensor:
        """(N, 3, PICTURE_PX, PICTURE_PX) 0..1, BGR."""
        return self._pictures.index_select(0, numbers).permute(0, 3, 1, 2).float() / 255
