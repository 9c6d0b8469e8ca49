"""A thin line along a strip of brightness: where it runs, how far it stands out, how wide it is.

The line may wander across the strip by a step at each place along it, and the best of all such lines is found by
dynamic programming. Knows numbers in a strip; knows no picture and no face.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

HALF_WIDTHS = 2, 3, 4, 6
"""Steps across, from the middle of a line to where it must be over."""
SHARP = 2
"""Steps across, in which its edge rises."""
STRONGEST = np.float32(0.3)
"""A line that stands out further counts no more: one black piece does not make up for gaps."""
WANDERING = np.float32(0.01)
"""What a step across costs."""
WIDEST = 6
SMOOTHED = 5
"""Places along a line, of which the median counts."""

Profiles = NDArray[np.float32]
"""(N, M): brightness, as its natural logarithm, at N places along and M steps across."""


@dataclass(frozen=True, slots=True)
class Line:
    """across: (N,) steps. strength: (N,) how far brightness differs from both sides, and at a stroke. half_width: (N,)
    steps."""

    across: NDArray[np.float32]
    strength: NDArray[np.float32]
    half_width: NDArray[np.float32]


def line_along(strip: Profiles, *, closed: bool, outward: float = 0.0) -> Line:
    """The best line through `strip`, darker or brighter than both its sides.

    closed: its ends meet. outward: how much more a line at the strip's far side counts than one at its near side.
    """
    ridge = _ridge(strip)
    gain = ridge * (1 + outward * np.linspace(0, 1, strip.shape[1], dtype=np.float32))
    found = _best_path(np.concatenate([gain, gain]) if closed else gain)
    if closed:  # from the middle of two rounds, where it has forgotten where it began
        count = len(strip)
        found = np.concatenate([found[count : count + count // 2], found[count // 2 : count]])
    strength = np.minimum(ridge[np.arange(len(strip)), found], _edges(strip, found))
    return Line(_median(found.astype(np.float32)), strength, _median(_half_widths(strip, found)))


@njit(cache=True, nogil=True, error_model="numpy")
def _ridge(strip: Profiles) -> Profiles:
    """How far each value differs from both of its sides, if in the same direction."""
    ridge = np.zeros_like(strip)
    for row in range(strip.shape[0]):
        for half in HALF_WIDTHS:
            for at in range(half, strip.shape[1] - half):
                one = strip[row, at] - strip[row, at - half]
                other = strip[row, at] - strip[row, at + half]
                if one * other > 0:
                    ridge[row, at] = min(STRONGEST, max(ridge[row, at], min(abs(one), abs(other))))
    return ridge


@njit(cache=True, nogil=True)
def _best_path(gain: Profiles) -> NDArray[np.int64]:
    """For each place along, where across: the path of the largest sum."""
    length, width = gain.shape
    best, before = gain[0].copy(), np.empty(width, np.float32)
    came_from = np.zeros((length, width), np.int8)
    for row in range(1, length):
        before[:] = best
        for at in range(width):
            step, most = 0, before[at]
            for side in (-1, 1):
                if 0 <= at + side < width and before[at + side] - WANDERING > most:
                    step, most = side, before[at + side] - WANDERING
            best[at] = most + gain[row, at]
            came_from[row, at] = step
    path = np.empty(length, np.int64)
    path[-1] = np.argmax(best)
    for row in range(length - 1, 0, -1):
        path[row - 1] = path[row] + came_from[row, path[row]]
    return path


@njit(cache=True, nogil=True)
def _edges(strip: Profiles, path: NDArray[np.int64]) -> NDArray[np.float32]:
    """By how much brightness changes in a few steps, on the smoother side of the path: a shade has no edges."""
    found = np.empty(len(path), np.float32)
    last = strip.shape[1] - 1
    for row in range(len(path)):
        least = STRONGEST
        for side in (-1, 1):
            steepest = np.float32(0)
            for reach in range(WIDEST):
                near, far = path[row] + side * reach, path[row] + side * (reach + SHARP)
                if 0 <= far <= last:
                    steepest = max(steepest, abs(strip[row, near] - strip[row, far]))
            least = min(least, steepest)
        found[row] = least
    return found


@njit(cache=True, nogil=True)
def _half_widths(strip: Profiles, path: NDArray[np.int64]) -> NDArray[np.float32]:
    """Steps from the path to where half of its difference from what lies beyond is gone; the mean of both sides."""
    found = np.empty(len(path), np.float32)
    last = strip.shape[1] - 1
    for row in range(len(path)):
        at, steps = path[row], 0
        for side in (-1, 1):
            beyond = strip[row, min(last, max(0, at + side * (WIDEST + 1)))]
            half = abs(strip[row, at] - beyond) / 2
            reach = 0
            while reach < WIDEST and 0 <= at + side * reach <= last:
                if abs(strip[row, at + side * reach] - beyond) < half:
                    break
                reach += 1
            steps += reach
        found[row] = steps / 2
    return found


def _median(values: NDArray[np.float32]) -> NDArray[np.float32]:
    around = np.pad(values, SMOOTHED // 2, mode="wrap")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(around, SMOOTHED), axis=1), np.float32)
