"""The whole of what lies in front of a face, from a part of it.

A cup's shaded side, or the strands of a lock between its highlights, may be no stranger than skin in shadow; but they
hang together with what is, and are more like it than like skin. Knows fields of the flat face; knows no picture.
"""

from typing import Any

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.swappers.fields import LUMA, Field

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
        near = _around(np.dstack([tone * found[..., np.newaxis], found]))
        found = _reached(found, _of_its_colour(tone, near))
    alone = _features_alone(found, (found & features & ~start).astype(np.uint8))
    return _reached(start, (found & ~alone) > 0)


def _features_alone(found: NDArray[np.uint8], on_features: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What of it is a brow, an eye or lips of the colour of the hair or the cup that they touch.

    A thing that lies over them goes on beside them; they end in skin.
    """
    _, parts = cv2.connectedComponents(on_features)
    beside = cv2.dilate(parts.astype(np.uint16), np.ones((3, 3), np.uint8))
    rim = (beside > 0) & (parts == 0)
    around = np.bincount(beside[rim], minlength=parts.max() + 1)
    going_on = np.bincount(beside[rim & (found > 0)], minlength=parts.max() + 1)
    alone = going_on < GOES_ON * around
    return np.asarray(alone[parts], np.uint8)


@njit(cache=True, nogil=True)
def _of_its_colour(tone: Field, near: Field) -> NDArray[np.bool_]:
    """(H, W): what is more like what was found than like skin. near: (H, W, 4) sum of tones found around, and share."""
    like = np.zeros(tone.shape[:2], np.bool_)
    for row in range(tone.shape[0]):
        for column in range(tone.shape[1]):
            share = near[row, column, 3]
            if share > LEAST:
                blue, green, red = tone[row, column]
                other_b, other_g, other_r, _ = near[row, column]
                apart = _apart(blue - other_b / share, green - other_g / share, red - other_r / share)
                like[row, column] = apart < NEARER**2 * _apart(blue, green, red)
    return like


@njit(cache=True, nogil=True, inline="always")
def _apart(blue: Any, green: Any, red: Any) -> Any:
    """How different two tones are, squared."""
    bright = blue * LUMA[0] + green * LUMA[1] + red * LUMA[2]
    hue = max(abs(blue - bright), abs(green - bright), abs(red - bright))
    return (np.float32(SHADE) * bright) ** 2 + hue * hue


def _around(field: Field) -> Field:
    """Its mean around each place."""
    height, width = field.shape[:2]
    small = cv2.resize(field, (width // COARSE, height // COARSE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), REACH_PX / COARSE), (width, height)), np.float32)


@njit(cache=True, nogil=True)
def _reached(start: NDArray[np.uint8], open_: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """`start`, and all of `open_` that one gets to from there, up, down, left or right."""
    height, width = start.shape
    reached = start.copy()
    waiting = np.empty(height * width, np.int32)
    count = 0
    for at in range(height * width):
        if start[at // width, at % width]:
            waiting[count] = at
            count += 1
    while count:
        count -= 1
        row, column = waiting[count] // width, waiting[count] % width
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            y, x = row + down, column + right
            if 0 <= y < height and 0 <= x < width and open_[y, x] and not reached[y, x]:
                reached[y, x] = 1
                waiting[count] = y * width + x
                count += 1
    return reached
