"""The program: streams of pictures, from where they come to where they go."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Numpy reads it when it is loaded. Its matrices here are small, and its threads wait for each other in busy loops:
seconds of core time a photo, on a busy machine (benchmarks/LEDGER.md)."""
