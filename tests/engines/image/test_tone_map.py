"""HDR to SDR against the standards' formulas in double precision, with their printed numbers and none of ours."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.hdr_light import Curve, Light, WidePlanes
from engines.image.tone_map import Coding, ToneMapper

Values = NDArray[np.float64]
TO_BT709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
"""From BT.2020, as ITU-R BT.2407 prints it."""
BT2020 = np.array([0.2627, 0.6780, 0.0593])
M1, M2, C1, C2, C3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
"""SMPTE ST 2084."""
DARK_TO_BRIGHT = np.array([0.5, 5.0, 26.0, 70.0, 203.0, 600.0, 1000.0])
HUES = {
    "grey": (1.0, 1.0, 1.0),
    "fair skin": (1.0, 0.62, 0.47),
    "dark skin": (1.0, 0.55, 0.36),
    "sky": (0.35, 0.55, 1.0),
    "leaf": (0.45, 1.0, 0.3),
}
"""Light of red, green and blue, inside BT.709 all."""


def pq(light: Values) -> Values:
    power = (light / 10_000) ** M1
    return np.asarray(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def pq_light(signal: Values) -> Values:
    root = signal ** (1 / M2)
    return np.asarray(10_000 * (np.maximum(root - C1, 0) / (C2 - C3 * root)) ** (1 / M1))


def hlg(light: Values) -> Values:
    """cd/m2 of a display of 1000 -> signal (BT.2100: inverse OOTF, then OETF)."""
    luminance: Values = light @ BT2020 / 1000
    scene = light / 1000 * np.maximum(luminance, 1e-9)[..., None] ** (-0.2 / 1.2)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.asarray(np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c))


def eetf(brightest: Values, to: Light) -> Values:
    """BT.2390, 5.4.1."""
    if to.peak <= to.white:
        return brightest
    ends = pq(np.array([to.white, to.peak]))
    most = ends[0] / ends[1]
    knee = 1.5 * most - 0.5
    e = pq(brightest) / ends[1]
    t = (e - knee) / (1 - knee)
    p = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * most
    return pq_light(np.where(e < knee, e, p) * ends[1])


def expected(light: Values, to: Light) -> Values:
    """(N, 3) cd/m2, BT.2020 -> (N, 3) BT.709 light, 0..1."""
    light = light @ TO_BT709.T
    brightest = light.max(1)
    return np.asarray(np.clip(light * (eetf(brightest, to) / brightest)[:, None] / to.white, 0, 1))


def lab(light: Values) -> Values:
    """CIE 1976 of BT.709 light."""
    xyz = light @ np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    f = np.where(xyz / [0.9505, 1.0, 1.089] > 0.008856, f, 7.787 * xyz / [0.9505, 1.0, 1.089] + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def planes_of(signal: Values, full_range: bool, bits: int) -> WidePlanes:
    """(N, 3) R'G'B' -> Y, Cb, Cr of 1 x N px, 4:4:4, with BT.2020's non-constant luminance."""
    unit = 2 ** (bits - 8)
    y = signal @ BT2020
    cb, cr = (signal[:, 2] - y) / 1.8814, (signal[:, 0] - y) / 1.4746
    if full_range:
        most = 256 * unit - 1
        numbers = y * most, cb * most + 128 * unit, cr * most + 128 * unit
    else:
        numbers = (219 * y + 16) * unit, (224 * cb + 128) * unit, (224 * cr + 128) * unit
    y, cb, cr = (np.rint(number).astype(np.uint16)[np.newaxis] for number in numbers)
    return y, cb, cr


@pytest.mark.parametrize("to", [Light(203, 1000), Light(203, 4000), Light(100, 93)], ids=["1000", "4000", "SDR in HDR"])
@pytest.mark.parametrize(("full_range", "bits"), [(False, 10), (True, 10), (False, 12)])
@pytest.mark.parametrize("curve", Curve)
def test_colours_are_those_of_the_standards(curve: Curve, full_range: bool, bits: int, to: Light) -> None:
    hues = np.array(list(HUES.values()))
    in_bt2020 = hues @ np.linalg.inv(TO_BT709).T
    most = min(to.peak, 700 if curve is Curve.HLG else to.peak)  # HLG's own most, for a blue
    light = (DARK_TO_BRIGHT[np.less_equal(DARK_TO_BRIGHT, most), None, None] * in_bt2020).reshape(-1, 3)
    planes = planes_of(pq(light) if curve is Curve.PQ else hlg(light), full_range, bits)
    image = ToneMapper(Coding(curve, 0.2627, 0.0593, bits, full_range), to)(planes, (len(light), 1), (0, 0))
    made = (image[0, :, ::-1] / 255) ** 2.4
    off = np.linalg.norm(lab(made) - lab(expected(light, to)), axis=1)
    assert off.max() < 3
    assert off.mean() < 1


def test_grey_stays_grey_and_rises() -> None:
    signal = np.linspace(0, 1, 200)[:, None].repeat(3, 1)
    image = ToneMapper(Coding(Curve.PQ, 0.2627, 0.0593, 10, False), Light(203, 1000))(
        planes_of(signal, False, 10), (200, 1), (0, 0)
    )
    assert np.ptp(image[0].astype(int), axis=1).max() <= 1
    assert (np.diff(image[0, :, 1].astype(int)) >= 0).all()
    assert image[0, 0, 1] == 0
    assert image[0, -1, 1] == 255


@pytest.mark.parametrize("colour", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)], ids=["red", "green", "blue"])
def test_a_colour_that_sdr_lacks_is_only_paler(colour: tuple[float, float, float]) -> None:
    y, cb, cr = planes_of(pq(np.array([colour]) * 100 + 1e-6), False, 10)
    image = ToneMapper(Coding(Curve.PQ, 0.2627, 0.0593, 10, False), Light(203, 1000))((y, cb, cr), (1, 1), (0, 0))
    assert image[0, 0, ::-1].argmax() == np.argmax(colour)
    assert image[0, 0].min() < 60


@pytest.mark.parametrize("steps", [(1, 1), (1, 0), (0, 0)], ids=["4:2:0", "4:2:2", "4:4:4"])
def test_chroma_belongs_to_the_pixels_it_was_taken_from(steps: tuple[int, int]) -> None:
    red = np.tile(np.kron([[1.0, 0.2], [0.2, 1.0]], np.ones((2, 2))), (2, 2))[..., None]
    signal = np.concatenate([0.5 * red, np.full((8, 8, 2), 0.2)], 2).reshape(-1, 3)
    y, cb, cr = (plane.reshape(8, 8) for plane in planes_of(signal, False, 10))
    few_cb, few_cr = (plane[:: 1 << steps[1], :: 1 << steps[0]].copy() for plane in (cb, cr))
    mapper = ToneMapper(Coding(Curve.PQ, 0.2627, 0.0593, 10, False), Light(203, 1000))
    assert (mapper((y, few_cb, few_cr), (8, 8), steps) == mapper((y, cb, cr), (8, 8), (0, 0))).all()
