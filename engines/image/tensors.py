"""Between pictures and the tensors of networks: normalise, lay out, split and join. Every buffer is the caller's.

Knows arithmetic and layout; knows no model. The kernels are compiled by numba without the interpreter lock.
"""

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.image.geometry import warp_crop
from engines.types import Affine, Image

Tensor = NDArray[np.float32]


def aligned_crop(image: Image, affine: Affine, size: int) -> Image:
    """The size x size crop that `affine` selects; a face much larger than the crop is averaged, not skipped over.

    Bilinear sampling reads 4 pixels whatever the scale, so from half size on it would flicker. Beyond the image's
    edge its border is continued: a black one would be pasted back as a black rim.
    """
    shrink = 1 / max(1e-6, float(np.hypot(affine[0, 0], affine[1, 0])))
    oversampling = min(4, int(shrink)) if shrink >= 2 else 1
    if oversampling == 1:
        return warp_crop(image, affine, size)
    finer = affine * oversampling
    finer[:, 2] += (oversampling - 1) / 2  # pixel centres are at whole numbers
    large = warp_crop(image, finer, size * oversampling)
    return np.asarray(cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


@njit(cache=True, nogil=True)
def to_planes(crop: Image, gain: Tensor, offset: Tensor, is_rgb: bool, out: Tensor) -> None:
    """value * gain + offset, channels split into planes.

    crop: (S, S, 3) uint8 BGR. gain, offset: (3,) by plane. is_rgb: the planes' order. out: (3, S, S) float32, written.
    """
    first, step = (2, -1) if is_rgb else (0, 1)
    for plane in range(3):
        channel, by, add = first + step * plane, gain[plane], offset[plane]
        for y in range(out.shape[1]):
            for x in range(out.shape[2]):
                out[plane, y, x] = np.float32(crop[y, x, channel]) * by + add


@njit(cache=True, nogil=True)
def to_bgra(planes: Tensor, gain: Tensor, offset: Tensor, mask: Tensor, is_rgb: bool, out: Tensor) -> int:
    """value * gain + offset clipped to 0..255, planes joined to BGR, the mask as fourth channel.

    planes: (3, S, S) float32. gain, offset: (3,) by plane. mask: (S, S) 0..1. out: (S, S, 4) float32, written.
    Returns how many values were no numbers; they are written as 0.
    """
    broken = 0
    first, step = (2, -1) if is_rgb else (0, 1)
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            for plane in range(3):
                value = planes[plane, y, x] * gain[plane] + offset[plane]
                if not np.isfinite(value):
                    broken += 1
                    value = np.float32(0)
                out[y, x, first + step * plane] = min(max(value, np.float32(0)), np.float32(255))
            out[y, x, 3] = mask[y, x]
    return broken


def split_strided(crop: Image, size: int) -> list[Image]:
    """The k x k interleaved pictures of size x size px that a crop of k * size px consists of (pixel boost).

    Picture (i, j) has the pixels [i::k, j::k]: each shows the whole face, so each suits the network.
    """
    k = crop.shape[0] // size
    return [np.ascontiguousarray(crop[i::k, j::k]) for i in range(k) for j in range(k)]


def join_strided(planes: Tensor) -> Tensor:
    """The inverse for tensors: (k * k, C, S, S) -> (C, k * S, k * S)."""
    count, channels, height, width = planes.shape
    k = round(count**0.5)
    grid = planes.reshape(k, k, channels, height, width).transpose(2, 3, 0, 4, 1)
    return np.ascontiguousarray(grid.reshape(channels, height * k, width * k))
