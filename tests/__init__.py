"""Tests, in folders like the code's. They start some hundred processes: without bytecode each would compile all that it
imports, which takes longer than most of them run. Where the environment wants none beside the code, theirs lies in
pytest's cache.

Several processes test at once, so NumPy gets one thread in each: its threads wait for each other in loops, and where
two processes share a core, a product that takes 0.1 s takes ten.
"""

import os
import sys
from pathlib import Path

if sys.dont_write_bytecode:
    sys.pycache_prefix = str(Path(__file__).parent.parent / ".pytest_cache" / "bytecode")
    sys.dont_write_bytecode = False
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported
