"""Weights of the compositor in a file: what a training stopped at, and how to go on from it.

Knows what a checkpoint holds, and the names that the first study of this network gave its layers; knows no training.
"""

from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.errors import UserError
from models.training.network import BLOCK, INPUTS

NUMBERS: list[Any] = [
    np.dtype,
    np.dtypes.Float64DType,
    (np.float64(0).__reduce__()[0], "numpy._core.multiarray.scalar"),
]
"""What the study's files hold besides tensors."""
Weights = dict[str, Tensor]
STUDY_NAMES = {
    **{f"e{n}": f"encode{n}" for n in (1, 2, 3, 4)},
    **{f"d{n}": f"down{n}" for n in (1, 2, 3)},
    **{f"u{n}": f"up{n}" for n in (1, 2, 3)},
    **{f"f{n}": f"decode{n}" for n in (1, 2, 3)},
    "a": "first",
    "b": "second",
}
"""Layers as the study called them, and as they are called here."""


@dataclass(slots=True)
class Checkpoint:
    """Where a training stopped."""

    weights: Weights
    averaged: Weights  # their running mean: what is exported
    optimiser: dict[str, Any] | None = None
    step: int = 0
    samples: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read a checkpoint of this package or of the study that the network comes from, or weights that were exported.

        So a training goes on from engines/data/compositor.onnx where its checkpoint is gone.
        """
        if path.suffix == ".onnx":
            from models.training.export import imported  # noqa: PLC0415  it imports this module

            exported = imported(path)
            return cls(exported, {name: value.clone() for name, value in exported.items()})
        try:
            with torch.serialization.safe_globals(NUMBERS):
                held = torch.load(path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, UnpicklingError, EOFError) as error:
            raise UserError(
                f"{path} is not a checkpoint: {error}", remedy="give a file that this command wrote"
            ) from error
        if "averaged" in held:
            return cls(**held)
        averaged = from_study(held["ema"])
        return cls(from_study(held["net"]) if "net" in held else dict(averaged), averaged)

    def save(self, path: Path) -> None:
        """Write whole or not at all: another process may be reading the file, and this one may be stopped."""
        partial = path.with_suffix(".partial")
        torch.save({name: getattr(self, name) for name in self.__dataclass_fields__}, partial)
        partial.replace(path)


def from_study(held: Weights) -> Weights:
    """Weights under today's names, with the study's ninth input, which it held at 1, made part of the bias."""
    weights = {
        ".".join(STUDY_NAMES.get(part, part) for part in name.split(".")): value.float() for name, value in held.items()
    }
    stem, known = weights["stem.weight"], INPUTS * BLOCK**2
    weights["stem.bias"] = weights["stem.bias"] + stem[:, known:].sum(dim=(1, 2, 3))
    weights["stem.weight"] = stem[:, :known].contiguous()
    return weights
