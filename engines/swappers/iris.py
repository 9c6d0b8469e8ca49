"""The iris in an open eye: where it is, what colour it has, and the same eye with an iris of another colour.

It is the darkest disc of its size in the opening: the size is known, since irises hardly differ between people. Pupil,
lights and lashes keep their brightness. Knows one eye's pixels and its rim; knows no face and no time.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.geometry import smoothstep
from engines.swappers.fields import fill_outlines
from engines.swappers.light import LUMA
from engines.types import Image, Points

RADIUS = 0.195
"""Of the eye's width: an iris of 11.7 mm (Hashemi, 2010) in an opening of 30."""
SMALLEST_PX = 2.0
"""Radius below which there is no colour to speak of."""
LEAST_SEEN = 0.45
"""Of the disc: less shows in an eye that is closed or turned away."""
AROUND, LEAST_CONTRAST = 1.6, 6.0
"""Of the radius, as far as the white of the eye is looked at, and how much brighter it must be (of 255)."""
OFF_LEVEL = 60.0
"""What a centre that lies one radius above or below the middle of the opening must be darker: lashes are dark too."""
RING = 0.4, 0.9
"""Of the radius, between pupil and edge: where the colour is."""
EDGE = 0.8, 1.05
"""Of the radius, where the new colour fades out."""
WHITE = 1.15
"""Of the radius, from where on it is the white of the eye."""
LIGHTS = 0.35, 0.55
"""Brightness, of white, from which a pixel is a reflection, and wholly one."""
BRIGHTER = 0.6, 1.7
"""Least and most that the iris changes in brightness."""
BLACK = 6.0


@dataclass(frozen=True, slots=True)
class Iris:
    """centre: (2,) px. radius: px. visible: (H, W) 0..1, the opening of the eye."""

    centre: Points
    radius: float
    visible: NDArray[np.float32]

    def distances(self) -> NDArray[np.float32]:
        """(H, W): from the centre, in radii."""
        rows, columns = np.indices(self.visible.shape)
        apart = np.hypot(columns - self.centre[0], rows - self.centre[1]) / self.radius
        return np.asarray(apart, np.float32)


def find_iris(eye: Image, rim: Points, width: float) -> Iris | None:
    """eye: (H, W, 3) BGR, the box of an eye. rim: (N, 2) px, its opening. width: px, of the eye seen from the front.

    None when the eye is too small, closed, or turned away.
    """
    radius = RADIUS * width
    if radius < SMALLEST_PX:
        return None
    visible = np.zeros(eye.shape[:2], np.uint8)
    fill_outlines(visible, [rim])
    opening = np.asarray(visible / np.float32(255), np.float32)
    darkness = 255 - np.asarray(eye.astype(np.float32) @ LUMA, np.float32)
    inner, inner_share = _mean_around(darkness, opening, 0, radius)
    outer, _ = _mean_around(darkness, opening, radius, AROUND * radius)
    level = (rim[:, 1].min() + rim[:, 1].max()) / 2
    off = (np.arange(eye.shape[0]) - level)[:, np.newaxis] / radius
    likely = np.where((inner_share > LEAST_SEEN) & (opening > 0.5), inner - outer - OFF_LEVEL * off * off, -np.inf)
    row, column = np.unravel_index(int(likely.argmax()), likely.shape)
    if likely[row, column] < LEAST_CONTRAST:
        return None
    return Iris(np.array([column, row], np.float32), radius, opening)


def _mean_around(
    values: NDArray[np.float32], opening: NDArray[np.float32], inner: float, outer: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """At each place the mean of what shows between two radii, and the share of it that shows."""
    edge = 2 * int(np.ceil(outer)) + 1
    apart = np.hypot(*(np.indices((edge, edge)) - edge // 2))
    disc = (np.clip(outer + 0.5 - apart, 0, 1) * np.clip(apart - inner + 0.5, 0, 1)).astype(np.float32)
    shown = cv2.filter2D(opening, -1, disc, borderType=cv2.BORDER_CONSTANT)
    total = cv2.filter2D(values * opening, -1, disc, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(total / np.maximum(shown, 1e-3), np.float32), np.asarray(shown / disc.sum(), np.float32)


def colour_of(eye: Image, iris: Iris) -> NDArray[np.float32] | None:
    """(3,) BGR beside the white of the eye, whatever the light; None where only reflections or no white show."""
    apart = iris.distances()
    shown = eye[(apart > RING[0]) & (apart < RING[1]) & (iris.visible > 0.9)].astype(np.float32)
    white = eye[(apart > WHITE) & (iris.visible > 0.9)].astype(np.float32)
    shown = shown[shown @ LUMA < LIGHTS[1] * 255]
    if not len(shown) or not len(white):
        return None
    brightest = white[white @ LUMA >= np.median(white @ LUMA)]
    own, around = np.median(shown, axis=0) + BLACK, np.median(brightest, axis=0) + BLACK
    return np.asarray(own / around, np.float32)


def recoloured(eye: Image, iris: Iris, colour: NDArray[np.float32]) -> Image:
    """The eye with an iris of this colour, see `colour_of`."""
    own = colour_of(eye, iris)
    if own is None:
        return eye
    change = colour / own
    brighter = change @ LUMA
    gain = change / brighter * np.clip(brighter, *BRIGHTER)
    brightness = np.asarray(eye.astype(np.float32) @ LUMA / 255, np.float32)
    share = iris.visible * (1 - smoothstep(iris.distances(), *EDGE)) * (1 - smoothstep(brightness, *LIGHTS))
    changed = (eye + BLACK) * (1 + share[..., np.newaxis] * (gain - 1)) - BLACK
    return np.clip(changed + 0.5, 0, 255).astype(np.uint8)
