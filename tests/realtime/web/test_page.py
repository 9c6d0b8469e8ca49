"""The page in a real browser, against a real server: what a visitor sees, presses and is told."""

import shutil
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, Route

from benchmarks.common.browser import CHROMIUM, DENIED, browsing
from engines.types import Image
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import await_that, begin, port_of, serving, shown, start

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")


@pytest.mark.parametrize("transport", ["rtc", "socket"])
def test_picture_comes_back_swapped_with_its_latency(page: Page, server: ServerProcess, transport: str) -> None:
    begin(page, server.url, transport)
    await_that(page, "liveswap.state.outcomes.swapped > 60 && liveswap.numbers.fps > 3", 60)
    numbers, state = page.evaluate("liveswap.numbers"), page.evaluate("liveswap.state")
    assert 5 < numbers["glass"] < 1500
    assert numbers["fps"] > 3
    assert state["outcomes"]["failed"] == 0
    assert page.inner_text("#latency").isdigit()
    assert page.inner_text("#state").startswith({"rtc": "WebRTC", "socket": "WebSocket"}[transport])
    await_that(page, "liveswap.parts?.server && liveswap.parts.camera !== null", 60)
    parts, glass = page.evaluate("[liveswap.parts, liveswap.numbers.glass]")
    assert parts["server"] + parts["coding"] + (parts["network"] or 0) == pytest.approx(glass, abs=1)
    assert parts["camera"] < 500, "Chromium tells when a camera took a picture"
    is_known = {name: parts[name] is not None for name in ("network", "display")}
    assert is_known == dict.fromkeys(is_known, transport == "rtc"), "over a WebSocket no browser tells them"
    page.select_option("#language", "zh")
    await_that(page, "state.textContent.includes('人脸') && stages.textContent.includes('换脸')")
    page.select_option("#language", "en")
    page.click("#start")
    await_that(page, "state.textContent == 'stopped'")


def face_colours(page: Page) -> Image:
    """The picture with the time code, scaled to one size: encoders change sizes."""
    return np.asarray(cv2.resize(shown(page), (320, 190), interpolation=cv2.INTER_AREA), np.uint8)


def test_another_face_is_worn_at_once_and_the_rest_of_the_picture_stays(page: Page, server: ServerProcess) -> None:
    begin(page, server.url)
    page.click("#pause")
    await_that(page, "liveswap.state.paused")
    page.wait_for_timeout(700)
    slate = face_colours(page)
    page.click("#pause")
    await_that(page, "!liveswap.state.paused")
    end = time.monotonic() + 15
    while np.abs(face_colours(page).astype(int) - slate).mean() <= 10:
        assert time.monotonic() < end, "pause shows words, not the picture"
        page.wait_for_timeout(100)
    names = page.eval_on_selector_all("#faces .wear", "all => all.map(b => b.title)")
    assert sorted(names) == ["astronaut", "hopper"]
    page.click("#faces .wear[title=hopper]")
    await_that(page, "liveswap.state.face == 'hopper'")
    assert page.get_attribute("#faces .wear[title=hopper]", "aria-pressed") == "true"


def test_photo_is_added_with_consent_and_a_refused_one_is_explained(
    page: Page, server: ServerProcess, portrait: Path, tmp_path: Path
) -> None:
    begin(page, server.url)
    nobody = tmp_path / "nobody.png"
    cv2.imwrite(str(nobody), np.full((300, 300, 3), 127, np.uint8))
    page.set_input_files("#upload", str(portrait))
    page.wait_for_selector("#problem:not([hidden])")
    assert "consent" in page.inner_text("#problem")
    page.check("#consent")
    page.set_input_files("#upload", str(nobody))
    await_that(page, "problem.textContent.includes('no human face')")
    assert not page.is_checked("#consent"), "it was for that photo"
    assert page.is_hidden("#reading")
    page.check("#consent")
    mine = tmp_path / "me too.jpg"
    shutil.copy(portrait, mine)
    page.set_input_files("#upload", str(mine))
    await_that(page, "liveswap.state?.face == 'me too'", 20)
    assert page.is_hidden("#problem")
    page.click("[aria-label='Remove me too']")
    await_that(page, "document.querySelectorAll('#faces li').length == 2")


