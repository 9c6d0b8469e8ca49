"""What HDR numbers mean: light, the tone curve to SDR, and primaries. Formulas of the standards, in double precision.

Knows light and colours; knows no pictures.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
WidePlanes: TypeAlias = tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]]
"""Y (H, W or more), and Cb and Cr of the same width and height or of parts of them, uint16."""

PQ_MOST = 10_000.0
HLG_DISPLAY, HLG_GAMMA = 1000.0, 1.2
"""Peak of the display in cd/m2 and the system gamma that belongs to it (BT.2100, table 5)."""
D65 = (0.3127, 0.3290)
PRIMARIES = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
"""Red, green and blue by H.273's code, CIE 1931 xy: BT.709, BT.2020, P3. All with the white point D65."""


class Curve(StrEnum):
    """How numbers mean light."""

    PQ = "PQ"
    HLG = "HLG"


@dataclass(frozen=True, slots=True)
class Light:
    """What becomes white: cd/m2. peak: the brightest there is in the video."""

    white: float
    peak: float


def pq_to_light(signal: Values) -> Values:
    """0..1 -> cd/m2 (ST 2084, 5.2)."""
    root = np.maximum(signal, 0) ** (32 / 2523)
    return PQ_MOST * (np.maximum(root - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * root)) ** (16384 / 2610)


def light_to_pq(light: Values) -> Values:
    """cd/m2 -> 0..1 (ST 2084, 5.3)."""
    power = (np.maximum(light, 0) / PQ_MOST) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)


def hlg_to_scene(signal: Values) -> Values:
    """0..1 -> light of the scene, 0..1 (BT.2100, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)


def scene_to_hlg(light: Values) -> Values:
    """Light of the scene, 0..1 -> 0..1 (BT.2100, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(light <= 1 / 12, np.sqrt(3 * light), a * np.log(np.maximum(12 * light - b, 1e-9)) + c)


def display_light(signal: Values, curve: Curve) -> Values:
    """(..., 3) R'G'B' of BT.2020, 0..1 -> cd/m2 (HLG: on its usual display)."""
    if curve is Curve.PQ:
        return pq_to_light(signal)
    scene = hlg_to_scene(signal)
    return HLG_DISPLAY * scene * (scene @ luminance(9))[..., np.newaxis] ** (HLG_GAMMA - 1)


def compressed(light: Values, to: Light) -> Values:
    """cd/m2 on the video's display -> cd/m2 on one whose peak is `to.white` (BT.2390, 5.4.1, black stays black)."""
    if to.peak <= to.white:
        return np.minimum(light, to.white)
    source, target = light_to_pq(np.array([to.peak, to.white]))
    most = target / source
    knee = 1.5 * most - 0.5
    level = np.minimum(light_to_pq(light) / source, 1)
    t = (np.maximum(level, knee) - knee) / (1 - knee)
    bent = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * most
    return pq_to_light(np.where(level < knee, level, bent) * source)


def primaries_matrix(source: int, target: int = 1) -> Values:
    """(3, 3), linear RGB of one set of PRIMARIES to that of another (SMPTE RP 177)."""
    return np.asarray(np.linalg.inv(_to_xyz(target)) @ _to_xyz(source))


def luminance(primaries: int) -> Values:
    """(3,), how much red, green and blue of one of PRIMARIES give to luminance."""
    return np.asarray(_to_xyz(primaries)[1])


def _to_xyz(primaries: int) -> Values:
    def xyz(x: float, y: float) -> list[float]:
        return [x / y, 1.0, (1 - x - y) / y]

    columns = np.array([xyz(*xy) for xy in PRIMARIES[primaries]]).T
    return np.asarray(columns * np.linalg.solve(columns, np.array(xyz(*D65))))
