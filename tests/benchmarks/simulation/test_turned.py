"""Heads that are turned farther than a clip shows them: landmarks and pixels go together."""

import cv2
import numpy as np
import pytest

from benchmarks.simulation.turned import facing, turned
from engines.image.geometry import box_of
from engines.mesh import mesh_topology
from engines.types import Image, Points

NOSE, LEFT_CHEEK, RIGHT_CHEEK = 4, 50, 280
"""Of the mesh: the tip, and the middle of both cheeks as the picture shows them."""


def head() -> tuple[Image, Points]:
    """A face of 200 px in a picture of 400, with coloured cheeks."""
    mean = mesh_topology.mean_face()
    points = (mean - mean.mean(axis=0)) * np.float32(200 / np.ptp(mean[:, 1]))
    points = (points * np.sign(points[152, 1] - points[10, 1]) + np.array([200, 200, 0])).astype(np.float32)
    points[:, 2] *= np.sign(points[LEFT_CHEEK, 2] - points[NOSE, 2])
    picture = np.full((400, 400, 3), 90, np.uint8)
    for cheek, colour in ((LEFT_CHEEK, (250, 0, 0)), (RIGHT_CHEEK, (0, 0, 250))):
        cv2.circle(picture, (round(float(points[cheek, 0])), round(float(points[cheek, 1]))), 12, colour, -1)
    return picture, points


def test_a_head_that_is_not_turned_is_as_it_was() -> None:
    picture, points = head()
    same, placed = turned(picture, points, 0)
    assert placed == pytest.approx(points, abs=0.01)
    inside = facing(points, picture.shape)
    assert np.abs(same.astype(int) - picture)[inside].max() <= 3


@pytest.mark.parametrize("yaw", [-75, -50, 50, 75])
def test_a_cheek_goes_with_its_landmark_and_the_other_one_is_hidden(yaw: float) -> None:
    picture, points = head()
    seen, placed = turned(picture, points, yaw)
    near, far, colour = (LEFT_CHEEK, RIGHT_CHEEK, 0) if yaw > 0 else (RIGHT_CHEEK, LEFT_CHEEK, 2)
    x, y = np.round(placed[near, :2]).astype(int)
    assert seen[y, x, colour] > 200
    face = facing(placed, seen.shape)
    assert np.count_nonzero(face) < 0.9 * np.count_nonzero(facing(points, seen.shape))
    assert placed[far, 2] > placed[near, 2]
    outer = box_of(placed)[2] - placed[NOSE, 0] if yaw > 0 else placed[NOSE, 0] - box_of(placed)[0]
    assert outer < 0.25 * np.ptp(points[:, 0])  # the nose is at the rim
