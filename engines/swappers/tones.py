"""A colour beside the skin's, in logarithms: how bright it is, and of how different a hue. For kernels, one at a time.

Knows three numbers. Of whole fields: fields.brightness_and_hue.
"""

from typing import Any

from numba import njit

from engines.swappers.fields import LUMA


@njit(cache=True, nogil=True, inline="always")
def brightness_of(blue: Any, green: Any, red: Any) -> Any:
    """Logarithm."""
    return blue * LUMA[0] + green * LUMA[1] + red * LUMA[2]


@njit(cache=True, nogil=True, inline="always")
def hue_of(blue: Any, green: Any, red: Any, bright: Any) -> Any:
    """Logarithm, of the channel that differs most from the brightness."""
    return max(abs(blue - bright), abs(green - bright), abs(red - bright))
