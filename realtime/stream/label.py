"""Words on a dark plate, to be blended into a picture: readable on whatever is behind it.

The letters are OpenCV's own: Rubik, and WenQuanYi Micro Hei where that has none, so no font is looked for on this
machine. Letters that are joined, or run from right to left, are not drawn as they are written, and count as undrawable.
Knows letters and plates; knows nothing of what they say and where they go.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Image

FONT, WEIGHT = "sans", 650
FONT_SHARE = 0.66
"""Size of the letters / height of the plate."""
CAPITAL_SHARE = 0.7
"""Height of a capital / size of the letters."""
PADDING_SHARE = 0.28
"""Between the letters and the plate's ends / its height."""
PLATE_OPACITY = 0.78
"""White behind it leaves a contrast of 11 to the letters; WCAG 2 asks for 4.5."""
THIN = 0.65
"""Exponent of the letters' coverage: strokes thinner than a pixel stay bright."""
ROUNDING = 0.2
"""Radius of the plate's corners / its height."""
FINE = 4
"""Corners are drawn so many times larger."""
RIGHT_TO_LEFT = {"R", "AL", "AN"}


@dataclass(frozen=True, slots=True)
class Label:
    """Ready to be blended: picture * keep + ink, in 8-bit fixed point."""

    keep: NDArray[np.uint16]  # (h, w, 3), 0..256, the same in all channels: numpy is slow with one for three
    ink: NDArray[np.uint16]  # (h, w, 3), white letters times their opacity times 256

    @property
    def size_wh(self) -> tuple[int, int]:
        """px."""
        return self.keep.shape[1], self.keep.shape[0]

    def stamp(self, canvas: Image, left: int, top: int) -> None:
        """Blend it into `canvas`, in place, its upper left corner there; what lies outside is left out."""
        height, width = canvas.shape[:2]
        x1, y1 = max(0, left), max(0, top)
        x2, y2 = min(width, left + self.keep.shape[1]), min(height, top + self.keep.shape[0])
        if x1 >= x2 or y1 >= y2:
            return
        part = slice(y1 - top, y2 - top), slice(x1 - left, x2 - left)
        place = canvas[y1:y2, x1:x2]
        place[:] = (place * self.keep[part] + self.ink[part]) >> 8


@lru_cache(maxsize=128)
def draw_label(words: str, height_px: int) -> Label:
    """A plate with one line of words. height_px: of the plate."""
    size = round(height_px * FONT_SHARE)
    padding = round(height_px * PADDING_SHARE)
    width = text_width(words, height_px) + 2 * padding
    letters = np.zeros((height_px, width), np.uint8)
    baseline = round((height_px + size * CAPITAL_SHARE) / 2)
    cv2.putText(letters, words, (padding, baseline), 255, cv2.FontFace(FONT), size, WEIGHT)
    inked = (letters[..., np.newaxis] / 255) ** THIN
    keep = (1 - PLATE_OPACITY * _plate(width, height_px)) * (1 - inked)
    return Label(_for_blending(keep * 256), _for_blending(inked * 255 * 256))


def text_width(words: str, height_px: int) -> int:
    """How wide words are on a plate of this height, without its ends, px."""
    size = round(height_px * FONT_SHARE)
    return int(cv2.getTextSize((0, 0), words, (0, 0), cv2.FontFace(FONT), size, WEIGHT)[2])


def undrawable(words: str) -> list[str]:
    """The characters of `words` that cannot be drawn, each once."""
    return [letter for letter in dict.fromkeys(unicodedata.normalize("NFC", words)) if not _is_drawable(letter)]


def _is_drawable(letter: str) -> bool:
    if letter in " ?":
        return True
    joins = unicodedata.bidirectional(letter) in RIGHT_TO_LEFT or unicodedata.category(letter).startswith("M")
    if joins or not letter.isprintable():  # half of a surrogate pair, too, which OpenCV refuses
        return False
    drawn = _glyph(letter)
    return bool(drawn.any()) and not np.array_equal(drawn, _glyph("?"))


def _glyph(letter: str) -> NDArray[np.uint8]:
    """What cannot be drawn is drawn as a question mark."""
    drawn = np.zeros((48, 64), np.uint8)
    cv2.putText(drawn, letter, (8, 36), 255, cv2.FontFace(FONT), 24, WEIGHT)
    return drawn


def _for_blending(share: NDArray[np.float64]) -> NDArray[np.uint16]:
    """share: (h, w, 1)."""
    part = np.repeat(np.round(share).astype(np.uint16), 3, axis=2)
    part.setflags(write=False)
    return part


def _plate(width: int, height: int) -> NDArray[np.float64]:
    """(h, w, 1), 0..1: a rectangle with round corners."""
    fine = np.zeros((height * FINE, width * FINE), np.uint8)
    radius = round(height * ROUNDING * FINE)
    right, bottom = width * FINE - 1, height * FINE - 1
    cv2.rectangle(fine, (radius, 0), (right - radius, bottom), 255, -1)
    cv2.rectangle(fine, (0, radius), (right, bottom - radius), 255, -1)
    for x in (radius, right - radius):
        for y in (radius, bottom - radius):
            cv2.circle(fine, (x, y), radius, 255, -1)
    return cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)[..., np.newaxis] / 255


def wrapped(words: str, height_px: int, most_px: int) -> list[str]:
    """Lines that fit on plates of this height and at most this wide; between words where there are any."""
    fits = most_px - 2 * round(height_px * PADDING_SHARE)
    lines = [""]
    for piece in _pieces(words):
        longer = lines[-1] + piece
        if lines[-1] and text_width(longer.rstrip(), height_px) > fits:
            lines.append(piece.lstrip())
        else:
            lines[-1] = longer
    return [line.rstrip() for line in lines if line.strip()]


def _pieces(words: str) -> Iterator[str]:
    """What a line may end with: words of letters, and single characters of scripts that are written without spaces."""
    word = ""
    for letter in words:
        word += letter
        if letter == " " or unicodedata.east_asian_width(letter) in {"W", "F"}:
            yield word
            word = ""
    yield word
