"""Makes what the engines explain a source's face by: mean and principal components of the flat faces of the data set.

Robustly, since people have things on them: what is unlike the components is replaced by them, and they are computed
anew. A face and its mirror image count alike. Knows flat faces as arrays; knows no torch and no network.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.source_faces.face_basis import flat_layout, logarithm
from engines.source_faces.smile import SMILING
from models.training.people import People

COMPONENTS, ROUNDS = 48, 4
OUTLIER = 0.25
"""Residual, of logarithms, from which a place of a face has little say."""
TO_DEVIATION = 1.4826
"""Standard deviation of a Gaussian beside its median absolute deviation."""
FEWEST = 8
"""Faces that show a place, below which they all tell of it, however badly."""
WIDEST = 0.98
"""Of all mouths: beyond, there are too few to tell how faces look."""
SEEN = 0.33
"""Of how well a place is seen: from here on it counts in full."""


def make_basis(people: People, path: Path, tell: Callable[[str], None]) -> None:
    """Write data/face_basis.npz: mean, components (int8, with their steps), deviations, spread and smile.

    See `FaceBasis` and `Smile`.
    """
    who = people.chosen(test=False)
    logs, seen = faces_of(np.asarray(people.flat[who]))
    mouths = np.asarray(people.mouths[who])
    mean, components, deviations = components_of(logs, seen, min(COMPONENTS, len(logs)), tell)
    steps = np.abs(components).max(axis=1) / 127
    shape = len(components), -1, 3
    np.savez_compressed(
        path,
        mean=mean.reshape(-1, 3).astype(np.float16),
        components=np.round(components / steps[:, np.newaxis]).astype(np.int8).reshape(shape),
        steps=steps.astype(np.float32),
        deviations=deviations.astype(np.float32),
        spread=spread_beside(logs, seen, mean, components).astype(np.float16),
        at_rest=np.median(mouths[:, SMILING], axis=0),
        widest=np.quantile(mouths[:, SMILING], WIDEST, axis=0).astype(np.float32),
        lighter=smiles_of(logs, seen, mean, np.concatenate([mouths, mouths])).astype(np.float16),
    )


def faces_of(flat: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(2 N, 3 P) logarithms of faces and of their mirror images, and how well each value is seen, 0..1.

    flat: (N, H, W, 4), see `People`. P: places inside the flat face, in reading order.
    """
    layout = flat_layout()
    inside, size_wh = layout.inside(), layout.size_hw[::-1]
    small = np.stack([cv2.resize(face, size_wh, interpolation=cv2.INTER_AREA) for face in flat]).astype(np.float32)
    both = np.concatenate([small, small[:, :, ::-1]])[:, inside]
    seen = np.clip(both[..., 3:] / (255 * SEEN), 0, 1)
    three = np.broadcast_to(seen, (*seen.shape[:2], 3)).astype(np.float32)
    return logarithm(both[..., :3]).reshape(len(both), -1), three.reshape(len(both), -1)


def components_of(
    logs: NDArray[np.float32], seen: NDArray[np.float32], count: int, tell: Callable[[str], None]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """(V,) mean, (count, V) orthonormal components, (count,) deviations of faces, (N, V), seen (N, V) 0..1."""
    mean = (logs * seen).sum(axis=0) / (seen.sum(axis=0) + 1e-6)
    filled = np.where(seen > 0.5, logs, mean)
    for number in range(ROUNDS):
        apart = filled - mean
        values, vectors = np.linalg.eigh(apart @ apart.T / len(apart))
        components = vectors[:, ::-1][:, :count].T @ apart
        components /= np.maximum(np.linalg.norm(components, axis=1, keepdims=True), 1e-9)
        likely = mean + (apart @ components.T) @ components
        residual = logs - likely
        told = 1 - (residual**2 * seen).sum() / ((logs - mean) ** 2 * seen).sum()
        tell(f"round {number + 1} of {ROUNDS}: {told:.1%} of the variance explained")
        filled = likely + residual * seen / (1 + (residual / np.float32(OUTLIER)) ** 2)
        mean = filled.mean(axis=0)
    return mean, components.astype(np.float32), np.sqrt(np.maximum(values[::-1][:count], 1e-6)).astype(np.float32)


def spread_beside(
    logs: NDArray[np.float32], seen: NDArray[np.float32], mean: NDArray[np.float32], components: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(P,) standard deviation, robust, of what the components leave unexplained of brightness. See `components_of`."""
    apart = logs - mean
    residual = apart - ((apart * seen) @ components.T) @ components
    brightness = np.abs(residual.reshape(len(logs), -1, 3).mean(axis=2))
    usable = seen.reshape(len(logs), -1, 3)[..., 0] >= 1
    few = usable.sum(axis=0) < FEWEST
    brightness[~usable & ~few] = np.nan
    return np.asarray(TO_DEVIATION * np.nanmedian(brightness, axis=0), np.float32)


def smiles_of(
    logs: NDArray[np.float32], seen: NDArray[np.float32], mean: NDArray[np.float32], mouths: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(2, P): how much lighter each place is for each 1 of a smile's measures, for a face as light, its lips as parted.

    mouths: (N, 3), see `mouth_of`. The others: see `components_of`. Least squares of each place, reweighted so that
    what has nothing to do with a mouth has little say.
    """
    brightness = (logs - mean).reshape(len(logs), -1, 3).mean(axis=2)
    usable = seen.reshape(*brightness.shape, 3)[..., 0]
    tone = (brightness * usable).sum(axis=1) / usable.sum(axis=1)
    scale = mouths.std(axis=0)
    told = np.column_stack([np.ones_like(tone), tone, (mouths - mouths.mean(axis=0)) / scale])
    weight = usable
    for _ in range(ROUNDS):
        normal = np.einsum("np,ni,nj->pij", weight, told, told, optimize=True) + 0.01 * np.eye(told.shape[1])
        answers = np.einsum("np,ni->pi", weight * brightness, told, optimize=True)
        shares = np.linalg.solve(normal, answers[..., np.newaxis])[..., 0]
        weight = usable / (1 + ((brightness - told @ shares.T) / OUTLIER) ** 2) ** 2
    return np.asarray((shares[:, 2:].T / scale[:, np.newaxis])[SMILING], np.float32)
