"""Pictures to and from one network: what a row of facts says about sizes, colours and scales, done in reused buffers.

Knows the facts of a row; knows no family and no runtime.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.backends.io_validation import CropFacts
from engines.crops.alignment import align
from engines.errors import EngineError
from engines.image.paste import OpaqueCrop
from engines.image.tensors import Tensor, aligned_crop, join_strided, split_strided, to_bgra, to_planes
from engines.types import Affine, Image, Points

Run = Callable[[Tensor], NDArray[Any]]


class CropCodec:
    """The crop of one network, k times finer than the network sees it if `boost` is k (pixel boost).

    batch: whether the network takes all k * k pictures at once. One thread at a time: the buffers are reused.
    """

    def __init__(self, facts: CropFacts, *, boost: int = 1, batch: bool = False) -> None:
        taken, given = facts.taken, facts.given
        self.size = taken.size_px * boost
        self._template = facts.template
        self._network_size = taken.size_px
        self._is_rgb = taken.order == "rgb"
        self._gain = np.array([1 / std for std in taken.std], np.float32)
        self._offset = np.array([-mean / std for mean, std in zip(taken.mean, taken.std, strict=True)], np.float32)
        self._out_gain, self._out_offset = np.array(given.std, np.float32), np.array(given.mean, np.float32)
        self._tensor = np.empty((boost * boost, 3, taken.size_px, taken.size_px), np.float32)
        self._picture = np.empty((self.size, self.size, 4), np.float32)
        self._batch = batch or boost == 1

    @property
    def is_boosted(self) -> bool:
        """Whether one crop takes several runs of the network, or a batch of its own."""
        return self.size != self._network_size

    def cut(self, image: Image, points: Points) -> tuple[Image, Affine]:
        """The aligned crop, (k * S, k * S, 3) uint8 BGR, and how it was cut. points: five, px of `image`."""
        affine = align(points, self._template, self.size)
        return aligned_crop(image, affine, self.size), affine

    def encode(self, crop: Image) -> Tensor:
        """(k * k, 3, S, S) float32, as the network wants it; valid until the next. crop: as `cut` gives it."""
        for index, part in enumerate(split_strided(crop, self._network_size)):
            to_planes(part, self._gain, self._offset, self._is_rgb, self._tensor[index])
        return self._tensor

    def through(self, run: Run, crop: Image) -> Tensor:
        """(3, k * S, k * S): what the network makes of `crop`. run: one batch in, one batch of pictures out."""
        tensor = self.encode(crop)
        batches = [tensor] if self._batch else [tensor[index : index + 1] for index in range(len(tensor))]
        made = [np.asarray(run(batch), np.float32) for batch in batches]
        if len(tensor) == 1:
            return np.asarray(made[0][0], np.float32)
        return join_strided(np.concatenate(made))

    def decode(self, planes: Tensor, mask: NDArray[np.float32]) -> OpaqueCrop:
        """The picture to paste. planes: as `through` gives. mask: (k * S, k * S) 0..1. Valid until the next.

        Raises EngineError when the network gave no numbers: that must never be seen.
        """
        planes = np.ascontiguousarray(planes)
        broken = to_bgra(planes, self._out_gain, self._out_offset, mask, self._is_rgb, self._picture)
        if broken:
            raise EngineError(
                f"the network gave {broken} values that are not numbers",
                remedy="use the fp32 file of this model, or another --device",
            )
        return self._picture
