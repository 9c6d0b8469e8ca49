"""Does this engine compute what the network says? A fixed question, asked of it and of the CPU at full precision.

Knows tensors; knows neither what built the engine nor what to do when it is wrong (engines/backends/precision.py does).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.backends import Session, TensorSpec

GOOD_DB = 30.0
"""Peak signal to noise ratio from which a face looks the same (shared/swapper-contracts.md)."""
SEED = 20


def question(inputs: tuple[TensorSpec, ...], edge: int | None = None) -> list[NDArray[Any]]:
    """The same tensors every time: smooth pictures within 0..1, vectors of length 1.

    edge: px of a picture whose sides are free; any other free dimension is 1.
    """
    rng = np.random.default_rng(SEED)
    tensors = []
    for spec in inputs:
        sides = edge if edge is not None and len(spec.shape) == 4 else 1
        shape = [size if size > 0 else sides if axis else 1 for axis, size in enumerate(spec.shape)]
        if len(shape) == 4:
            coarse = rng.random([size if size <= 4 else -(-size // 16) for size in shape])
            for axis, size in enumerate(shape):
                if size > 4:
                    coarse = np.repeat(coarse, 16, axis=axis).take(range(size), axis=axis)
            tensors.append(coarse.astype(spec.dtype))
        else:
            values = rng.normal(size=shape)
            tensors.append((values / np.linalg.norm(values)).astype(spec.dtype))
    return tensors


def agreement_db(answer: Mapping[str, NDArray[Any]], reference: Mapping[str, NDArray[Any]]) -> float:
    """PSNR in dB of the worst output, its peak being the range of the reference; -inf for a value that is no number."""
    worst = float("inf")
    for name, expected in reference.items():
        wanted, got = expected.astype(np.float64), answer[name].astype(np.float64)
        if not np.isfinite(got).all():
            return -float("inf")
        peak = max(float(np.ptp(wanted)), float(np.abs(wanted).max()), 1e-12)
        error = float(np.sqrt(np.mean((wanted - got) ** 2)))
        worst = min(worst, 20 * float(np.log10(peak / max(error, 1e-12 * peak))))
    return worst


def check(session: Session, reference: Session, edge: int | None = None) -> float:
    """Agreement of `session` with `reference` in dB on the fixed question."""
    tensors = question(reference.inputs, edge)
    return agreement_db(session.run(*tensors), reference.run(*tensors))
