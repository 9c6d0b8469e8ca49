"""The pictures in the page, looked at: the face is another, and everything else is what the camera gave."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Playwright

from benchmarks.common.browser import CHROMIUM, browsing, write_camera
from engines.backends.litert import LiteRtSession
from engines.detectors.blazeface import BlazeFaceDetector
from engines.image.geometry import iou
from engines.types import Image
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import (
    SIZE_WH,
    await_that,
    begin,
    pixels_of,
    serving,
    shown,
    start,
    without_badge,
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")
NOISE, SETTLED_S = 3.5, 20
STRONG_BGR = np.array([[0, 0, 255], [0, 255, 0], [255, 0, 0], [0, 255, 255], [255, 255, 0], [255, 0, 255]], np.uint8)


@pytest.fixture(scope="module")
def before_a_face(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]
) -> Iterator[Browser]:
    """A browser whose camera sees a face that does not move."""
    scene = SyntheticSource(read_image(model_file("hopper")), size_wh=SIZE_WH).render(0)
    with browsing(playwright, write_camera(tmp_path_factory.mktemp("face") / "still.y4m", [scene] * 2)) as browser:
        yield browser


@pytest.fixture(scope="module")
def before_a_card(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One whose camera sees a card in the strongest colours."""
    card = np.asarray(cv2.resize(STRONG_BGR[np.newaxis], SIZE_WH, interpolation=cv2.INTER_NEAREST), np.uint8)
    with browsing(playwright, write_camera(tmp_path_factory.mktemp("card") / "still.y4m", [card] * 2)) as browser:
        yield browser


@pytest.fixture(scope="module")
def passing(home: Path) -> Iterator[ServerProcess]:
    """A server that shows pictures without a face as they are."""
    with serving(home, "--when-lost", "pass", "--no-badge", "a test") as running:
        yield running


@pytest.mark.parametrize("transport", ["rtc", "socket"])
def test_the_face_is_another_and_everything_else_is_what_was_sent(
    before_a_face: Browser, server: ServerProcess, model_file: Callable[[str], Path], transport: str
) -> None:
    detector = BlazeFaceDetector(LiteRtSession(model_file("face_detection_back")))
    with before_a_face.new_page() as page:
        begin(page, server.url, transport)
        without_badge(page)
        await_that(page, "!liveswap.state.badge")
        sent, got = settled(page, lambda sent, got: around(detector, sent, got) < NOISE)
    before, after = detector.detect(sent)[0].box_xyxy, detector.detect(got)[0].box_xyxy
    assert iou(before, after[np.newaxis])[0] > 0.6, "a face is where the face was"
    left, top, right, bottom = before.astype(int)
    outside = around(detector, sent, got)
    assert outside < NOISE, "no more than a codec's noise"
    assert changes(sent, got)[top:bottom, left:right].mean() > 3 * outside


def around(detector: BlazeFaceDetector, sent: Image, got: Image) -> float:
    """How much is another outside of the face, and below the time code."""
    left, top, right, bottom = detector.detect(sent)[0].box_xyxy.astype(int)
    change = changes(sent, got)
    change[max(0, top - 60) : bottom + 30, left - 30 : right + 30] = np.nan
    return float(np.nanmean(change[40:]))


def changes(sent: Image, got: Image) -> NDArray[np.float64]:
    """By how much each pixel is another, 0..255, but for what is fine."""
    fine = (9, 9)
    apart = cv2.GaussianBlur(got, fine, 0).astype(int) - cv2.GaussianBlur(sent, fine, 0)
    return np.asarray(np.abs(apart).mean(axis=2), np.float64)


def settled(page: Page, is_fine: Callable[[Image, Image], bool]) -> tuple[Image, Image]:
    """What the page sends and what comes back, of one size: once that is fine, or no longer gets better.

    A browser begins with few bits a second and takes more as it sees that they arrive; on a busy machine that is late.
    """
    deadline = time.monotonic() + SETTLED_S
    while True:
        page.wait_for_timeout(300)
        sent, got = pixels_of(page, "liveswap.copy.canvas"), shown(page)
        # Browsers send less than the size of the picture when they are short of time.
        seen = np.asarray(cv2.resize(sent, got.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)
        sent, got = (np.asarray(cv2.resize(image, sent.shape[1::-1]), np.uint8) for image in (seen, got))
        if is_fine(sent, got) or time.monotonic() > deadline:
            return sent, got


@pytest.mark.parametrize("transport", ["rtc", "socket"])
def test_the_strongest_colours_come_back_as_they_were_sent(
    before_a_card: Browser, passing: ServerProcess, transport: str
) -> None:
    with before_a_card.new_page() as page:
        start(page, passing.url, transport)
        await_that(page, "liveswap.numbers?.glass", 40)
        sent, got = settled(page, lambda sent, got: worst(sent, got) < 9)
    assert worst(sent, got) < 9, "3 are rounding; another matrix is 20, another range 8 at the ends"


def worst(sent: Image, got: Image) -> float:
    """By how much the mean of a field of the card is another, 0..255."""
    fields = [slice(count * 640 // 6 + 30, (count + 1) * 640 // 6 - 30) for count in range(len(STRONG_BGR))]
    before, after = (np.array([image[100:300, field].mean(axis=(0, 1)) for field in fields]) for image in (sent, got))
    return float(np.abs(before - after).max())
