"""Compositors that say the same of every face, or bend towards the target: what is done with their word is tested."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engines.backends import TensorSpec
from engines.compositor.layers import Layers
from engines.compositor.network import ALPHA, DETAIL, GAIN, OFFSET, OWN, Compositor
from engines.mesh.square import SQUARE_PX

SQUARE = (SQUARE_PX, SQUARE_PX)


def fields(
    alpha: ArrayLike = 1.0,
    gain: ArrayLike = 1.0,
    offset: ArrayLike = 0.0,
    own: ArrayLike = 0.0,
    detail: ArrayLike = 1.0,
) -> NDArray[np.float32]:
    """(9, S, S): as a network gives them; numbers for the whole square, or (S, S) of each place.

    As they stand: the source's texture in the target's coarse light, opaque.
    """
    made = np.empty((9, *SQUARE), np.float32)
    made[ALPHA], made[OWN], made[DETAIL] = alpha, own, detail
    made[GAIN : GAIN + 3], made[OFFSET : OFFSET + 3] = gain, offset
    return made


class FixedNetwork:
    """A Session that gives the same fields whatever it sees. runs: how many faces each run had."""

    def __init__(self, answer: NDArray[np.float32], faces: int = 1) -> None:
        self.inputs = (TensorSpec("layers", (faces, 8, *SQUARE), "float32"),)
        self.outputs = (TensorSpec("fields", (faces, 9, *SQUARE), "float32"),)
        self.answer, self.runs = answer, list[int]()

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        self.runs.append(len(tensors[0]))
        return {"fields": np.stack([self.of(each) for each in tensors[0]])}

    def of(self, _layers: NDArray[np.float32]) -> NDArray[np.float32]:
        """(9, S, S) of one face. layers: (8, S, S)."""
        return self.answer

    def close(self) -> None:
        """Nothing is open."""


class TowardsTheTarget(FixedNetwork):
    """Lifts or lowers the source to the target, by `share` of what is between them. See Layers.tensor."""

    def __init__(self, share: float = 1.0, faces: int = 1) -> None:
        super().__init__(fields(), faces)
        self._share = np.float32(share)

    def of(self, layers: NDArray[np.float32]) -> NDArray[np.float32]:
        return fields(offset=self._share * (layers[:3] - layers[3:6]))


class SparingSources(Compositor):
    """Says of targets what its network says, and that nothing is in front of a source's own face."""

    def source_opacity(self, layers: Layers) -> NDArray[np.float32]:
        return np.ones_like(layers.valid)


def compositor_of(**given: ArrayLike) -> Compositor:
    """One that says the same of every target. given: see `fields`."""
    return SparingSources(FixedNetwork(fields(**given)))
