"""A face laid flat as a thousand faces explain it: as it would look with nothing on it, in the light it is in.

A mean and principal components of the logarithms of flat faces (data/face_basis.npz, made of generated people by
models/training/basis.py) are fitted robustly: what no face has (rims, strands, a hard shadow) has little say. Knows
colours of flat faces at one size; knows no photo, no network and no target.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from engines import data
from engines.image.image_ops import Field, mean_nearby
from engines.mesh.uv_map import UVLayout

UNIT_PX = 64
"""Eye distance of the flat face in which faces are explained."""
DARK = 8.0
"""Brightness (0..255) that keeps logarithms of near-blacks quiet."""
NOISE, ALIKE = 0.2, 8.0
"""Residual, of logarithms, that is expected of a face beside the components; and how many neighbouring values err
together, so that one photo is not believed as if it were thousands."""
OUTLIER, FIRST = 0.15, 2.5
"""Residual from which a place loses its say, and how many times more it may be in the first round. Looked at on four
paintings and 18 people."""
ROUNDS = 12
CONTINUED_PX = (1, 2, 4, 8, 16)
"""Blurs by which what is explained is continued beyond the face and over its holes."""


@dataclass(frozen=True, slots=True)
class Smile:
    """How wide mouths are and how far their corners are raised on the faces of the data set, and how that looks.

    at_rest, widest: (2,), see `mouth_of`, of the middle one of all, and what all but a fiftieth are below.
    lighter: (2, P) logarithms by which the P places inside the flat face are lighter for each 1 of them.
    """

    at_rest: NDArray[np.float32]
    widest: NDArray[np.float32]
    lighter: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FaceBasis:
    """mean: (P, 3) logarithms, see `logarithm`, of the P places inside the flat face, in reading order.

    components: (K, P, 3), orthonormal. deviations: (K,) of a face's share of each. spread: (P,) standard deviation of
    brightness beside what they explain. asked: which of the P are looked at when a face is fitted; neighbours say the
    same. smile: what of a face is of the moment.
    """

    mean: NDArray[np.float32]
    components: NDArray[np.float32]
    deviations: NDArray[np.float32]
    spread: NDArray[np.float32]
    asked: NDArray[np.intp]
    smile: Smile

    def explain(self, logs: Field, trust: Field) -> Field:
        """(H, W, 3) logarithms: the likeliest face of which a photo shows `logs`, continued beyond the face.

        logs: (H, W, 3), of the layout of UNIT_PX. trust: (H, W) 0..1, how far a place has a say.
        Iteratively reweighted least squares with Geman-McClure weights and a Gaussian prior on the components.
        """
        inside = flat_layout().inside()
        wanted, say = (logs[inside] - self.mean)[self.asked], trust[inside][self.asked]
        flat = self.components[:, self.asked].reshape(len(self.components), -1)
        prior = np.diag(ALIKE * NOISE**2 / self.deviations**2)
        weight, shares = say, np.zeros(len(flat), np.float32)
        for number in range(ROUNDS):
            weighted = flat * np.repeat(weight, 3)
            shares = np.linalg.solve(weighted @ flat.T + prior, weighted @ wanted.ravel()).astype(np.float32)
            apart = ((wanted - (shares @ flat).reshape(-1, 3)) ** 2).mean(axis=1)
            outlier = OUTLIER * max(1.0, FIRST * (1 - 2 * number / ROUNDS))
            weight = say / (1 + apart / np.float32(outlier**2)) ** 2
        return spread(self.mean + np.tensordot(shares, self.components, axes=1))


def logarithm(image: Field) -> Field:
    """(H, W, 3) of BGR 0..255."""
    return np.asarray(np.log(np.clip(image, 0, 255) + np.float32(DARK)), np.float32)


def colours_of(logs: Field) -> Field:
    """(H, W, 3) BGR 0..255 of logarithms."""
    return np.asarray(np.clip(np.exp(logs) - np.float32(DARK), 0, 255), np.float32)


@cache
def flat_layout() -> UVLayout:
    """Of the faces that are explained."""
    return UVLayout.of(UNIT_PX)


@cache
def face_basis() -> FaceBasis:
    """The one that comes with liveswap."""
    inside = flat_layout().inside()
    every_second = np.zeros(inside.shape, np.bool_)
    every_second[::2, ::2] = True
    with as_file(files(data).joinpath("face_basis.npz")) as path, np.load(path) as held:
        components = held["components"] * held["steps"][:, np.newaxis, np.newaxis]
        mean, deviations, beside = (held[name].astype(np.float32) for name in ("mean", "deviations", "spread"))
        smile = Smile(*(held[name].astype(np.float32) for name in ("at_rest", "widest", "lighter")))
    asked = np.flatnonzero(every_second[inside])
    return FaceBasis(mean, components.astype(np.float32), deviations, beside, asked, smile)


def spread(values: NDArray[np.float32]) -> Field:
    """(H, W, 3): (P, 3) or (P, 1) of the places inside the face, over the layout, continued beyond the face."""
    inside = flat_layout().inside()
    field = np.zeros((*inside.shape, 3), np.float32)
    field[inside] = values
    return _continued(field, inside)


def _continued(field: Field, inside: NDArray[np.bool_]) -> Field:
    known = inside.astype(np.float32)
    for sigma in CONTINUED_PX:
        near, amount = mean_nearby(field, known, sigma)
        new = (known < 0.5) & (amount > 0.02)
        field[new], known[new] = near[new], 1
    return field
