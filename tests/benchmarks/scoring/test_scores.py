"""Scores of swapped pictures, on pictures whose faults are made."""

import cv2
import numpy as np
import pytest

from benchmarks.scoring import scores
from engines.fakes import mesh_at
from engines.mesh.mesh_topology import mean_face
from engines.types import FaceLandmarks, Image

FACE = FaceLandmarks(mesh_at((160.0, 120.0), 150.0), 1.0)


@pytest.fixture
def picture() -> Image:
    noise = np.random.default_rng(0).integers(60, 200, (240, 320, 3)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 4), np.uint8)


def painted(picture: Image, share: float, change: int) -> Image:
    after = picture.copy()
    inside = scores.hull(picture, FACE, share)
    after[inside] = np.clip(after[inside].astype(int) + change, 0, 255)
    return after


@pytest.mark.smoke
def test_nothing_changed_scores_as_nothing(picture: Image) -> None:
    assert scores.changed_outside(picture, picture, FACE) == 0
    assert scores.seam(picture, picture, FACE) == pytest.approx(1)
    assert scores.light(picture, picture, FACE) == pytest.approx((0, 0), abs=1e-3)


def test_a_change_beyond_the_face_is_found(picture: Image) -> None:
    assert scores.changed_outside(picture, painted(picture, 0.9, 30), FACE) == 0
    after = picture.copy()
    after[5, 5] += 9
    assert scores.changed_outside(picture, after, FACE) == 9


def test_an_edge_along_the_outline_is_a_seam(picture: Image) -> None:
    assert scores.seam(picture, painted(picture, 1.0, 40), FACE) > 1.3
    assert scores.seam(picture, painted(picture, 0.5, 40), FACE) < 1.1


def test_a_face_that_blinks_in_brightness_flickers(picture: Image) -> None:
    own, ours = scores.flicker((picture, picture), (picture, painted(picture, 1.0, 10)), FACE)
    assert own == pytest.approx(0, abs=0.1)
    assert ours == pytest.approx(10, abs=0.5)


def test_motion_alone_is_no_flicker(picture: Image) -> None:
    moved = np.asarray(np.roll(picture, 2, axis=1), np.uint8)
    own, ours = scores.flicker((picture, moved), (picture, moved), FACE)
    assert own == ours
    assert own < 2


def test_light_from_the_other_side_is_turned_half_round(picture: Image) -> None:
    slope = np.linspace(-40, 40, 320)[np.newaxis, :, np.newaxis]
    flat = np.full_like(picture, 120)
    left, right = (np.clip(flat + sign * slope, 0, 255).astype(np.uint8) for sign in (1, -1))
    angle, colour = scores.light(left, right, FACE)
    assert angle == pytest.approx(180, abs=2)
    assert colour < 1


def test_expression_is_measured_in_eye_distances() -> None:
    before = np.random.default_rng(1).normal(0, 10, (68, 2)).astype(np.float32)
    before[36], before[45] = (0, 0), (100, 0)
    after = before.copy()
    after[scores.INNER] += (3, 4)
    assert scores.expression_error([scores.displaced(before, after)]) == pytest.approx((0.05, 0), abs=1e-6)
    after = before.copy()
    after[:17] += 50  # the jaw line says nothing of expression
    assert scores.expression_error([scores.displaced(before, after)]) == (0, 0)


def test_what_is_alike_in_all_frames_is_no_change_of_expression() -> None:
    offset = np.full((51, 2), 0.03, np.float32)
    opened = offset.copy()
    opened[-10:, 1] += 0.1
    error, changing = scores.expression_error([offset, opened])
    assert error > 0.03 * 2**0.5
    assert changing == pytest.approx(0.05 * 10 / 51, rel=1e-3)


@pytest.mark.parametrize("degrees", [0, 5, 20])
def test_a_turned_head_is_measured(degrees: float) -> None:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    before, after = (np.zeros((68, 2), np.float32) for _ in range(2))
    for number, landmark in scores.MESH_OF_68.items():
        before[number] = mean_face()[landmark, :2] * 100 + 300
        after[number] = (turn @ mean_face()[landmark])[:2] * 100 + 300
    assert scores.turned_deg(before, after) == pytest.approx(degrees, abs=1.5)
