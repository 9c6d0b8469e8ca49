"""What a drawn thing is, and the pencil it is drawn with.

Coordinates are those of the mean face: the distance between the outer eye corners is 1, the middle between them is 0, x
to the right, y down; its chin is at 1.26, the top of the forehead at -0.62, the jaw from -0.77 to 0.77. Knows shapes
and shading; knows no picture of a face and no torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.float32]
"""(CANVAS_PX, CANVAS_PX) 0..1, or any other number a pixel."""
Place = NDArray[np.float64]
"""(2,) x and y."""
SPRITE_PX, FINER = 192, 2
"""Edge of what is kept, 48 px for an eye distance as in the network's square; drawn at twice that."""
CANVAS_PX = SPRITE_PX * FINER
UNIT_PX = CANVAS_PX / 4
LEFT, TOP = -2.0, -1.7
"""Where the canvas begins; it is 4 wide and high."""
SUB_PIXEL_BITS = 4
"""OpenCV draws with fractions of a pixel as fixed-point numbers."""


@dataclass(frozen=True, slots=True)
class Sprite:
    """A thing that was drawn, at SPRITE_PX.

    alpha: 0..1. shade: what its colour is multiplied with, 0..2. second: 0..1, share of the second colour. colours: BGR
    0..1 of both. skin: the first colour is the wearer's own, times `colours[0]`. textured: it shows a part of another
    picture. jitter: how far it may be moved (eye distances), turned (radians) and resized (share) from where it was
    drawn. shadow: how dark a shadow it may cast.
    """

    alpha: Mask
    shade: Mask
    second: Mask
    colours: tuple[Sequence[float], Sequence[float]]
    jitter: tuple[float, float, float]
    skin: bool = False
    textured: bool = False
    shadow: float = 0.4


def blank(value: float = 0.0) -> Mask:
    """A canvas of one number."""
    return np.full((CANVAS_PX, CANVAS_PX), value, np.float32)


def kept(mask: Mask) -> Mask:
    """A canvas at the size that is kept."""
    return np.asarray(cv2.resize(mask, (SPRITE_PX, SPRITE_PX), interpolation=cv2.INTER_AREA), np.float32)


def pixels(places: NDArray[np.float64]) -> NDArray[np.int32]:
    """(K, 2) fixed-point canvas px of (K, 2) places."""
    at = (np.atleast_2d(places) - (LEFT, TOP)) * UNIT_PX - 0.5
    return np.asarray(np.round(at * 2**SUB_PIXEL_BITS), np.int32)


def fill(mask: Mask, outline: NDArray[np.float64], value: float = 1.0) -> Mask:
    """Fill a polygon. outline: (K, 2)."""
    cv2.fillPoly(mask, [pixels(outline)], (value,), cv2.LINE_AA, SUB_PIXEL_BITS)
    return mask


def stroke(mask: Mask, path: NDArray[np.float64], width: float, value: float = 1.0, *, closed: bool = False) -> Mask:
    """Draw along a path. path: (K, 2). width: eye distances; a thinner line than a pixel is paler."""
    thick = max(1.0, width * UNIT_PX)
    paler = min(1.0, width * UNIT_PX)
    cv2.polylines(mask, [pixels(path)], closed, (value * paler,), round(thick), cv2.LINE_AA, SUB_PIXEL_BITS)
    return mask


def capsule(a: Place, b: Place, from_radius: float, to_radius: float) -> Mask:
    """A limb with round ends."""
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-6)
    across = np.array([-along[1], along[0]])
    turn = np.linspace(-np.pi / 2, np.pi / 2, 9)[:, np.newaxis]
    end = b + to_radius * (np.cos(turn) * along + np.sin(turn) * across)
    start = a - from_radius * (np.cos(turn) * along + np.sin(turn) * across)
    return fill(blank(), np.concatenate([end, start]))


def softened(mask: Mask, sigma: float) -> Mask:
    """Gaussian blur. sigma: eye distances."""
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.3, sigma * UNIT_PX)), np.float32)


def rounded(mask: Mask, radius: float, light: Place, rng: np.random.Generator) -> Mask:
    """Shade of a body with this outline, round towards its edge within `radius`, lit from `light` (a direction)."""
    depth = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 3) / (radius * UNIT_PX)
    height = np.sqrt(1 - (1 - np.clip(depth, 0, 1)) ** 2).astype(np.float32)
    height = softened(height, 0.012)
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0) * (radius * UNIT_PX / 8)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1) * (radius * UNIT_PX / 8)
    facing = 1 / np.sqrt(1 + slope_x**2 + slope_y**2)
    side = -(slope_x * light[0] + slope_y * light[1]) * facing
    strength, edge = rng.uniform(0.1, 0.5), rng.uniform(0.3, 0.8)
    return np.asarray(np.clip((1 - edge + edge * facing) * (1 + strength * side), 0.15, 1.7), np.float32)


def smooth_field(rng: np.random.Generator, nodes: int) -> Mask:
    """Smooth noise, standard deviation about 1, `nodes` values a side."""
    drawn = rng.standard_normal((nodes, nodes)).astype(np.float32)
    return np.asarray(cv2.resize(drawn, (CANVAS_PX, CANVAS_PX), interpolation=cv2.INTER_CUBIC), np.float32)


def direction(angle: float) -> Place:
    """(2,) of length 1. angle: radians, 0 to the right, growing downwards."""
    return np.array([np.cos(angle), np.sin(angle)])


def streaks(rng: np.random.Generator, count: int) -> Mask:
    """Noise that runs downwards, slightly askew: `count` streaks across, standard deviation about 1."""
    drawn = rng.standard_normal((int(rng.integers(3, 8)), count)).astype(np.float32)
    tall = np.asarray(cv2.resize(drawn, (CANVAS_PX, CANVAS_PX), interpolation=cv2.INTER_CUBIC), np.float32)
    askew = np.array([[1, rng.normal(0, 0.3), 0], [0, 1, 0]])
    return np.asarray(
        cv2.warpAffine(tall, askew, (CANVAS_PX, CANVAS_PX), borderMode=cv2.BORDER_REFLECT_101), np.float32
    )
