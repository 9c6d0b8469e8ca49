"""Which landmarks show skin: those whose colour fits in with the rest of the face.

Whatever the light, brightness bends over a face like a dome and hue hardly changes; hair, a cup or a pen do not fit in.
So surfaces of second degree are laid through the brightness of the landmarks and through their hue, and what lies far
from them loses its say: iteratively reweighted least squares with Welsch's weights (Holland and Welsch 1977), strict
only in the end, so that one side of a face in two lights is not taken for the whole (graduated non-convexity: Blake and
Zisserman 1987).
A shadow is as far as it is dark, but of the skin's hue, and keeps most of its say.

Knows vertices and their colours in one picture.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.geometry import nearness, smoothstep
from engines.swappers.fields import BLACK, LUMA
from engines.types import Points

NEIGHBOURHOOD = 0.12
"""Eye distances. Landmarks crowd on the nose; each speaks for the skin around it that no other speaks for."""
LOOKS, AT_FIRST = 3, 3.0
"""The first guess takes hues for skin's that are so many times as far away, and each look is stricter."""
HUE, BRIGHTER, DARKER = 0.07, 0.3, 0.5
"""Natural logarithms: at this distance from what fits in, the say is down to 0.6."""
SATURATED = 235.0, 252.0
"""Of 255, a landmark's largest channel: what is so bright has lost its hue, says nothing of others, and is believed."""
LEAST = 1e-6
"""Of a say, so that a picture in which nothing fits in has some surface too."""
FLATNESS = 1.0
"""Weight, in landmarks, of the belief that a surface is level: few landmarks in view do not bend it."""


class SkinTone:
    """Judges the landmarks of one face. flat: (N, 2), in distances between the outer eye corners."""

    def __init__(self, flat: Points) -> None:
        x, y = (flat - flat.mean(axis=0)).astype(np.float64).T
        self._terms = np.column_stack([np.ones_like(x), x, y, x * x, y * y, x * y])
        alone = 1 / nearness(flat, NEIGHBOURHOOD).sum(axis=1)
        self._area = (alone / alone.mean()).astype(np.float64)

    def trust(
        self, colours: NDArray[np.float32], seen: NDArray[np.float32], leniency: float = 1.0
    ) -> NDArray[np.float32]:
        """(N,) 0..1: how likely each shows skin.

        colours: (N, 3) BGR 0..255. seen: (N,) 0..1, its say so far. leniency: how many times as far from what fits in
        something may be.
        """
        tones = np.log(colours.astype(np.float64) + BLACK)
        brightness = (tones @ LUMA.astype(np.float64))[:, np.newaxis]
        tones = np.column_stack([brightness, tones - brightness])
        lost = smoothstep(colours.max(axis=1), *SATURATED)
        say = self._area * seen * (1 - lost) + LEAST
        return np.maximum(_trust(self._terms, tones, say, leniency), lost).astype(np.float32)


@njit(cache=True, nogil=True)
def _trust(
    terms: NDArray[np.float64], tones: NDArray[np.float64], say: NDArray[np.float64], leniency: float
) -> NDArray[np.float64]:
    """tones: (N, 4) brightness and hue, logarithms."""
    apart = tones - _middle(tones, say)
    for left in range(LOOKS, 0, -1):
        apart = _apart(terms, tones, say * _fitting(apart, AT_FIRST ** (left / LOOKS), 1.0))
    return _fitting(apart, leniency, leniency)


@njit(cache=True, nogil=True)
def _fitting(apart: NDArray[np.float64], for_hue: float, for_brightness: float) -> NDArray[np.float64]:
    """(N,) Welsch's weights. apart: (N, 4), brightness and hue. for_...: how lenient."""
    fits = np.empty(apart.shape[0])
    for n in range(apart.shape[0]):
        bright = apart[n, 0] / (BRIGHTER if apart[n, 0] > 0 else DARKER) / for_brightness
        hue = max(abs(apart[n, 1]), abs(apart[n, 2]), abs(apart[n, 3])) / HUE / for_hue
        fits[n] = max(np.exp(-(hue * hue + bright * bright) / 2), LEAST)
    return fits


@njit(cache=True, nogil=True)
def _middle(values: NDArray[np.float64], say: NDArray[np.float64]) -> NDArray[np.float64]:
    """(C,) the weighted median of each column."""
    middle = np.empty(values.shape[1])
    for c in range(values.shape[1]):
        order = np.argsort(values[:, c])
        total, half = 0.0, say.sum() / 2
        for n in order:
            total += say[n]
            if total >= half:
                middle[c] = values[n, c]
                break
    return middle


@njit(cache=True, nogil=True)
def _apart(terms: NDArray[np.float64], values: NDArray[np.float64], say: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, C): the values less the surface that fits them best. terms: (N, K), the first one constant. say: (N,)."""
    count, size, columns = terms.shape[0], terms.shape[1], values.shape[1]
    normal = np.zeros((size, size + columns))
    for n in range(count):
        for i in range(size):
            weighted = say[n] * terms[n, i]
            for j in range(size):
                normal[i, j] += weighted * terms[n, j]
            for c in range(columns):
                normal[i, size + c] += weighted * values[n, c]
    for i in range(1, size):
        normal[i, i] += FLATNESS
    surface = _solved(normal, size)
    apart = values.copy()
    for n in range(count):
        for i in range(size):
            for c in range(columns):
                apart[n, c] -= terms[n, i] * surface[i, c]
    return apart


@njit(cache=True, nogil=True)
def _solved(system: NDArray[np.float64], size: int) -> Any:
    """(size, C): of a symmetric positive definite system, its right sides beside it; elimination needs no pivots."""
    for i in range(size):
        system[i] /= system[i, i]
        for j in range(size):
            if j != i:
                system[j] -= system[j, i] * system[i]
    return system[:, size:]
