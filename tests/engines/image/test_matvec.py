"""Sums on one thread: right, and no other core is kept busy."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engines.image.matvec import matvec

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("shape", [(468, 468, 3), (468, 180, 4), (1, 1, 1)])
def test_it_is_the_product(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    rng = np.random.default_rng(0)
    left, right = rng.random((rows, inner), np.float32), rng.random((inner, columns), np.float32)
    assert matvec(left, right) == pytest.approx(left @ right, rel=1e-4)


AT_A_CAMERAS_RATE = """
import time
from engines.swappers.mesh.swapper import MeshSwapper
from engines.types import FaceLandmarks
from tests.engines.made_faces import dome, photo, striped

worn, target = MeshSwapper().prepare(photo(150)), FaceLandmarks(dome((160, 120), 150), 1.0)
canvas = striped()
for _ in range(5):
    worn.paint(canvas, target)
process_s, thread_s = time.process_time(), time.thread_time()
for _ in range(20):
    worn.paint(canvas, target)
    time.sleep(0.04)  # threads that wait in loops do it now
print(time.process_time() - process_s, time.thread_time() - thread_s)
"""


def test_painting_at_a_cameras_rate_leaves_the_other_cores_alone() -> None:
    """With as many threads for NumPy as a run has: the tests have but one (tests/__init__.py)."""
    as_started = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", AT_A_CAMERAS_RATE], cwd=ROOT, env=as_started, capture_output=True, text=True, check=True
    )
    process_s, thread_s = map(float, done.stdout.split())
    assert process_s < 2 * thread_s + 0.1
