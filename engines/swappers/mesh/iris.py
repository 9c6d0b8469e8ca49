"""The iris in an open eye: what of it shows, what colour it has, and the same eye with an iris of another colour.

Pupil, lights and lashes keep their brightness. Knows one eye's pixels, its rim and where its iris is; knows no face.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import smoothstep
from engines.image.image_ops import LUMA, fill_outlines
from engines.types import Image, Points

SMALLEST_PX = 2.0
"""Radius below which there is no colour to speak of."""
SEEN = 0.62, 0.75
"""Of the disc, from where on the new colour begins to show, and from where all of it does: on four clips shut eyes and
blinks show up to 0.61 of it, squinting ones 0.66 and more."""
LEAST_CONTRAST = 0.5
"""How much darker it is than the white around it, of 255: a lid, where an opening is seen, is as dark, and a glare
brighter."""
RING = 0.4, 0.9
"""Of the radius, between pupil and edge: where the colour is."""
EDGE = 0.8, 1.05
"""Of the radius, where the new colour fades out."""
WHITE = 1.15
"""Of the radius, from where on it is the white of the eye."""
LIGHTS = 0.35, 0.55
"""Brightness, of white, from which a pixel is a reflection, and wholly one."""
BRIGHTER = 0.4, 1.15
"""Least and most that the iris changes in brightness: haze and reflections make a photo's irises paler than they are,
and pale irises on dark eyes look blind. Looked at on 24 photos."""
PUPIL = 3
"""Percentile of an iris's brightness that is its pupil's. Where haze or smallness has paled that, none is black."""
BLACK = 6.0
LEAST_GREEN, MOST_BLUE = 0.92, 1.05
"""Green at least so much of the mean of blue and red, and blue at most so much of green: the irises of 24 photos, whose
blue ones have up to 1.04."""


@dataclass(frozen=True, slots=True)
class Iris:
    """centre: (2,) px. radius: px. visible: (H, W) 0..1, the opening of the eye. open: 0..1, how far it is.

    distances: (H, W), from the centre, in radii.
    """

    centre: Points
    radius: float
    visible: NDArray[np.float32]
    open: float
    distances: NDArray[np.float32]


def iris_in(eye: Image, rim: Points, iris: Points) -> Iris | None:
    """eye: the box of an eye. rim: (N, 2) px, its opening. iris: (5, 2) px, its middle and four of its edge.

    None when it is too small, or the eye closed or turned away.
    """
    radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
    if radius < SMALLEST_PX:
        return None
    visible = np.zeros(eye.shape[:2], np.uint8)
    fill_outlines(visible, [rim])
    opening = np.asarray(visible / np.float32(255), np.float32)
    rows, columns = np.indices(opening.shape)
    apart = np.asarray(np.hypot(columns - iris[0, 0], rows - iris[0, 1]) / radius, np.float32)
    brightness = eye.astype(np.float32) @ LUMA
    within, white = opening * (apart < RING[1]), opening * (apart > WHITE)
    seen = np.float32(within.sum() / (np.pi * (RING[1] * radius) ** 2))
    if seen < SEEN[0] or white.sum() < 1:
        return None
    lid_is_shut = np.average(brightness, weights=white) - np.average(brightness, weights=within) < LEAST_CONTRAST
    return None if lid_is_shut else Iris(iris[0], radius, opening, float(smoothstep(seen, *SEEN)), apart)


def as_eyes_are(colour: NDArray[np.float32]) -> NDArray[np.float32]:
    """The nearest colour that eyes have: between brown and blue, never purple, which coloured light on a photo is.

    colour: (3,) BGR.
    """
    blue, green, red = colour
    green = max(green, LEAST_GREEN * (blue + red) / 2)
    return np.array([min(blue, MOST_BLUE * green), green, red], np.float32)


def colour_of(eye: Image, iris: Iris) -> NDArray[np.float32] | None:
    """(3,) BGR beside the white of the eye, whatever the light; None where only reflections or no white show."""
    apart = iris.distances
    shown = eye[(apart > RING[0]) & (apart < RING[1]) & (iris.visible > 0.9)].astype(np.float32)
    white = eye[(apart > WHITE) & (iris.visible > 0.9)].astype(np.float32)
    shown = shown[shown @ LUMA < LIGHTS[1] * 255]
    if not len(shown) or not len(white):
        return None
    brightest = white[white @ LUMA >= np.median(white @ LUMA)]
    own, around = np.median(shown, axis=0) + BLACK, np.median(brightest, axis=0) + BLACK
    return np.asarray(own / around, np.float32)


def darkest(eye: Image, iris: Iris) -> float:
    """0..1: the brightness of the pupil beside that of what is around it, below which this picture shows no iris."""
    brightness = eye.astype(np.float32) @ LUMA
    disc = (iris.visible > 0.9) & (iris.distances < RING[1])
    ring = brightness[disc & (iris.distances > RING[0])]
    if not len(ring):
        return 1.0
    return min(1.0, float(np.percentile(brightness[disc], PUPIL) / max(np.median(ring), 1.0)))


def recoloured(eye: Image, iris: Iris, change: NDArray[np.float32], least: float) -> Image:
    """The eye with an iris of another colour.

    change: (3,) BGR, the one beside the other, see `colour_of`. least: what it is multiplied with at least.
    """
    brighter = change @ LUMA
    most = float(np.clip(brighter, max(BRIGHTER[0], least), BRIGHTER[1]))
    gain = change ** (np.log(most) / np.log(brighter)) if brighter < most < 1 else change / brighter * most
    brightness = np.asarray(eye.astype(np.float32) @ LUMA / 255, np.float32)
    share = iris.open * iris.visible * (1 - smoothstep(iris.distances, *EDGE)) * (1 - smoothstep(brightness, *LIGHTS))
    changed = (eye + BLACK) * (1 + share[..., np.newaxis] * (gain - 1)) - BLACK
    return np.asarray(np.clip(changed + 0.5, 0, 255), np.uint8)
