"""HDR planes to an SDR picture: what touches every pixel of a PQ or HLG video.

In this order: Y'CbCr (H.273, 8.3) -> R'G'B' -> light on the display (SMPTE ST 2084; ITU-R BT.2100 for HLG, on a display
of 1000 cd/m2) -> primaries of BT.709, where a colour outside them is mixed with its own grey until it is inside -> a
gain by the tone curve for the brightest of the three channels (ITU-R BT.2390, 5.4: the EETF, so hue and saturation
stay) -> 8 bit for a display of gamma 2.4 (ITU-R BT.1886). Compiled by numba without the interpreter lock, and cached.

Knows planes and how pixels are computed; hdr_light.py knows the formulas. Knows no library's frames.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.image.hdr_light import (
    HLG_DISPLAY,
    HLG_GAMMA,
    PQ_MOST,
    Curve,
    Light,
    WidePlanes,
    compressed,
    hlg_to_scene,
    luminance,
    pq_to_light,
    primaries_matrix,
)
from engines.types import Image

Floats: TypeAlias = NDArray[np.float32]
Codes: TypeAlias = NDArray[np.uint32]

LEVELS = 4096
"""Of R'G'B' and of the tables: twice as fine as 10 bit in luma, and 8 bit out."""
SDR_GAMMA = 2.4
TINY = 1e-6
TOP, FLOOR = np.float32(LEVELS - 1), np.float32(TINY)


@dataclass(frozen=True, slots=True)
class Coding:
    """How planes are written. kr, kb: weights of red and blue in luma. bits: of a value. primaries: of PRIMARIES."""

    curve: Curve
    kr: float
    kb: float
    bits: int
    full_range: bool
    primaries: int = 9


class ToneMapper:
    """Planes of one coding -> SDR. For one thread."""

    def __init__(self, coding: Coding, light: Light) -> None:
        is_hlg = coding.curve is Curve.HLG
        signal = np.linspace(0, 1, LEVELS)
        most = HLG_DISPLAY if is_hlg else PQ_MOST
        linear = hlg_to_scene(signal) if is_hlg else pq_to_light(signal) / light.white
        shown = np.maximum(signal**2 * most, TINY)  # tables of light are read by its square root
        ootf = signal ** (2 * (HLG_GAMMA - 1)) * most / light.white
        self._tables = Tables(
            linear=linear.astype(np.float32),
            ootf=(ootf if is_hlg else np.empty(0)).astype(np.float32),
            gain=(compressed(shown, light) / shown).astype(np.float32),
            code=np.rint(255 * signal ** (2 / SDR_GAMMA)).astype(np.uint8),
            matrix=primaries_matrix(coding.primaries).astype(np.float32),
            grey=luminance(1).astype(np.float32),
            scene_grey=luminance(9).astype(np.float32),
            decoding=_decoding(coding),
            most=np.array([most / light.white], np.float32),
        )

    def __call__(self, planes: WidePlanes, size_wh: tuple[int, int], steps: tuple[int, int]) -> Image:
        """(H, W, 3) uint8 BGR, a new array. steps: log2 of how many pixels share chroma, along a row and down."""
        image = np.empty((size_wh[1], size_wh[0], 3), np.uint8)
        _map(planes, image, steps, self._tables)
        return image


class Tables(NamedTuple):
    """What the kernel looks up; those of light are read by its square root."""

    linear: Floats  # (LEVELS,) R', G' or B' -> light, 1 = white; HLG: of the scene
    ootf: Floats  # (LEVELS,) HLG: light of the scene -> factor to light, 1 = white; empty for PQ
    gain: Floats  # (LEVELS,) light of the brightest channel, of `most` -> factor
    code: NDArray[np.uint8]  # (LEVELS,) light 0..1 -> 8 bit
    matrix: Floats  # (3, 3) to BT.709
    grey: Floats  # (3,) luminance of BT.709
    scene_grey: Floats  # (3,) luminance of BT.2020
    decoding: Floats  # (7,) see _decoding
    most: Floats  # (1,) the most light that the numbers can say


def _decoding(coding: Coding) -> Floats:
    """Y'CbCr -> R'G'B' * (LEVELS - 1): factor and offset of luma, Cr in red, Cb and Cr in green, Cb in blue, zero."""
    unit = 1 << (coding.bits - 8)
    luma, chroma, low = (
        (256 * unit - 1, 256 * unit - 1, 0) if coding.full_range else (219 * unit, 224 * unit, 16 * unit)
    )
    kr, kb = coding.kr, coding.kb
    kg, most = 1 - kr - kb, LEVELS - 1
    scaled = np.array(
        [1 / luma, 2 * (1 - kr) / chroma, -2 * kb * (1 - kb) / kg / chroma, -2 * kr * (1 - kr) / kg / chroma]
    )
    blue = 2 * (1 - kb) / chroma * most
    return np.array([*(scaled * most), blue, 0.5 - low / luma * most, 128 * unit], np.float32)


