"""A server, a camera that is a video, and a browser for the tests of the page."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.common.browser import browsing
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.web.server_process import ServerProcess
from tests.realtime.clips import Clip, write_clip
from tests.realtime.web.browsing import SIZE_WH, serving

INTERRUPTED = 130


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[ServerProcess]:
    with serving(home) as running:
        yield running
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(20) == INTERRUPTED


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Path:
    """Two seconds of a person who moves, as Chromium's fake camera takes them."""
    path = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    source = SyntheticSource(read_image(model_file("hopper")), size_wh=SIZE_WH)
    with path.open("wb") as video:
        for number in range(60):
            video.write(cv2.imencode(".jpg", source.render(number), [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
    return path


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
