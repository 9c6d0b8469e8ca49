"""The whole of what lies in front of a face, from a part of it.

A cup's shaded side, or the strands of a lock between its highlights, may be no stranger than skin in shadow; but they
hang together with what is, and are more like it than like skin. Knows fields of the flat face; knows no picture.
"""

from typing import Any

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.swappers.fields import Field, parts_at
from engines.swappers.tones import brightness_of, hue_of

ROUNDS = 3
"""What was found says what to look for, that often."""
REACH_PX, COARSE = 12, 4
"""How far around a place what was found counts, Gaussian, worked out on a picture that many times smaller."""
LEAST = 0.002
"""Of what is around a place must have been found."""
NEARER = 0.5
"""How much nearer to what was found than to skin a place must be."""
GOES_ON = 0.3
"""How much of the rim of what was found on a brow, an eye or lips must have been found too, for a thing to lie there.
Brows beside hair: 0.16; locks, cups and microphones 0.3 and more, most of them a half."""
SHADE = 0.3
"""What a difference of brightness counts beside one of hue: things and faces have their own shadows."""


def grown(start: NDArray[np.uint8], tone: Field, features: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """(H, W) 0 or 1: with the rest of it.

    start: (H, W) 0 or 1. tone: (H, W, 3), natural logarithms of what is seen, less those of skin in that light.
    features: (H, W), where brows, eyes and lips may be, and only there.
    """
    found = start
    for _ in range(ROUNDS):
        found = _reached(found, tone, _around(_summed(found, tone), tone.shape[1::-1]))
    alone = _features_alone(found, (found & features & ~start).astype(np.uint8))
    if not alone.any():
        return found
    count, parts = cv2.connectedComponents(found & ~alone, connectivity=4)
    return np.asarray(parts_at(parts, start > 0, count)[parts], np.uint8)


def _features_alone(found: NDArray[np.uint8], on_features: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What of it is a brow, an eye or lips of the colour of the hair or the cup that they touch.

    A thing that lies over them goes on beside them; they end in skin.
    """
    count, parts = cv2.connectedComponents(on_features)
    beside = cv2.dilate(parts.astype(np.uint16), np.ones((3, 3), np.uint8))
    rim = (beside > 0) & (parts == 0)
    around = np.bincount(beside[rim], minlength=count)
    going_on = np.bincount(beside[rim & (found > 0)], minlength=count)
    alone = going_on < GOES_ON * around
    return np.asarray(alone[parts], np.uint8)


@njit(cache=True, nogil=True)
def _summed(found: NDArray[np.uint8], tone: Field) -> Field:
    """(H / COARSE, W / COARSE, 4): of what was found, the tones' sums and how many there are."""
    height, width = found.shape[0] // COARSE, found.shape[1] // COARSE
    sums = np.zeros((height, width, 4), np.float32)
    for row in range(height * COARSE):
        for column in range(width * COARSE):
            if found[row, column]:
                total = sums[row // COARSE, column // COARSE]
                for c in range(3):
                    total[c] += tone[row, column, c]
                total[3] += 1
    return sums


def _around(sums: Field, size_wh: tuple[int, ...]) -> Field:
    """(H, W, 4): the same around each place."""
    return np.asarray(cv2.resize(cv2.GaussianBlur(sums, (0, 0), REACH_PX / COARSE), size_wh), np.float32)


@njit(cache=True, nogil=True)
def _reached(start: NDArray[np.uint8], tone: Field, near: Field) -> NDArray[np.uint8]:
    """`start` and what hangs together with it, more like it than like skin. near: see `_around`."""
    height, width = start.shape
    reached, waiting, count = start.copy(), np.empty(height * width, np.int32), 0
    for row in range(height):
        for column in range(width):
            if start[row, column]:
                waiting[count] = row * width + column
                count += 1
    while count:
        count -= 1
        row, column = divmod(waiting[count], width)
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            y, x = row + down, column + right
            if 0 <= y < height and 0 <= x < width and not reached[y, x] and _is_alike(tone, near, y, x):
                reached[y, x] = 1
                waiting[count] = y * width + x
                count += 1
    return reached


@njit(cache=True, nogil=True, inline="always")
def _is_alike(tone: Any, near: Any, y: Any, x: Any) -> Any:
    """Whether a place is nearer to what was found around it than to skin."""
    share = near[y, x, 3]
    if share <= LEAST * COARSE * COARSE:
        return False
    blue, green, red = tone[y, x, 0], tone[y, x, 1], tone[y, x, 2]
    from_it = _apart(blue - near[y, x, 0] / share, green - near[y, x, 1] / share, red - near[y, x, 2] / share)
    return from_it < NEARER**2 * _apart(blue, green, red)


@njit(cache=True, nogil=True, inline="always")
def _apart(blue: Any, green: Any, red: Any) -> Any:
    """How different two tones are, squared."""
    bright = brightness_of(blue, green, red)
    hue = hue_of(blue, green, red, bright)
    return (np.float32(SHADE) * bright) ** 2 + hue * hue
