"""Milliseconds of every kernel, by pytest-benchmark; on a noisy machine see `instructions`.

    uv run --group dev pytest benchmarks/bench_kernels.py --benchmark-save=before
    uv run --group dev pytest benchmarks/bench_kernels.py --benchmark-compare --benchmark-compare-fail=median:15%

The first keeps the times in .benchmarks/ (of this machine, not in the repository), the second says what got worse.
"""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.common.kernels import kernels, networks
from models.store import ModelStore

READY = {**kernels(ModelStore()), **networks(ModelStore())}


@pytest.mark.parametrize("name", READY)
def test_kernel(benchmark: BenchmarkFixture, name: str) -> None:
    benchmark.group = name.partition(":")[0]
    benchmark(READY[name])
