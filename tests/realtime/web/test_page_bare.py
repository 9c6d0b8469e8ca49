"""Nobody who shares the tab shows their bare face: read from the pixels of the page, not from its elements.

The camera is all of one colour, and the server shows words where there is no face, so that colour is the camera.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, Route

from benchmarks.common.browser import CHROMIUM, browsing, write_camera
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import SIZE_WH, await_that, serving, start

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

MAGENTA_BGR = (255, 0, 255)
SLOW_MS = 700
"""What a server that is busy takes to answer."""


@pytest.fixture(scope="module")
def words(home: Path) -> Iterator[ServerProcess]:
    with serving(home, "--when-lost", "slate") as running:
        yield running


@pytest.fixture(scope="module")
def pages(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    card = np.full((*SIZE_WH[::-1], 3), MAGENTA_BGR, np.uint8)
    video = write_camera(tmp_path_factory.mktemp("camera") / "magenta.y4m", [card] * 2)
    with browsing(playwright, video) as browser:
        yield browser.new_page(viewport={"width": 1280, "height": 860})


def bare(page: Page) -> float:
    """The part of the whole tab that shows the camera, 0..1."""
    pixels = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return float((np.abs(pixels.astype(int) - MAGENTA_BGR).max(axis=2) < 60).mean())


def bare_until(page: Page, expression: str) -> float:
    """The most that is seen until it is true."""
    seen = [bare(page)]
    while not page.evaluate(expression):
        seen.append(bare(page))
        assert len(seen) < 400, page.inner_text("#state")
    return max(seen)


def uncover(page: Page) -> None:
    """Move the slider, and see the camera: this test would see it elsewhere too."""
    await_that(page, "placeholder.hidden")
    page.locator("#split").fill("50")
    await_that(page, "before.readyState > 1")
    page.wait_for_timeout(200)
    assert bare(page) > 0.1


def slow(route: Route) -> None:
    """A server that is busy."""
    route.request.frame.page.wait_for_timeout(SLOW_MS)
    route.continue_()


@pytest.mark.parametrize("transport", ["rtc", "socket"])
def test_camera_is_shown_only_where_the_slider_asks_for_it(pages: Page, words: ServerProcess, transport: str) -> None:
    page = pages
    page.route("**/session", slow)
    start(page, words.url, transport)
    page.locator("#split").fill("70")
    assert bare_until(page, "liveswap.state && placeholder.hidden") == 0, "from Start to the first swapped picture"
    assert bare(page) == 0
    uncover(page)
    page.locator("#split").fill("0")
    assert bare(page) == 0
    page.unroute_all(behavior="wait")


ENDS = {
    "rtc": "fetch(`session/${liveswap.transport.id}`, { method: 'DELETE' })",
    "socket": "liveswap.transport.socket.close()",
}


def test_placeholder_comes_back_with_every_disconnect(pages: Page, words: ServerProcess) -> None:
    page = pages
    for transport, ends in ENDS.items():
        start(page, words.url, transport)
        uncover(page)
        page.evaluate(ends)
        await_that(page, "!placeholder.hidden", 5)
        assert bare_until(page, "placeholder.hidden") == 0, "until the next swapped picture"
        assert page.input_value("#split") == "0"
        assert bare(page) == 0
    uncover(page)
    words.process.kill()
    await_that(page, "!placeholder.hidden", 5)
    assert bare(page) == 0
    page.click("#start")
    await_that(page, "state.textContent == 'stopped'")
    assert bare(page) == 0
