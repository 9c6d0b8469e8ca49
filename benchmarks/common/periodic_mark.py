"""A mark in the pixels that says "made" and nothing else: one square of fixed phases, repeated over the whole picture.

    added    to the luma, less where the picture is smooth and more where it is busy
    found    at every scale, the picture is folded to one square and its phases are compared with ours, at every shift

So a crop shifts the square, another size scales it, and both are found without the original and without a key. Folding
adds all squares up; what a picture itself shows folds to phases that are none of ours. Not found: turned or mirrored
pictures, other proportions, sizes beyond SCALES. Tried out here (benchmarks/pixel_mark.py); no part of the product.
Knows pixels; knows no file.
"""

import hashlib
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Image

Plane = NDArray[np.float32]

PERIOD_PX = 256
FOLDED_PX = 128
"""Of the square when it is looked for."""
WAVES = (4, 16)
"""Least and most in a square, in any direction: 64 to 16 px each, which a codec keeps and a resize to half, too."""
STRENGTH = 1.2
"""Root mean square in 8-bit steps, before it is adapted to the picture."""
SMOOTH_SHARE, BUSY_SHARE, BUSY = 0.35, 2.5, 6.0
"""Of STRENGTH: least and most; and the deviation over 20 px at which it is whole (and a third)."""
SCALES = np.exp(np.arange(np.log(0.4), np.log(1.3), 0.005))
LOOKED_AT_PX = (640, 384)
"""Of the middle of a picture, width and height, when folded."""
FOUND = 7.0
"""Standard deviations of what chance gives one shift."""


@cache
def _phases() -> NDArray[np.complex64]:
    """(FOLDED_PX, FOLDED_PX / 2 + 1): unit numbers where there are waves, else 0; the same everywhere."""
    down = np.fft.fftfreq(FOLDED_PX, 1 / FOLDED_PX)[:, np.newaxis]
    across = np.arange(FOLDED_PX // 2 + 1)[np.newaxis]
    radius = np.hypot(down, across)
    has_wave = (radius >= WAVES[0]) & (radius <= WAVES[1]) & ((across > 0) | (down > 0))
    blocks = (hashlib.sha256(f"liveswap mark {number}".encode()).digest() for number in range(has_wave.size // 16 + 1))
    numbers = np.frombuffer(b"".join(blocks), "<u2")[: has_wave.size].reshape(has_wave.shape)
    return np.where(has_wave, np.exp(2j * np.pi * numbers / 65536), 0).astype(np.complex64)


@cache
def _square() -> Plane:
    """(PERIOD_PX, PERIOD_PX), of STRENGTH."""
    whole = np.zeros((PERIOD_PX, PERIOD_PX // 2 + 1), np.complex64)
    rows = np.fft.fftfreq(FOLDED_PX, 1 / FOLDED_PX).astype(int)
    whole[rows[:, np.newaxis], np.arange(FOLDED_PX // 2 + 1)] = _phases()
    made = np.fft.irfft2(whole, s=(PERIOD_PX, PERIOD_PX))
    return np.asarray(made * STRENGTH / made.std(), np.float32)


def marked(image: Image) -> Image:
    """A copy with the mark. image: (H, W, 3) uint8 BGR."""
    height, width = image.shape[:2]
    repeated = np.tile(_square(), (height // PERIOD_PX + 1, width // PERIOD_PX + 1))[:height, :width]
    added = repeated * cv2.resize(_bearable(image), (width, height))
    return np.clip(np.rint(image + added[..., np.newaxis]), 0, 255).astype(np.uint8)


def _bearable(image: Image) -> Plane:
    """(H / 4, W / 4): the share of STRENGTH that does not show; beside an edge it is that of the smooth side."""
    small = np.asarray(cv2.resize(_luma(image), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), np.float32)
    busy = cv2.blur(cv2.erode(_deviation(small, 5), np.ones((5, 5), np.uint8)), (3, 3))
    return np.asarray(np.clip(SMOOTH_SHARE + busy / BUSY, SMOOTH_SHARE, BUSY_SHARE), np.float32)


def likeness(*images: Image) -> float:
    """How far the best scale and shift are above chance; FOUND and more is a mark.

    images: (H, W, 3) uint8 BGR each; several frames of one film, which must be of one size, are looked at together.
    """
    agreement = np.sum([_unit(_waves(image)) for image in images], axis=0) * np.conj(_phases())
    most = np.fft.irfft2(_unit(agreement), s=(FOLDED_PX, FOLDED_PX)).max() * FOLDED_PX**2
    return float(most / np.sqrt(2 * np.count_nonzero(_phases())))


def _unit(waves: NDArray[np.complex64]) -> NDArray[np.complex64]:
    return np.asarray(waves / np.maximum(np.abs(waves), 1e-9), np.complex64)


def _waves(image: Image) -> NDArray[np.complex64]:
    """(scales, FOLDED_PX, FOLDED_PX / 2 + 1): of the folded picture, its contrasts evened out."""
    luma = _luma(image)
    edge = max(7, round(min(luma.shape) / 30)) | 1
    even = np.clip((luma - cv2.blur(luma, (edge, edge))) / (_deviation(luma, edge) + 1), -2, 2)
    return np.fft.rfft2(np.stack([_folded(even, scale) for scale in SCALES])).astype(np.complex64)


def _folded(even: Plane, scale: float) -> Plane:
    """(FOLDED_PX, FOLDED_PX): the sum of all squares, if they are `scale` times PERIOD_PX wide."""
    factor = FOLDED_PX / (PERIOD_PX * scale)
    width, height = (int(edge / factor) for edge in LOOKED_AT_PX)
    top, left = (max(0, (have - want) // 2) for have, want in zip(even.shape, (height, width), strict=True))
    middle = even[top : top + height, left : left + width]
    way = cv2.INTER_AREA if factor < 0.6 else cv2.INTER_LINEAR
    small = cv2.resize(middle, None, fx=factor, fy=factor, interpolation=way)
    rows, columns = (-(-edge // FOLDED_PX) for edge in small.shape)
    whole = np.zeros((rows * FOLDED_PX, columns * FOLDED_PX), np.float32)
    whole[: small.shape[0], : small.shape[1]] = small
    return np.asarray(whole.reshape(rows, FOLDED_PX, columns, FOLDED_PX).sum((0, 2)), np.float32)


def _luma(image: Image) -> Plane:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)


def _deviation(plane: Plane, edge: int) -> Plane:
    mean = cv2.blur(plane, (edge, edge))
    return np.asarray(np.sqrt(np.maximum(cv2.blur(plane * plane, (edge, edge)) - mean * mean, 0)), np.float32)
