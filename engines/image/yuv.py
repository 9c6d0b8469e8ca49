"""8-bit 4:2:0 planes to BGR and back: what touches every pixel of a live picture.

swscale rounds exactly on its slow path only; these kernels do it in a sixth of the time (benchmarks/LEDGER.md). The
chroma of four pixels is repeated for each, and averaged over them on the way back, so what nobody painted comes back
as it was. Compiled by numba without the interpreter lock, and cached. The loops go over one plane at a time, which is
what compilers make vector instructions from; OpenCV interleaves.

Knows the equations of H.273, 8.3; knows no library's frames.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.types import Image

SHIFT, CHROMA_SHIFT = np.int32(14), np.int32(16)
"""Of fixed-point numbers; a chroma value is made of the sum of four pixels."""
ZERO, MOST, GREY = np.int32(0), np.int32(255), np.int32(128)
ONE = 1 << int(SHIFT)
Plane: TypeAlias = NDArray[np.uint8]
Planes: TypeAlias = tuple[Plane, Plane, Plane]
"""Y (H, W or more), U and V (H/2, W/2 or more), uint8, contiguous; H and W even."""
Factors: TypeAlias = NDArray[np.int32]


def empty_planes(size_wh: tuple[int, int]) -> Planes:
    """To be written to. size_wh: even."""
    width, height = size_wh
    half = height // 2, width // 2
    return np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)


class Yuv420:
    """One way to write colours as 4:2:0. For one thread.

    kr, kb: the weights of red and blue in luma, by the standard. full_range: 0..255, not 16..235 (240).
    """

    def __init__(self, kr: float, kb: float, *, full_range: bool) -> None:
        luma, chroma, low = (255, 255, 0) if full_range else (219, 224, 16)
        kg = 1 - kr - kb
        to_luma, to_chroma = 255 / luma, 255 / chroma
        self._decoding = _fixed(
            to_luma,
            2 * (1 - kr) * to_chroma,
            -2 * kb * (1 - kb) / kg * to_chroma,
            -2 * kr * (1 - kr) / kg * to_chroma,
            2 * (1 - kb) * to_chroma,
        )
        self._low = np.int32(low)
        self._luma = _fixed(kb / to_luma, kg / to_luma, kr / to_luma)
        blue, red = 0.5 / (1 - kb) / to_chroma, 0.5 / (1 - kr) / to_chroma
        self._chroma = _fixed(blue * (1 - kb), -blue * kg, -blue * kr, -red * kb, -red * kg, red * (1 - kr))
        self._planes = np.empty((3, 0, 0), np.uint8)
        self._warm_up()

    def to_bgr(self, planes: Planes, size_wh: tuple[int, int]) -> Image:
        """(H, W, 3) uint8, a new array."""
        scratch = self._scratch(size_wh)
        _decode(planes, scratch, self._low, self._decoding)
        return np.asarray(cv2.merge(list(scratch)), np.uint8)

    def from_bgr(self, image: Image, planes: Planes) -> None:
        """Write an image to planes of its size."""
        height, width = image.shape[:2]
        scratch = self._scratch((width, height))
        cv2.split(image, list(scratch))
        _encode(scratch, planes, self._low, self._luma, self._chroma)

    def _warm_up(self) -> None:
        """So that no picture of a stream waits for the compiler."""
        planes = np.zeros((2, 2), np.uint8), np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint8)
        self.from_bgr(self.to_bgr(planes, (2, 2)), planes)

    def _scratch(self, size_wh: tuple[int, int]) -> NDArray[np.uint8]:
        shape = 3, size_wh[1], size_wh[0]
        if self._planes.shape != shape:
            self._planes = np.empty(shape, np.uint8)
        return self._planes


def _fixed(*values: float) -> NDArray[np.int32]:
    """In fixed point. What should add up (white to 235, grey to no colour) is a test's business."""
    return np.array([round(value * ONE) for value in values], np.int32)


@njit(cache=True, nogil=True)
def _decode(planes: Planes, bgr: Plane, low: np.int32, factors: Factors) -> None:
    """To three planes: blue, green, red."""
    (y, u, v), height, width = planes, bgr.shape[1], bgr.shape[2]
    luma, red_v, green_u, green_v, blue_u = factors[0], factors[1], factors[2], factors[3], factors[4]
    lift = (np.int32(1) << (SHIFT - np.int32(1))) - low * luma
    of_blue, of_green, of_red = (np.empty(width, np.int32), np.empty(width, np.int32), np.empty(width, np.int32))
    for row in range(height):
        if row % 2 == 0:
            for c in range(width // 2):
                cb, cr = np.int32(u[row // 2, c]) - GREY, np.int32(v[row // 2, c]) - GREY
                of_blue[2 * c] = of_blue[2 * c + 1] = blue_u * cb + lift
                of_green[2 * c] = of_green[2 * c + 1] = green_u * cb + green_v * cr + lift
                of_red[2 * c] = of_red[2 * c + 1] = red_v * cr + lift
        _shade(y[row], luma, of_blue, bgr[0, row])
        _shade(y[row], luma, of_green, bgr[1, row])
        _shade(y[row], luma, of_red, bgr[2, row])


@njit(cache=True, nogil=True)
def _shade(y: Plane, luma: np.int32, chroma: Factors, out: Plane) -> None:
    for x in range(out.size):
        out[x] = np.uint8(min(max((np.int32(y[x]) * luma + chroma[x]) >> SHIFT, ZERO), MOST))


@njit(cache=True, nogil=True)
def _encode(bgr: Plane, planes: Planes, low: np.int32, luma: Factors, chroma: Factors) -> None:
    """From three planes: blue, green, red."""
    (y, u, v), height, width = planes, bgr.shape[1], bgr.shape[2]
    lift = (low << SHIFT) + (np.int32(1) << (SHIFT - np.int32(1)))
    sums = np.empty((3, width), np.int32)
    for row in range(height):
        blue, green, red, out = bgr[0, row], bgr[1, row], bgr[2, row], y[row]
        for x in range(width):
            value = luma[0] * np.int32(blue[x]) + luma[1] * np.int32(green[x]) + luma[2] * np.int32(red[x])
            out[x] = np.uint8((value + lift) >> SHIFT)
        if row % 2 == 1:
            for plane in range(3):
                above, below = bgr[plane, row - 1], bgr[plane, row]
                for x in range(width):
                    sums[plane, x] = np.int32(above[x]) + np.int32(below[x])
            _mean_colour(sums, chroma[:3], u[row // 2])
            _mean_colour(sums, chroma[3:], v[row // 2])


@njit(cache=True, nogil=True)
def _mean_colour(sums: Factors, factors: Factors, out: Plane) -> None:
    lift = (GREY << CHROMA_SHIFT) + (np.int32(1) << (CHROMA_SHIFT - np.int32(1)))
    for c in range(sums.shape[1] // 2):
        blue = sums[0, 2 * c] + sums[0, 2 * c + 1]
        green = sums[1, 2 * c] + sums[1, 2 * c + 1]
        red = sums[2, 2 * c] + sums[2, 2 * c + 1]
        value = factors[0] * blue + factors[1] * green + factors[2] * red
        out[c] = np.uint8(min((value + lift) >> CHROMA_SHIFT, MOST))
