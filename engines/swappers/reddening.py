"""Shadows on skin are redder than the skin in light, and how much is a matter of the picture.

Webcams hardly show it; film, television and varnish do, so that a cheek in shadow is of another hue altogether. So it
is measured how the hue of plain skin goes with its brightness, over the whole face, and so much is forgiven.

Knows fields of the flat face; knows no picture.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.swappers.fields import Field
from engines.swappers.tones import brightness_of

LOOKS = 4
"""At the line of hue with brightness, each with less say for what is far from the last one."""
NEAR = 0.06
"""Natural logarithm: hues this far from the line have half a say."""
DARKEST, BRIGHTEST = -0.5, 0.3
"""Natural logarithms: what is darker or brighter says nothing of skin. What is darker is taken to be no redder."""
USUAL = 0.15
"""Change of hue with brightness that webcams show too, and that nothing is forgiven for. Films have 0.6 to 1.3."""
HABIT = 5.0
"""Weight, in squared logarithms, of the belief that hue does not change with brightness."""


def evened(tone: Field, is_skin: NDArray[np.bool_]) -> Field:
    """The same, with skin of one hue in light and shadow.

    tone: (H, W, 3), natural logarithms of what is seen, less those of skin in that light. is_skin: (H, W), where there
    is skin if nothing is in front of it.
    """
    slope = _slope(tone[is_skin])
    more = slope - np.clip(slope, -np.float32(USUAL), np.float32(USUAL))
    return _forgiven(tone, more) if more.any() else tone


@njit(cache=True, nogil=True)
def _slope(tones: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3,): of hue with brightness. tones: (N, 3)."""
    slope = np.zeros(3, np.float32)
    for _ in range(LOOKS):
        blue, green, red, squares = np.float32(0), np.float32(0), np.float32(0), np.float32(HABIT)
        for n in range(tones.shape[0]):
            bright = brightness_of(tones[n, 0], tones[n, 1], tones[n, 2])
            if DARKEST < bright < BRIGHTEST:
                b, g, r = tones[n, 0] - bright, tones[n, 1] - bright, tones[n, 2] - bright
                apart = max(abs(b - slope[0] * bright), abs(g - slope[1] * bright), abs(r - slope[2] * bright))
                weighted = bright / (np.float32(1) + (apart / np.float32(NEAR)) ** 2)
                blue, green, red = blue + weighted * b, green + weighted * g, red + weighted * r
                squares += weighted * bright
        slope[0], slope[1], slope[2] = blue / squares, green / squares, red / squares
    return slope


@njit(cache=True, nogil=True)
def _forgiven(tone: Field, slope: NDArray[np.float32]) -> Field:
    """Less so much of the hue as goes with the darkness, and no more than there is."""
    even = np.empty_like(tone)
    for row in range(tone.shape[0]):
        for column in range(tone.shape[1]):
            bright = brightness_of(tone[row, column, 0], tone[row, column, 1], tone[row, column, 2])
            shade = min(max(bright, np.float32(DARKEST)), np.float32(0))
            for c in range(3):
                hue, usual = tone[row, column, c] - bright, slope[c] * shade
                forgiven = min(max(hue, np.float32(0)), usual) if usual > 0 else max(min(hue, np.float32(0)), usual)
                even[row, column, c] = tone[row, column, c] - forgiven
    return even
