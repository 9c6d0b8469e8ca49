"""The photo tab in a real browser, against a real server: open, click, compare, download."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Route

from benchmarks.common.browser import CHROMIUM
from engines.types import Image
from realtime.pictures.reading import read_image
from realtime.provenance.words import SOURCE_TYPE
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import await_that, begin, without_badge

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

EDGE = 360
MARKS = "document.querySelectorAll('#marks button')"


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Path:
    """Two people side by side."""
    two = [cv2.resize(read_image(model_file(name)), (EDGE, EDGE)) for name in ("hopper", "astronaut")]
    path = tmp_path_factory.mktemp("photo") / "group of two.png"
    cv2.imwrite(str(path), np.hstack(two))
    return path


def halves_that_differ(made: Image, group: Path) -> list[bool]:
    """Of each person, whether their face is another one."""
    apart = np.abs(made.astype(int) - read_image(group))
    return [float(half[EDGE // 5 : EDGE * 2 // 3].mean()) > 1 for half in np.hsplit(apart, 2)]


def downloaded(page: Page, to: Path) -> Path:
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(to / download.value.suggested_filename)
    return to / download.value.suggested_filename


def test_a_photo_is_opened_its_faces_clicked_and_the_result_kept(
    page: Page, server: ServerProcess, group: Path, tmp_path: Path
) -> None:
    page.goto(f"{server.url}#photo")
    page.wait_for_selector("#faces li")
    assert page.is_hidden("#stage")
    assert page.is_disabled("#download")
    page.set_input_files("#open", str(group))
    await_that(page, "!result.hidden && working.hidden")
    assert page.evaluate(f"{MARKS}.length") == 2
    worn = page.evaluate(f"[...{MARKS}].map(b => b.textContent)")
    assert sorted(worn) == ["", "hopper"], "the largest wears the chosen face"
    page.select_option("#format", "png")
    path = downloaded(page, tmp_path)
    assert path.name == "group of two-liveswap.png"
    assert SOURCE_TYPE.encode() in path.read_bytes()
    assert sorted(halves_that_differ(read_image(path), group)) == [False, True]

    without_badge(page)
    page.click("#faces .wear[title=astronaut]")
    await_that(page, f"[...{MARKS}].some(b => b.textContent == 'astronaut') && working.hidden")
    page.click("#marks button[aria-pressed=false]")
    await_that(page, f"[...{MARKS}].every(b => b.getAttribute('aria-pressed') == 'true') && working.hidden")
    assert halves_that_differ(read_image(downloaded(page, tmp_path)), group) == [True, False], "hers is her own"


def test_clicks_that_come_faster_than_pictures_end_at_the_last_one(
    page: Page, server: ServerProcess, group: Path, tmp_path: Path
) -> None:
    page.goto(f"{server.url}#photo")
    page.wait_for_selector("#faces li")
    page.set_input_files("#open", str(group))
    await_that(page, "!result.hidden && working.hidden")
    page.select_option("#format", "png")
    before = halves_that_differ(read_image(downloaded(page, tmp_path)), group)
    page.evaluate(f"for (let n = 0; n < 5; n++) [...{MARKS}].find(b => b.textContent != '' || n % 2).click()")
    await_that(page, "working.hidden", 60)
    assert page.is_hidden("#photo-problem"), page.inner_text("#photo-problem")
    assert sorted(before) == [False, True]
    assert halves_that_differ(read_image(downloaded(page, tmp_path)), group) == [False, False], "off in the end"


def test_a_photo_that_is_chosen_while_its_tab_still_loads_is_not_forgotten(
    page: Page, server: ServerProcess, group: Path
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/photo.js", hold)
    page.goto(server.url)
    page.wait_for_selector("#faces li")
    page.click("#tab-photo")
    page.set_input_files("#open", str(group))
    page.wait_for_timeout(200)
    [loading] = held
    loading.continue_()
    await_that(page, "!result.hidden && working.hidden")


def test_a_photo_of_nobody_is_explained_and_the_tab_is_left_and_entered(
    page: Page, server: ServerProcess, tmp_path: Path
) -> None:
    begin(page, server.url)
    page.click("#tab-photo")
    await_that(page, "!liveswap.running")
    assert page.is_visible("#studio")
    nobody = tmp_path / "nobody.png"
    cv2.imwrite(str(nobody), np.full((300, 300, 3), 127, np.uint8))
    page.set_input_files("#open", str(nobody))
    page.wait_for_selector("#photo-problem:not([hidden])")
    assert "No face is seen" in page.inner_text("#photo-problem")
    page.press("#tab-photo", "ArrowLeft")
    await_that(page, "document.body.dataset.tab == 'video'")
    page.press("#tab-video", "ArrowLeft")
    await_that(page, "document.body.dataset.tab == 'live'")
    assert page.is_visible("#stage")
    assert page.is_hidden("#studio")


def test_a_picture_is_taken_with_the_camera_which_is_on_only_meanwhile(page: Page, server: ServerProcess) -> None:
    page.add_init_script(
        "const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); window.opened = [];"
        "navigator.mediaDevices.getUserMedia = async (wanted) => (opened.push(await open(wanted)), opened.at(-1))"
    )
    page.goto(f"{server.url}#photo")
    page.wait_for_selector("#faces li")
    assert page.evaluate("opened.length") == 0, "the camera starts only when asked"
    page.click("#take")
    page.wait_for_selector("#snapshot[open]")
    assert page.evaluate("opened.map(s => s.getTracks().map(t => t.kind + t.readyState))") == [["videolive"]]
    page.click("#snapshot [data-close]")
    await_that(page, "opened[0].getTracks().every(t => t.readyState == 'ended')")
    assert page.is_visible("#photo-hint")
    page.click("#take")
    page.wait_for_selector("#snapshot[open]")
    page.click("#snapshot button[value=take]")
    await_that(page, "!result.hidden && working.hidden")
    assert page.evaluate("opened.flatMap(s => s.getTracks()).every(t => t.readyState == 'ended')")
    assert page.evaluate(f"{MARKS}.length") == 1