def test_page_comes_back_by_itself_when_the_server_does(page: Page, home: Path) -> None:
    with serving(home) as first:
        begin(page, first.url)
        first.stop()
    await_that(page, "state.textContent.includes('trying again')", 30)
    with serving(home, port=port_of(first)):
        await_that(page, "state.textContent.startsWith('WebRTC: face')", 40)
        await_that(page, "liveswap.numbers?.fps > 3", 20)
        page.click("#start")


def test_camera_that_is_denied_is_said(playwright: Playwright, server: ServerProcess) -> None:
    with browsing(playwright, camera=DENIED) as browser:
        page = browser.new_page()
        page.goto(server.url)
        page.click("#start")
        page.wait_for_selector("#problem:not([hidden])")
        assert "not allowed" in page.inner_text("#problem")
        assert page.inner_text("#start") == "Start"


def test_camera_that_is_unplugged_leaves_the_placeholder(page: Page, server: ServerProcess) -> None:
    start(page, server.url, "socket")
    await_that(page, "placeholder.hidden")
    page.locator("#split").fill("100")
    page.evaluate("liveswap.camera.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    await_that(page, "state.textContent == 'stopped'")
    assert "camera was disconnected" in page.inner_text("#problem")
    assert page.is_visible("#placeholder")
    assert page.evaluate("before.srcObject ?? swapped.srcObject") is None


def test_engine_that_fails_is_said(page: Page, server: ServerProcess) -> None:
    begin(page, server.url)

    def fail(route: Route) -> None:
        answer = route.fetch()
        state = answer.json()
        route.fulfill(response=answer, json={**state, "outcomes": {**state["outcomes"], "failed": 7}})

    page.route("**/session/*", fail)
    await_that(page, "problem.textContent.includes('engine failed on 7 of the last pictures')")
    page.unroute_all(behavior="wait")


def test_websocket_takes_over_where_webrtc_is_blocked(browser: Browser, server: ServerProcess) -> None:
    page = browser.new_page()
    page.add_init_script("delete window.RTCPeerConnection")
    begin(page, server.url)
    assert page.inner_text("#state").startswith("WebSocket, h264: ")
    page.close()


def test_jpeg_takes_over_where_there_is_no_video_encoder(browser: Browser, server: ServerProcess) -> None:
    page = browser.new_page()
    page.add_init_script("delete window.VideoEncoder")
    begin(page, server.url, "socket")
    assert page.inner_text("#state").startswith("WebSocket, jpeg: ")
    page.close()


def test_token_in_the_address_lets_the_page_in_and_leaves_the_address(browser: Browser, home: Path) -> None:
    with serving(home, "--token", "open-sesame-open-sesame") as guarded:
        page, stranger = browser.new_page(), browser.new_page()
        begin(page, guarded.url)
        assert "#token=open-sesame-open-sesame" in guarded.url
        assert "open-sesame-open-sesame" not in page.url
        stranger.goto(guarded.url.partition("#")[0])
        stranger.wait_for_selector("#problem:not([hidden])")
        assert "token" in stranger.inner_text("#problem")
        page.close()
        stranger.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_shows_everything_in_one_column(browser: Browser, server: ServerProcess, scheme: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(server.url)
    page.wait_for_selector("#faces li")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.eval_on_selector_all(
        "button:not(.remove)",
        "all => all.filter(b => b.checkVisibility() && b.getBoundingClientRect().height < 40).map(b => b.id)",
    )
    assert small == []
    page.close()


def test_everything_can_be_reached_and_has_a_name(page: Page, server: ServerProcess) -> None:
    page.goto(server.url)
    page.wait_for_selector("#faces li")
    nameless = page.eval_on_selector_all(
        "button, input, select, video",
        "all => all.filter(e => !(e.ariaLabel || e.labels?.length || e.textContent.trim())).map(e => e.outerHTML)",
    )
    assert nameless == []
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    assert {
        "start",
        "split",
        "upload",
        "consent",
        "swapper",
        "when-lost",
        "strangers",
        "mirror",
        "badge",
        "camera",
        "size",
    } <= reached
