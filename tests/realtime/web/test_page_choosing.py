"""Live, who is swapped: the main face, everybody, or whoever is clicked in the picture. With a camera that sees two."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Playwright

from benchmarks.common.browser import CHROMIUM, browsing, write_camera
from engines.types import Image
from realtime.pictures.reading import read_image
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import SIZE_WH, await_that, begin

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

LARGE, SMALL = 300, 220
PEOPLE = "(liveswap.state?.people ?? [])"
FROM_LEFT = f"JSON.stringify([...{PEOPLE}].sort((a, b) => a.box[0] - b.box[0]).map((one) => one.swapped))"
MARKS = "#people-marks button"


@pytest.fixture(scope="module")
def page(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]
) -> Iterator[Page]:
    """Of a browser whose camera sees two people, who move."""
    larger, smaller = (read_image(model_file(name)) for name in ("hopper", "astronaut"))
    pictures = [scene(larger, smaller, 6 * round(2 * np.sin(number / 3))) for number in range(20)]
    video = write_camera(tmp_path_factory.mktemp("two") / "two.y4m", pictures)
    with browsing(playwright, video) as browser:
        yield browser.new_page(viewport={"width": 1280, "height": 860})


def scene(larger: Image, smaller: Image, moved: int) -> Image:
    canvas = np.full((SIZE_WH[1], SIZE_WH[0], 3), 90, np.uint8)
    for portrait, edge, left in ((larger, LARGE, 14 + moved), (smaller, SMALL, 400 - moved)):
        canvas[30 : 30 + edge, left : left + edge] = cv2.resize(portrait, (edge, edge), interpolation=cv2.INTER_AREA)
    return canvas


def box_of(page: Page, what: str, number: int = 0) -> tuple[float, float]:
    """Its left edge and its width."""
    box = page.locator(what).nth(number).bounding_box()
    assert box is not None
    return box["x"], box["width"]


def await_swapped(page: Page, *wanted: bool) -> None:
    """Until these of the people in the picture are swapped and no others, from left to right."""
    said = "[" + ",".join(str(one).lower() for one in wanted) + "]"
    await_that(page, f"{FROM_LEFT} == '{said}'")


def test_main_face_everybody_or_whoever_is_clicked_is_swapped(page: Page, server: ServerProcess) -> None:
    begin(page, server.url)
    await_swapped(page, True, False)
    assert page.locator(MARKS).count() == 0
    page.select_option("#live-faces", "all")
    await_swapped(page, True, True)
    page.select_option("#live-faces", "choose")
    await_that(page, f"document.querySelectorAll('{MARKS}[aria-pressed=true]').length == 2")
    places = [box_of(page, MARKS, number) for number in range(2)]
    left, width = box_of(page, "#frame")
    assert all(left <= at < left + width for at, _ in places)
    leftmost = places.index(min(places))
    page.locator(MARKS).nth(leftmost).click()
    await_swapped(page, False, True)
    page.locator(f"{MARKS}[aria-pressed=true]").press("Enter")
    await_swapped(page, False, False)


def test_choosing_is_kept_but_for_who_it_was_and_its_marks_are_for_the_visitor_alone(
    page: Page, server: ServerProcess
) -> None:
    page.goto(server.url)
    page.reload()  # another session, in which numbers are other people's
    page.wait_for_selector("#faces li")
    page.select_option("#live-faces", "choose")
    page.reload()
    page.wait_for_selector("#faces li")
    assert page.input_value("#live-faces") == "choose"
    page.click("#start")
    await_that(page, f"document.querySelectorAll('{MARKS}').length == 2", 40)
    await_swapped(page, False, False)
    assert page.is_visible("#choose-hint")
    page.locator(MARKS).first.click()
    await_that(page, f"{PEOPLE}.filter((one) => one.swapped).length == 1")
    page.click("#only")
    assert not page.locator(MARKS).first.is_visible()
    page.keyboard.press("Escape")
    page.select_option("#live-faces", "largest")
    await_that(page, f"document.querySelectorAll('{MARKS}').length == 0 && {PEOPLE}.some((one) => one.swapped)")
