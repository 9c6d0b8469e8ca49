"""An SDR picture that was painted, put back into the HDR picture it was made of: the tone mapping, the other way round.

Pixels that nobody painted keep the HDR picture's own numbers; the others are brought up from 8 bits alone, so nothing
of what was under the paint is left. Paint is never brighter than twice the white: 8 bits say too little of more.

Knows light and planes; hdr_light.py knows the formulas.
"""

import numpy as np
from numpy.typing import NDArray

from engines.image.hdr_light import (
    HLG_DISPLAY,
    HLG_GAMMA,
    PQ_MOST,
    Curve,
    Light,
    Values,
    WidePlanes,
    compressed,
    light_to_pq,
    luminance,
    pq_to_light,
    primaries_matrix,
    scene_to_hlg,
)
from engines.image.tone_map import SDR_GAMMA, Coding, Floats, ToneMapper
from engines.types import Image

BITS = 10
FINE = 16_384
"""Entries of the table of signals, read by the square root of light: a tenth of a step of 10 bits."""
BRIGHTEST_PAINT = 2.0
"""Of white."""
STEPS = (1, 1)
"""4:2:0."""


class HdrComposer:
    """For 10-bit planes of one coding, 4:2:0, of an even size. light: as they were tone-mapped. For one thread."""

    def __init__(self, coding: Coding, light: Light) -> None:
        if coding.bits != BITS or coding.full_range:
            raise ValueError(f"HdrComposer needs {BITS} bits of limited range, got {coding}")
        self._curve, self._mapper = coding.curve, ToneMapper(coding, light)
        self._linear = ((np.arange(256) / 255) ** SDR_GAMMA * light.white).astype(np.float32)
        self._lift = _lift(light).astype(np.float32)
        self._matrix = primaries_matrix(1, coding.primaries).astype(np.float32)
        self._scene_grey = luminance(9).astype(np.float32)
        root = np.linspace(0, 1, FINE)
        signal = light_to_pq(root**2 * PQ_MOST) if coding.curve is Curve.PQ else scene_to_hlg(root**2)
        self._signal = signal.astype(np.float32)
        kr, kb = coding.kr, coding.kb
        self._weights = np.array([kr, 1 - kr - kb, kb], np.float32)
        self._chroma = 0.5 / (1 - kb), 0.5 / (1 - kr)

    def __call__(self, image: Image, planes: WidePlanes | None) -> WidePlanes:
        """New planes. image: (H, W, 3) uint8 BGR, what is to be seen. planes: what it was made of, None for nothing."""
        height, width = image.shape[:2]
        if planes is None:
            y, cb, cr = (np.zeros((height >> step, width >> step), np.uint16) for step in (0, *STEPS))
            changed = np.ones((height, width), bool)
        else:
            y, cb, cr = (plane.copy() for plane in planes)
            different = image ^ self._mapper(planes, (width, height), STEPS)
            changed = (different[:, :, 0] | different[:, :, 1] | different[:, :, 2]) != 0
        rows, columns = np.nonzero(changed.reshape(height // 2, 2, width // 2, 2).any(axis=(1, 3)))
        if rows.size:
            pixels = 2 * rows[:, np.newaxis] + (0, 0, 1, 1), 2 * columns[:, np.newaxis] + (0, 1, 0, 1)
            signal = self._signals(image[pixels])
            y[pixels] = np.where(changed[pixels], _numbers(219, signal @ self._weights, 16), y[pixels])
            mean = signal.mean(axis=1)
            luma = mean @ self._weights
            cb[rows, columns] = _numbers(224, (mean[:, 2] - luma) * self._chroma[0], 128)
            cr[rows, columns] = _numbers(224, (mean[:, 0] - luma) * self._chroma[1], 128)
        return y, cb, cr

    def _signals(self, bgr: NDArray[np.uint8]) -> Floats:
        """(..., 3) SDR BGR -> (..., 3) R'G'B' of the HDR picture, 0..1."""
        light = self._linear[bgr[..., ::-1]] * self._lift[bgr.max(axis=-1)][..., np.newaxis]
        light = np.maximum(light @ self._matrix.T, 0)
        if self._curve is Curve.HLG:
            shown = np.maximum(light @ self._scene_grey / HLG_DISPLAY, 1e-6)
            part = light / HLG_DISPLAY * (shown ** (1 / HLG_GAMMA - 1))[..., np.newaxis]
        else:
            part = light / PQ_MOST
        places = np.sqrt(np.minimum(part, 1)) * np.float32(FINE - 1) + np.float32(0.5)
        return np.asarray(self._signal[places.astype(np.int32)], np.float32)


def _lift(light: Light) -> Values:
    """(256,), by the brightest channel: what light is multiplied by to undo the tone curve."""
    top = float(light_to_pq(np.array(light.peak)))
    bright = pq_to_light(np.linspace(0, top, 4096))
    shown = (np.arange(256) / 255) ** SDR_GAMMA * light.white
    lifted = np.minimum(np.interp(shown, compressed(bright, light), bright), BRIGHTEST_PAINT * light.white)
    return np.asarray(np.divide(lifted, shown, out=np.ones(256), where=shown > 1e-3))


def _numbers(span: int, part: Floats, zero: int) -> NDArray[np.uint16]:
    """Limited range (H.273, 8.3), 10 bit."""
    return np.clip(np.rint((part * span + zero) * 4), 4, 1019).astype(np.uint16)
