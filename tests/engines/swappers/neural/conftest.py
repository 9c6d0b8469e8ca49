"""Where generated models are kept while the tests run."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for generated models."""
    return tmp_path_factory.mktemp("zoo")
