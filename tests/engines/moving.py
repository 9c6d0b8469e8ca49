"""Made pictures whose motion is known."""

import cv2
import numpy as np

from engines.types import Affine, Image

SIZE_WH = (640, 480)
MIDDLE = (320.0, 240.0)


def textured(size_wh: tuple[int, int] = SIZE_WH, grain_px: float = 3, seed: int = 0) -> Image:
    """Soft blotches of several sizes, as skin, hair and walls have them."""
    noise = np.random.default_rng(seed).normal(0, 1, (size_wh[1], size_wh[0], 3)).astype(np.float32)
    layers = [cv2.GaussianBlur(noise, (0, 0), grain_px * times) for times in (1, 3, 9)]
    picture = np.sum([layer / layer.std() for layer in layers], axis=0)
    return np.asarray(np.clip(128 + 30 * picture, 0, 255), np.uint8)


def motion(dx: float = 0, dy: float = 0, turn_deg: float = 0, scale: float = 1) -> Affine:
    """Of everything in the picture, around its middle."""
    affine = cv2.getRotationMatrix2D(MIDDLE, turn_deg, scale)
    return np.asarray(affine + np.array([[0, 0, dx], [0, 0, dy]]), np.float64)


STILL = motion()


def moved(picture: Image, affine: Affine) -> Image:
    return np.asarray(cv2.warpAffine(picture, affine, SIZE_WH, borderMode=cv2.BORDER_REFLECT), np.uint8)


class Sensor:
    """A camera's noise: another one for every picture, and the same in every run."""

    def __init__(self, deviation: float, seed: int = 0) -> None:
        self._deviation, self._chance = deviation, np.random.default_rng(seed)

    def noisy(self, picture: Image) -> Image:
        noise = np.zeros(picture.shape, np.int16)
        cv2.setRNGSeed(int(self._chance.integers(1 << 31)))
        cv2.randn(noise, np.zeros(3), np.full(3, self._deviation))  # a seventh of the time that NumPy takes
        return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)
