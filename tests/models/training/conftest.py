"""What tests of the training share. They need torch, which no group of uv knows; `.ci/run` has it in an environment."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.models.training.made_people import write_people

if find_spec("torch"):
    import torch

    torch.set_num_threads(1)  # as the training: on a busy machine two threads of one process wait for each other


@pytest.fixture(scope="session")
def people_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of eight made people."""
    return write_people(tmp_path_factory.mktemp("people") / "faces.zip")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they are prepared."""
    return tmp_path_factory.mktemp("cache")
