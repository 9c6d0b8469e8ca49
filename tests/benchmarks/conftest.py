"""What the benchmarks run on, in the cache or fetched into it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.store import ModelStore
from tests.conftest import BUILT_IN


@pytest.fixture(scope="session")
def store(model_file: Callable[[str], Path]) -> ModelStore:
    """With the built-in models and portraits in it."""
    for name in BUILT_IN:
        model_file(name)
    return ModelStore()
