"""Numpy's threads stay out of the way of the others' (realtime/__init__.py)."""

import os
import subprocess
import sys

MULTIPLY = """
import time
import realtime.cli.main
import numpy as np

square = np.ones((1500, 1500), np.float32)
square @ square
others = time.process_time() - time.thread_time()
mine = time.thread_time()
for _ in range(5):
    square @ square
print((time.process_time() - time.thread_time() - others) / (time.thread_time() - mine))
"""


def test_matrices_are_multiplied_on_the_callers_core_alone() -> None:
    surroundings = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    told = subprocess.run(
        [sys.executable, "-c", MULTIPLY], env=surroundings, check=True, capture_output=True, text=True, timeout=60
    )
    assert float(told.stdout) < 0.2
