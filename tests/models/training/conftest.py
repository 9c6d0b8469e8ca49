"""What tests of the training share. They need torch, which no group of uv knows; `.ci/run` has it in an environment."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.models.training.made_people import write_people

if find_spec("torch"):
    import torch

    from models.training.occluders import SHARES, Bank
    from models.training.people import People, prepared
    from models.training.prepared_sources import Sources, prepared_sources

    torch.set_num_threads(1)  # as the training: on a busy machine two threads of one process wait for each other


def quiet(_line: str) -> None:
    """Nobody is told."""


@pytest.fixture(scope="session")
def people_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of eight made people."""
    return write_people(tmp_path_factory.mktemp("people") / "faces.zip")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they are prepared."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def people(people_zip: Path, cache: Path) -> "People":
    """The data set, prepared."""
    return prepared(people_zip, cache, quiet)


@pytest.fixture(scope="session")
def bank() -> "Bank":
    """One of each thing, and a few more."""
    return Bank.drawn(len(SHARES) + 5, 3)


@pytest.fixture(scope="session")
def sources(people_zip: Path, cache: Path, people: "People", bank: "Bank") -> "Sources":
    """Their photos as the engines prepare them."""
    return prepared_sources(people_zip, people, bank, cache, 1, quiet)
