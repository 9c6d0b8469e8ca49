"""The pictures in the page, looked at: the face is another, and everything else is what the camera gave."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Playwright

from benchmarks.common.browser import CHROMIUM, browsing
from engines.backends.litert import LiteRtSession
from engines.detectors.blazeface import BlazeFaceDetector
from engines.image.geometry import iou
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import SIZE_WH, await_that, begin, pixels_of, serving, shown, start

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")


@pytest.mark.parametrize("transport", ["rtc", "socket"])
def test_the_face_is_another_and_everything_else_is_what_was_sent(
    playwright: Playwright, server: ServerProcess, tmp_path: Path, model_file: Callable[[str], Path], transport: str
) -> None:
    scene = SyntheticSource(read_image(model_file("hopper")), size_wh=SIZE_WH).render(0)
    still = tmp_path / "still.mjpeg"
    still.write_bytes(cv2.imencode(".jpg", scene, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes() * 30)
    with browsing(playwright, still) as browser:
        page = browser.new_page()
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
    playwright: Playwright, home: Path, tmp_path: Path, transport: str
) -> None:
    strong = np.array([[0, 0, 255], [0, 255, 0], [255, 0, 0], [0, 255, 255], [255, 255, 0], [255, 0, 255]], np.uint8)
    card = np.asarray(cv2.resize(strong[np.newaxis], SIZE_WH, interpolation=cv2.INTER_NEAREST), np.uint8)
    video = tmp_path / "card.mjpeg"
    video.write_bytes(cv2.imencode(".jpg", card, [cv2.IMWRITE_JPEG_QUALITY, 98])[1].tobytes() * 30)
    with browsing(playwright, video) as browser, serving(home, "--when-lost", "pass", "--no-badge") as server:
        page = browser.new_page()
        start(page, server.url, transport)
        await_that(page, "liveswap.numbers?.glass", 40)
        page.wait_for_timeout(3000)
        sent, got = pixels_of(page, "liveswap.copy.canvas"), shown(page)
    fields = [slice(count * 640 // 6 + 30, (count + 1) * 640 // 6 - 30) for count in range(len(strong))]
    got = np.asarray(cv2.resize(got, sent.shape[1::-1]), np.uint8)
    for field in fields:
        before, after = (image[100:300, field].reshape(-1, 3).mean(axis=0) for image in (sent, got))
        assert np.abs(before - after).max() < 9, "3 are rounding; another matrix is 20, another range 8 at the ends"
