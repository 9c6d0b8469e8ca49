"""The pictures in the page, looked at: the face is another, and everything else is what the camera gave."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright

from benchmarks.common.browser import CHROMIUM, browsing
from engines.backends.litert import LiteRtSession
from engines.detectors.blazeface import BlazeFaceDetector
from engines.image.geometry import iou
from engines.types import Image
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import SIZE_WH, await_that, begin, pixels_of, serving, shown, start

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")
STRONG_BGR = np.array([[0, 0, 255], [0, 255, 0], [255, 0, 0], [0, 255, 255], [255, 255, 0], [255, 0, 255]], np.uint8)


@pytest.fixture(scope="module")
def before_a_face(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]
) -> Iterator[Browser]:
    """A browser whose camera sees a face that does not move."""
    scene = SyntheticSource(read_image(model_file("hopper")), size_wh=SIZE_WH).render(0)
    with browsing(playwright, still(tmp_path_factory.mktemp("face") / "still.mjpeg", scene, quality=95)) as browser:
        yield browser


@pytest.fixture(scope="module")
def before_a_card(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One whose camera sees a card in the strongest colours."""
    card = np.asarray(cv2.resize(STRONG_BGR[np.newaxis], SIZE_WH, interpolation=cv2.INTER_NEAREST), np.uint8)
    with browsing(playwright, still(tmp_path_factory.mktemp("card") / "still.mjpeg", card, quality=98)) as browser:
        yield browser


def still(path: Path, picture: Image, quality: int) -> Path:
    path.write_bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes() * 30)
    return path


@pytest.fixture(scope="module")
def passing(home: Path) -> Iterator[ServerProcess]:
    """A server that shows pictures without a face as they are."""
    with serving(home, "--when-lost", "pass", "--no-badge") as running:
        yield running


@pytest.mark.parametrize("transport", ["rtc", "socket"])
def test_the_face_is_another_and_everything_else_is_what_was_sent(
    before_a_face: Browser, server: ServerProcess, model_file: Callable[[str], Path], transport: str
) -> None:
    with before_a_face.new_page() as page:
        begin(page, server.url, transport)
        page.uncheck("#badge")
        page.wait_for_timeout(3000)
        sent, got = pixels_of(page, "liveswap.copy.canvas"), shown(page)
    # Browsers send less than the size of the picture when they are short of time.
    seen = np.asarray(cv2.resize(sent, got.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)
    sent, got = (np.asarray(cv2.resize(image, sent.shape[1::-1]), np.uint8) for image in (seen, got))
    detector = BlazeFaceDetector(LiteRtSession(model_file("face_detection_back")))
    before, after = detector.detect(sent)[0].box_xyxy, detector.detect(got)[0].box_xyxy
    assert iou(before, after[np.newaxis])[0] > 0.6, "a face is where the face was"
    left, top, right, bottom = before.astype(int)
    change = np.abs(cv2.GaussianBlur(got, (9, 9), 0).astype(int) - cv2.GaussianBlur(sent, (9, 9), 0)).mean(axis=2)
    inside = change[top:bottom, left:right].mean()
    change[max(0, top - 60) : bottom + 30, left - 30 : right + 30] = np.nan
    outside = np.nanmean(change[40:])  # below the time code
    assert outside < 3.5, "no more than a codec's noise"
    assert inside > 3 * outside


@pytest.mark.parametrize("transport", ["rtc", "socket"])
def test_the_strongest_colours_come_back_as_they_were_sent(
    before_a_card: Browser, passing: ServerProcess, transport: str
) -> None:
    with before_a_card.new_page() as page:
        start(page, passing.url, transport)
        await_that(page, "liveswap.numbers?.glass", 40)
        page.wait_for_timeout(3000)
        sent, got = pixels_of(page, "liveswap.copy.canvas"), shown(page)
    fields = [slice(count * 640 // 6 + 30, (count + 1) * 640 // 6 - 30) for count in range(len(STRONG_BGR))]
    got = np.asarray(cv2.resize(got, sent.shape[1::-1]), np.uint8)
    for field in fields:
        before, after = (image[100:300, field].reshape(-1, 3).mean(axis=0) for image in (sent, got))
        assert np.abs(before - after).max() < 9, "3 are rounding; another matrix is 20, another range 8 at the ends"
