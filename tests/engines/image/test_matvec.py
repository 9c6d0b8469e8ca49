"""Sums on one thread: right, and no other core is kept busy."""

import time

import numpy as np
import pytest

from engines.image.matvec import matvec
from engines.swappers.mesh.swapper import MeshSwapper
from engines.types import FaceLandmarks
from tests.engines.made_faces import dome, photo, striped


@pytest.mark.parametrize("shape", [(468, 468, 3), (468, 180, 4), (1, 1, 1)])
def test_it_is_the_product(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    rng = np.random.default_rng(0)
    left, right = rng.random((rows, inner), np.float32), rng.random((inner, columns), np.float32)
    assert matvec(left, right) == pytest.approx(left @ right, rel=1e-4)


def test_painting_at_a_cameras_rate_leaves_the_other_cores_alone() -> None:
    worn, target = MeshSwapper().prepare(photo(150)), FaceLandmarks(dome((160, 120), 150), 1.0)
    canvas = striped()
    for _ in range(5):
        worn.paint(canvas, target)
    process_s, thread_s = time.process_time(), time.thread_time()
    for _ in range(20):
        worn.paint(canvas, target)
        time.sleep(0.04)  # threads that wait in loops do it now
    process_s, thread_s = time.process_time() - process_s, time.thread_time() - thread_s
    assert process_s < 2 * thread_s + 0.1
