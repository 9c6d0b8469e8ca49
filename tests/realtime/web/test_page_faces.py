"""Faces come to the page: one is chosen from a group, a weak one is shown as such, several make one person."""

import base64
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from benchmarks.common.browser import CHROMIUM
from realtime.pictures.reading import read_image
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import await_that

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

EDGE = 512
OWN = "document.querySelectorAll('#faces .remove').length"


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> dict[str, Path]:
    """Files by what is in them."""
    folder = tmp_path_factory.mktemp("photos")
    one, other = (cv2.resize(read_image(model_file(name)), (EDGE, EDGE)) for name in ("hopper", "astronaut"))
    pictures = {"group": np.hstack([one, other]), "night": one // 4, "first": one, "second": np.fliplr(one)}
    for name, picture in pictures.items():
        cv2.imwrite(str(folder / f"{name}.png"), picture)
    return {name: folder / f"{name}.png" for name in pictures}


def send(page: Page, server: ServerProcess, *files: Path) -> None:
    page.goto(server.url)
    page.wait_for_selector("#faces li")
    page.check("#consent")
    page.set_input_files("#upload", [str(file) for file in files])


def test_of_a_group_the_visitor_says_which_face(page: Page, server: ServerProcess, photos: dict[str, Path]) -> None:
    send(page, server, photos["group"])
    page.wait_for_selector("#found[open]")
    assert "Which face in group.png?" in page.inner_text("#found-title")
    assert page.locator("#found-faces button").count() == 2
    assert page.evaluate(OWN) == 0, "nothing is taken until one is chosen"
    offered = page.get_attribute("#found-faces li:nth-child(2) img", "src") or ""
    page.click("#found-faces li:nth-child(2) button")
    await_that(page, f"{OWN} == 1 && reading.hidden")
    taken = page.request.get(f"{server.url}faces/group").body()
    assert base64.b64decode(offered.partition(",")[2]) == taken
    assert page.get_attribute("#faces .wear[title=group]", "aria-pressed") == "true"
    page.click("[aria-label='Remove group']")
    await_that(page, f"{OWN} == 0")


def test_a_dark_photo_is_shown_with_its_weakness_and_may_be_left(
    page: Page, server: ServerProcess, photos: dict[str, Path]
) -> None:
    send(page, server, photos["night"])
    page.wait_for_selector("#found[open]")
    assert "Dark" in page.inner_text("#found-faces")
    page.keyboard.press("Escape")
    await_that(page, "reading.hidden && !found.open")
    assert page.evaluate(OWN) == 0
    assert not page.is_checked("#consent")
    page.check("#consent")
    page.set_input_files("#upload", str(photos["night"]))
    page.wait_for_selector("#found[open]")
    page.click("#found-faces button")
    await_that(page, f"{OWN} == 1")
    page.click("[aria-label='Remove night']")
    await_that(page, f"{OWN} == 0")


def test_several_photos_of_one_person_make_one_face(page: Page, server: ServerProcess, photos: dict[str, Path]) -> None:
    send(page, server, photos["first"], photos["second"])
    page.wait_for_selector("#several[open]")
    page.click("#several button[value=one]")
    await_that(page, f"{OWN} == 1 && reading.hidden && faces.textContent.includes('first (2 photos)')")
    page.check("#consent")
    with page.expect_file_chooser() as chooser:
        page.click("[aria-label='Add a photo of first']")
    chooser.value.set_files(str(photos["first"]))
    await_that(page, "faces.textContent.includes('first (3 photos)') && reading.hidden")
    page.click("[aria-label='Remove first']")
    await_that(page, f"{OWN} == 0")
    page.check("#consent")
    page.set_input_files("#upload", [str(photos["first"]), str(photos["second"])])
    page.click("#several button[value=each]")
    await_that(page, f"{OWN} == 2 && reading.hidden")


def test_faces_are_given_again_to_a_server_that_has_forgotten_them(
    page: Page, server: ServerProcess, photos: dict[str, Path]
) -> None:
    send(page, server, photos["first"])
    await_that(page, f"{OWN} == 1 && reading.hidden")
    page.context.clear_cookies()  # as when another host takes over: it knows neither the visitor nor their faces
    assert page.request.get(f"{server.url}info").json()["own"] == []
    page.click("#start")
    await_that(page, "liveswap.transport?.id && liveswap.info.own.length == 1 && liveswap.state?.face == 'first'")
    assert page.request.get(f"{server.url}info").json()["own"] == ["first"]
    page.click("#start")
