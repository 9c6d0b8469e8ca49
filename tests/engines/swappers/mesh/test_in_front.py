"""A thing in front of a face is found where it is, is forgotten slowly, and is not bent."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.geometry import eye_distance
from engines.mesh.mesh_topology import triangles
from engines.mesh.warp import warp_between
from engines.swappers.mesh.in_front import followed, in_front_of
from engines.types import Points
from tests.engines.made_faces import mean_at

RIM_Y = 45
"""px: a line across both eyes."""


def face() -> Points:
    return mean_at((64, 60), 50)


def rim() -> NDArray[np.float32]:
    """(128, 128): opaque but for a thin line."""
    opacity = np.ones((128, 128), np.float32)
    opacity[RIM_Y] = 0.1
    return opacity


def test_it_is_found_in_the_triangles_that_it_crosses_and_in_no_other() -> None:
    points = face()[:, :2]
    found, corners = in_front_of(rim(), points), points[triangles(), 1]
    assert in_front_of(np.ones((128, 128), np.float32), points).max() == 0
    assert found[(corners.min(axis=1) > RIM_Y + 3) | (corners.max(axis=1) < RIM_Y - 3)].max() == 0
    crossed = (corners.min(axis=1) < RIM_Y - 1) & (corners.max(axis=1) > RIM_Y + 1)
    assert np.median(found[crossed]) == 1


def test_a_face_that_reaches_beyond_its_square_is_looked_at_as_far_as_it_is_there() -> None:
    assert in_front_of(np.zeros((128, 128), np.float32), face()[:, :2] * 4 - 100).min() == 1


def test_what_was_in_front_is_forgotten_slowly_and_found_at_once_when_nothing_is_known() -> None:
    there, gone = np.ones(852, np.float32), np.zeros(852, np.float32)
    assert (followed(None, there) == 1).all()
    assert 0.5 < followed(there, gone).max() < 1
    assert followed(gone, there).max() < 0.5


def test_it_keeps_its_shape_where_the_face_behind_it_is_moved() -> None:
    points = face()
    moved = points.copy()
    below = np.abs(points[:, 1] - 60) < 14
    moved[below, 1] += 3 * np.sin(points[below, 0] / 4)  # waves
    thing = points[triangles(), 1].min(axis=1) < 62
    thing &= points[triangles(), 1].max(axis=1) > 46
    inner = np.unique(triangles()[thing])

    def bent(in_front: NDArray[np.float32] | None) -> float:
        warp = warp_between(points, moved, in_front)
        return float((warp.laid - warp.read)[inner, 1].std() / eye_distance(points))

    assert bent(thing.astype(np.float32)) < 0.5 * bent(None)
    assert bent(np.zeros(852, np.float32)) == pytest.approx(bent(None))
