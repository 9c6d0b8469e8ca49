"""A mask for neural swappers out of what the mesh swapper sees: free skin, and what is before it."""

import numpy as np
import pytest

from engines.geometry import moved
from engines.swappers.in_front import InFront
from engines.types import FaceLandmarks, Image
from tests.engines.test_mesh_swapper import dome

SKIN = np.array([110, 130, 170])


@pytest.fixture(scope="module")
def in_front() -> InFront:
    return InFront()


@pytest.fixture
def face() -> FaceLandmarks:
    return FaceLandmarks(dome((128, 128), 220), 1.0)


@pytest.fixture
def crop() -> Image:
    return np.tile(SKIN, (256, 256, 1)).astype(np.uint8)


def test_a_free_face_may_be_painted_everywhere(in_front: InFront, crop: Image, face: FaceLandmarks) -> None:
    assert (in_front.of(crop, face) == 1).all()


def test_a_cup_before_the_chin_stays_in_front(in_front: InFront, crop: Image, face: FaceLandmarks) -> None:
    crop[190:, 98:158] = (235, 235, 235)
    mask = in_front.of(crop, face)
    assert mask.shape == (256, 256)
    assert mask[196:225, 104:152].max() < 0.2
    assert mask[:180].min() > 0.95


def test_a_face_half_out_of_the_crop_is_no_mistake(in_front: InFront, crop: Image, face: FaceLandmarks) -> None:
    beside = moved(face, np.array([[1.0, 0, 130], [0, 1, 0]]))
    assert beside.points[:, 0].max() > 300
    mask = in_front.of(crop, beside)
    assert np.isfinite(mask).all()
    assert 0 <= mask.min() <= mask.max() <= 1
