"""What tells a swap, on pictures whose faults are made."""

import math

import cv2
import numpy as np
import pytest

from benchmarks.scoring import realism
from engines.mesh.mesh_topology import mean_face
from engines.types import FaceLandmarks, Image

EYES_PX = 90.0
FACE = FaceLandmarks((mean_face() * EYES_PX + (160, 130, 0)).astype(np.float32), 1.0)


@pytest.fixture
def picture() -> Image:
    """Grey with a camera's noise."""
    noise = np.random.default_rng(0).normal(130, 4, (320, 320, 1))
    return np.repeat(noise, 3, axis=2).astype(np.uint8)


@pytest.mark.parametrize("share", [0, 0.5, 1.0])
def test_fine_detail_is_the_energy_that_is_left(picture: Image, share: float) -> None:
    wax = cv2.GaussianBlur(picture, (0, 0), 5).astype(np.float32)
    after = np.round(wax + share * (picture - wax)).astype(np.uint8)
    assert realism.fine_detail(picture, after, FACE) == pytest.approx(share**2, abs=0.05)


def test_hair_and_what_covers_the_face_are_no_plain_skin(picture: Image) -> None:
    skin = realism.plain_skin(picture, FACE)
    brow = FACE.points[9, :2].round().astype(int)
    ends = (brow[0] - 30, brow[1] - 10), (brow[0] + 30, brow[1] - 14)
    strand = np.asarray(cv2.line(picture.copy(), *ends, (20.0, 20.0, 20.0), 3), np.uint8)
    assert skin[brow[1] - 12, brow[0]]
    assert not realism.plain_skin(strand, FACE)[brow[1] - 12, brow[0]]
    wax = np.asarray(cv2.GaussianBlur(strand, (0, 0), 2), np.uint8)
    assert realism.fine_detail(strand, wax, FACE) < 0.1
    assert math.isnan(realism.fine_detail(picture, picture, FACE, np.ones(picture.shape[:2], bool)))


def test_a_cheek_that_is_turned_away_is_not_background(picture: Image) -> None:
    turned = FACE.points * (0.2, 1, 1) + (0.8 * 160, 0, 0)
    skin = realism.plain_skin(picture, FaceLandmarks(turned.astype(np.float32), 1.0))
    assert np.count_nonzero(skin) < 0.4 * np.count_nonzero(realism.plain_skin(picture, FACE))


def test_a_tone_that_ends_at_the_jaw_is_a_step(picture: Image) -> None:
    assert realism.jaw_step(picture, picture, FACE) == 0
    lighter = np.clip(picture.astype(int) + 20, 0, 255).astype(np.uint8)
    assert realism.jaw_step(picture, lighter, FACE) == pytest.approx(7.8, abs=0.5)


def test_the_strip_lies_inside_the_lower_half_of_the_outline(picture: Image) -> None:
    strip = realism.jaw_strip(picture, FACE)
    ys, xs = np.nonzero(strip)
    chin, forehead = FACE.points[152, :2], FACE.points[10, :2]
    assert (chin[1] + forehead[1]) / 2 - 1 <= ys.min()
    assert chin[1] - 0.1 * EYES_PX < ys.max() < chin[1]
    assert xs.min() > FACE.points[:, 0].min()
    assert xs.max() < FACE.points[:, 0].max()


def test_the_step_is_not_asked_of_a_jaw_out_of_the_picture(picture: Image) -> None:
    away = FaceLandmarks(np.add(FACE.points, (0, 600, 0)).astype(np.float32), 1.0)
    assert math.isnan(realism.jaw_step(picture, picture, away))