@njit(cache=True, nogil=True)
def _map(planes: WidePlanes, image: Image, steps: tuple[int, int], tables: Tables) -> None:
    """Row by row, and in a row one step after the other: what compilers make vector instructions from."""
    luma, cb, cr = planes
    width = image.shape[1]
    chroma, codes = np.empty((3, width), np.float32), np.empty((3, width), np.uint32)
    light, factor = np.empty((3, width), np.float32), np.empty(width, np.float32)
    for row in range(image.shape[0]):
        if row % (1 << steps[1]) == 0:
            _colour(cb[row >> steps[1]], cr[row >> steps[1]], steps[0], tables.decoding, chroma)
        for channel in range(3):
            _signal(luma[row], chroma[channel], tables.decoding, codes[channel])
            _look_up(tables.linear, codes[channel], light[channel])
        if tables.ootf.size:
            _display(light, tables, factor, codes[0])
        _move(light, factor, tables)
        _bend(light, factor, tables, codes[0])
        for channel in range(3):
            _places(light[channel], np.float32(1), codes[channel])
            for x in range(width):
                image[row, x, 2 - channel] = tables.code[codes[channel, x]]


@njit(cache=True, nogil=True)
def _colour(cb: NDArray[np.uint16], cr: NDArray[np.uint16], step: int, decoding: Floats, chroma: Floats) -> None:
    """What a row of chroma adds to red, green and blue."""
    for x in range(chroma.shape[1]):
        blue, red = np.float32(cb[x >> step]) - decoding[6], np.float32(cr[x >> step]) - decoding[6]
        chroma[0, x] = red * decoding[1] + decoding[5]
        chroma[1, x] = blue * decoding[2] + red * decoding[3] + decoding[5]
        chroma[2, x] = blue * decoding[4] + decoding[5]


@njit(cache=True, nogil=True)
def _signal(luma: NDArray[np.uint16], chroma: Floats, decoding: Floats, codes: Codes) -> None:
    """R', G' or B', 0..LEVELS - 1."""
    factor = decoding[0]
    for x in range(codes.size):
        value = np.float32(luma[x]) * factor + chroma[x]
        codes[x] = np.uint32(np.int32(min(max(value, np.float32(0)), TOP)))


@njit(cache=True, nogil=True)
def _look_up(table: Floats, places: Codes, found: Floats) -> None:
    for x in range(places.size):
        found[x] = table[places[x]]


@njit(cache=True, nogil=True)
def _places(light: Floats, per_most: np.float32, places: Codes) -> None:
    """Where values are found in a table that is read by its square root."""
    for x in range(places.size):
        inside = min(max(light[x] * per_most, np.float32(0)), np.float32(1))
        places[x] = np.uint32(np.int32(np.sqrt(inside) * TOP + np.float32(0.5)))


@njit(cache=True, nogil=True)
def _display(light: Floats, tables: Tables, factor: Floats, places: Codes) -> None:
    """HLG's light of the scene to light of the display, a row at a time."""
    weights = tables.scene_grey
    for x in range(factor.size):
        factor[x] = weights[0] * light[0, x] + weights[1] * light[1, x] + weights[2] * light[2, x]
    _places(factor, np.float32(1), places)
    _look_up(tables.ootf, places, factor)
    for channel in range(3):
        for x in range(factor.size):
            light[channel, x] *= factor[x]


@njit(cache=True, nogil=True, error_model="numpy")
def _move(light: Floats, brightest: Floats, tables: Tables) -> None:
    """A row to BT.709; what is below 0 is mixed with its own grey until it is not."""
    matrix, weights = tables.matrix, tables.grey
    for x in range(brightest.size):
        r, g, b = light[0, x], light[1, x], light[2, x]
        red = matrix[0, 0] * r + matrix[0, 1] * g + matrix[0, 2] * b
        green = matrix[1, 0] * r + matrix[1, 1] * g + matrix[1, 2] * b
        blue = matrix[2, 0] * r + matrix[2, 1] * g + matrix[2, 2] * b
        grey = weights[0] * red + weights[1] * green + weights[2] * blue + FLOOR
        keep = grey / (grey - min(red, green, blue, np.float32(0)))
        red, green, blue = grey + (red - grey) * keep, grey + (green - grey) * keep, grey + (blue - grey) * keep
        light[0, x], light[1, x], light[2, x], brightest[x] = red, green, blue, max(red, green, blue)


@njit(cache=True, nogil=True)
def _bend(light: Floats, brightest: Floats, tables: Tables, places: Codes) -> None:
    """The tone curve, by the brightest channel of each pixel of a row."""
    _places(brightest, np.float32(1) / tables.most[0], places)
    _look_up(tables.gain, places, brightest)
    for channel in range(3):
        for x in range(brightest.size):
            light[channel, x] *= brightest[x]
