"""A mark in the pixels: found where it is, whatever was cut and however it was sized; not found where it is not."""

import cv2
import numpy as np
import pytest

from benchmarks.common.periodic_mark import FOUND, likeness, marked
from benchmarks.pixel_mark import WAYS, psnr_db, resized
from engines.types import Image


@pytest.fixture(scope="module")
def scene() -> Image:
    """Clouds of all sizes, as in photos, at 640x360."""
    chance = np.random.default_rng(1)
    clouds = sum(
        cv2.resize(
            chance.normal(0, 160 / size, (360 // (360 // size), size)), (640, 360), interpolation=cv2.INTER_CUBIC
        )
        for size in (8, 20, 60, 180)
    )
    return np.asarray(np.clip(128 + np.repeat(np.asarray(clouds)[..., np.newaxis], 3, 2), 0, 255), np.uint8)


def test_mark_is_faint_and_less_of_it_where_the_picture_is_smooth(scene: Image) -> None:
    assert psnr_db(scene, marked(scene)) > 42
    wall = np.full_like(scene, 140)
    assert psnr_db(wall, marked(wall)) > 50


def test_mark_is_found_after_all_three_ways_at_once_and_chance_is_not(scene: Image) -> None:
    large = resized(scene, 2)
    [worn] = WAYS["all three"]([marked(large)])
    assert likeness(worn) >= FOUND
    assert likeness(large) < FOUND
