"""How a stored picture is to be turned and mirrored before it is looked at: one of eight ways.

Knows arrays and display matrices (ISO 14496-12, 8.2.2.3); knows nothing of files.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.uint8, np.uint16)


@dataclass(frozen=True, slots=True)
class Orientation:
    """First rows and columns are swapped, then left and right, then top and bottom, each if it says so."""

    transposed: bool = False
    mirrored: bool = False
    flipped: bool = False

    @classmethod
    def of_matrix(cls, matrix: NDArray[np.int32]) -> "Orientation":
        """The nearest of the eight to a display matrix.

        matrix: (9,) int32, a b u c d v x y w as in the file; a point (x, y) is shown at (a x + c y, b x + d y).
        """
        a, b, c, d = (int(matrix[index]) for index in (0, 1, 3, 4))
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return cls(mirrored=a < 0, flipped=d < 0)
        return cls(transposed=True, mirrored=c < 0, flipped=b < 0)

    @classmethod
    def of_angle(cls, degrees: float) -> "Orientation":
        """The nearest quarter turn. degrees: counter-clockwise."""
        quarter = round(degrees / 90) % 4
        return cls(transposed=quarter in {1, 3}, mirrored=quarter in {2, 3}, flipped=quarter in {1, 2})

    def upright(self, image: NDArray[Number]) -> NDArray[Number]:
        """A picture or plane, (H, W, ...), as it is to be seen; itself where nothing is to be done, else a new one."""
        if self.transposed:
            image = np.asarray(cv2.transpose(image), image.dtype)
        if self.mirrored or self.flipped:
            axes = -1 if self.mirrored and self.flipped else int(self.mirrored)
            image = np.asarray(cv2.flip(image, axes), image.dtype)
        return image

    def size(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """Width and height, px, of an upright picture that is stored in this size."""
        return size_wh[::-1] if self.transposed else size_wh

    def pixel_aspect(self, aspect: Fraction) -> Fraction:
        """Width / height of a pixel of the upright picture. aspect: of the stored one's."""
        return 1 / aspect if self.transposed else aspect
