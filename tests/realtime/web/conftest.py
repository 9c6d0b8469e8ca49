"""A server, a camera that is a video, and a browser for the tests of the page."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.common.browser import browsing, write_camera
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.web.server_process import ServerProcess
from tests.realtime.clips import Clip, write_clip
from tests.realtime.conftest import make_home
from tests.realtime.web.browsing import SIZE_WH, serving

INTERRUPTED = 130


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Iterator[ServerProcess]:
    """One for all: every page is another visitor's, whose faces, consents and choices are theirs alone."""
    with serving(make_home(tmp_path_factory.mktemp("server"), model_file)) as running:
        yield running
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(20) == INTERRUPTED


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Path:
    """Two seconds of a person who moves."""
    source = SyntheticSource(read_image(model_file("hopper")), size_wh=SIZE_WH)
    pictures = (source.render(number) for number in range(0, 60, 2))
    return write_camera(tmp_path_factory.mktemp("camera") / "camera.y4m", pictures)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright, camera: Path) -> Iterator[Browser]:
    with browsing(playwright, camera) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose scripts must not fail."""
    opened = browser.new_page(viewport={"width": 1280, "height": 860})
    failures: list[str] = []
    opened.on("pageerror", lambda error: failures.append(str(error)))
    yield opened
    opened.close()
    assert failures == []


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A second of a small video with sound."""
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", Clip(frames=30, size_wh=(96, 64))).read_bytes()
