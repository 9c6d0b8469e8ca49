"""4:2:0 and back, against the equations of H.273 in floating point."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.yuv import Planes, Yuv420
from engines.types import Image

WEIGHTS = {"BT.601": (0.299, 0.114), "BT.709": (0.2126, 0.0722), "BT.2020": (0.2627, 0.0593)}
weights = pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
ranges = pytest.mark.parametrize("full_range", [True, False], ids=["full", "limited"])
LUMA = {True: (0, 255), False: (16, 219)}
CHROMA = {True: 255, False: 224}


def colours() -> NDArray[np.uint8]:
    """Every 15th value of each channel, one a 2 x 2 block: (2, 2 * N, 3)."""
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    row = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    return np.repeat(np.repeat(row[np.newaxis], 2, axis=0), 2, axis=1)


def empty(image: Image) -> Planes:
    height, width = image.shape[:2]
    half = (height // 2, width // 2)
    return np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)


def by_the_standard(image: Image, weights: tuple[float, float], full_range: bool) -> list[NDArray[np.float64]]:
    """H.273, 8.3, before rounding, of each pixel."""
    kr, kb = weights
    b, g, r = np.moveaxis(image / 255, -1, 0)
    y = kr * r + (1 - kr - kb) * g + kb * b
    low, span = LUMA[full_range]
    u, v = (b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))
    return [low + span * y, 128 + CHROMA[full_range] * u, 128 + CHROMA[full_range] * v]


@ranges
@weights
def test_every_colour_is_written_as_the_standard_says(weights: tuple[float, float], full_range: bool) -> None:
    image = colours()
    planes = empty(image)
    Yuv420(*weights, full_range=full_range).from_bgr(image, planes)
    y, u, v = by_the_standard(image, weights, full_range)
    for made, right in zip(planes, (y, u[::2, ::2], v[::2, ::2]), strict=True):
        assert np.abs(made - np.clip(right, 0, 255)).max() < 0.52, "rounded to the nearest"


@ranges
@weights
def test_every_colour_is_read_as_it_was_written(weights: tuple[float, float], full_range: bool) -> None:
    image = colours()
    convert, planes = Yuv420(*weights, full_range=full_range), empty(image)
    convert.from_bgr(image, planes)
    back = convert.to_bgr(planes, (image.shape[1], image.shape[0]))
    assert np.abs(back.astype(int) - image).max() <= 2, "8 bits of luma and chroma are no more exact"


@ranges
@weights
def test_grey_has_no_colour_and_the_ends_are_the_ends(weights: tuple[float, float], full_range: bool) -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8), 2)
    image = np.dstack([np.stack([greys, greys])] * 3)
    convert, planes = Yuv420(*weights, full_range=full_range), empty(image)
    convert.from_bgr(image, planes)
    assert (planes[1] == 128).all()
    assert (planes[2] == 128).all()
    low, span = LUMA[full_range]
    assert (planes[0].min(), planes[0].max()) == (low, low + span)
    back = convert.to_bgr(planes, (image.shape[1], image.shape[0]))
    assert np.ptp(back, axis=2).max() == 0


@ranges
def test_what_nobody_painted_comes_back_as_it_was(full_range: bool) -> None:
    rng = np.random.default_rng(3)
    planes = (
        rng.integers(60, 190, (48, 64), dtype=np.uint8),
        rng.integers(118, 138, (24, 32), dtype=np.uint8),
        rng.integers(118, 138, (24, 32), dtype=np.uint8),
    )
    convert = Yuv420(0.2126, 0.0722, full_range=full_range)
    again = empty(np.empty((48, 64, 3), np.uint8))
    convert.from_bgr(convert.to_bgr(planes, (64, 48)), again)
    for before, after in zip(planes, again, strict=True):
        assert np.abs(before.astype(int) - after).max() <= 1
        assert np.mean(before != after) < 0.02


def test_rows_may_be_longer_than_the_picture_and_images_need_not_be_contiguous() -> None:
    image = colours()
    convert, planes, wide = (
        Yuv420(0.299, 0.114, full_range=False),
        empty(image),
        empty(np.empty((2, 20_000, 3), np.uint8)),
    )
    convert.from_bgr(image, planes)
    convert.from_bgr(image[:, ::-1][:, ::-1], wide)
    for exact, padded in zip(planes, wide, strict=True):
        assert (padded[:, : exact.shape[1]] == exact).all()
    size_wh = image.shape[1], image.shape[0]
    assert (convert.to_bgr(wide, size_wh) == convert.to_bgr(planes, size_wh)).all()
