"""Beside Start and Stop: quality that keeps its budget, keys, only the picture, a small window, a phone, help."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Playwright

from benchmarks.common.browser import CHROMIUM, DENIED, browsing
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import await_that, pixels_of, serving, start

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

SWAPS = "liveswap.state?.outcomes.swapped > 3"
BROWSERS = (
    (None, "switch Camera on", "chrome"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "remove the block", "firefox"),
    (
        "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Safari/605.1.15",
        "Websites",
        "safari",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15 Safari/604.1",
        "tap the sign",
        "iphone",
    ),
)
SLOW_ANSWERS = """() => { const ask = window.fetch; window.fetch = async (path, options) => {
    const answer = await ask(path, options);
    if (path.startsWith("session/") && !options?.method) await new Promise((done) => setTimeout(done, 1200));
    return answer; }; }"""
TOKEN = "open-sesame-open-sesame"  # noqa: S105


def test_quality_takes_a_smaller_size_when_its_latency_is_not_kept(page: Page, server: ServerProcess) -> None:
    page.goto(server.url)
    page.wait_for_selector("#faces li")
    page.select_option("#quality", "smooth")
    assert page.input_value("#size") == "640x360"
    page.select_option("#quality", "balanced")
    assert page.input_value("#size") == "1280x720"
    page.evaluate("liveswap.quality.budgets.balanced = 1")
    page.click("#start")
    await_that(page, "size.value == '640x360' && !advice.hidden", 60)
    assert page.inner_text("#advice").startswith("640x360 from now on: 1280x720 took ")
    await_that(page, "liveswap.copy.width == 640 && placeholder.hidden", 60)
    page.reload()
    page.wait_for_selector("#faces li")
    assert (page.input_value("#quality"), page.input_value("#size")) == ("balanced", "1280x720"), "tried anew"
    page.select_option("#size", "1920x1080")
    assert page.input_value("#quality") == "own"
    page.reload()
    await_that(page, "quality.value == 'own' && size.value == '1920x1080'")


def test_numbers_do_not_come_back_when_stop_is_pressed_while_they_are_asked_for(
    page: Page, server: ServerProcess
) -> None:
    start(page, server.url)
    await_that(page, SWAPS, 60)
    page.evaluate(SLOW_ANSWERS)
    page.wait_for_timeout(1500)
    page.click("#start")
    await_that(page, "state.textContent == 'stopped'")
    page.wait_for_timeout(2500)
    assert not page.evaluate("/[0-9]/.test(latency.textContent + numbers.textContent + stages.textContent)")


@pytest.mark.parametrize(
    ("measured", "parts"),
    [
        ((2, 130, 90, 10, 16), (2, 10, 90, 30, 16)),
        ((None, 130, 90, None, None), (None, None, 90, 40, None)),
        ((2, None, 90, 10, 16), (2, None, None, None, 16)),
        ((2, 80, 90, 10, 16), (2, 0, 80, 0, 16)),  # medians of different pictures
    ],
)
def test_latency_is_split_without_guessing(
    page: Page, server: ServerProcess, measured: tuple[float | None, ...], parts: tuple[float | None, ...]
) -> None:
    page.goto(server.url)
    names = ("camera", "glass", "server", "rtt", "display")
    split = page.evaluate(
        "async (measured) => (await import('/page/latency_parts.js')).partsOf(measured)",
        dict(zip(names, measured, strict=True)),
    )
    assert tuple(split[name] for name in ("camera", "network", "server", "coding", "display")) == parts


def test_keys_do_what_buttons_do_and_can_be_switched_off(page: Page, server: ServerProcess) -> None:
    page.goto(server.url)
    page.wait_for_selector("#faces li")
    page.keyboard.press("?")
    assert page.is_visible("#keys")
    # The next key may come before the browser has taken the focus out of the closed list.
    page.evaluate(
        "() => { const inside = document.activeElement; keys.close(); inside.focus();"
        " inside.dispatchEvent(new KeyboardEvent('keydown', { key: '2', bubbles: true })); }"
    )
    await_that(page, "document.querySelectorAll('#faces .wear')[1].getAttribute('aria-pressed') == 'true'")
    page.keyboard.press("m")
    assert page.is_checked("#mirror")
    page.focus("#size")
    page.keyboard.press("m")
    assert page.is_checked("#mirror"), "in a list of choices, letters search it"
    page.click("#keys-help")
    page.uncheck("#use-keys")
    page.click("#keys [data-close]")
    await_that(page, "!keys.open")
    page.keyboard.press("m")
    assert page.is_checked("#mirror")
    page.reload()
    page.wait_for_selector("#faces li")
    page.keyboard.press("?")
    assert page.is_hidden("#keys")


def test_only_the_picture_fills_the_window_and_nothing_else_is_seen(page: Page, server: ServerProcess) -> None:
    start(page, server.url)
    await_that(page, SWAPS, 60)
    page.locator("#split").fill("60")
    page.keyboard.press("Escape")
    page.click("#only")
    box = page.locator("#frame").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["height"]) == (0, 1280, 720)
    assert page.is_hidden("header")
    assert page.evaluate("before.hidden"), "nobody would see that their own picture is shown"
    seen = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    assert seen[: int(box["y"]) - 2].max() == 0, "black above it"
    page.keyboard.press("Escape")
    assert page.is_visible("header")


def test_small_window_shows_the_swapped_picture_without_time_code(page: Page, server: ServerProcess) -> None:
    start(page, server.url)
    await_that(page, SWAPS, 60)
    page.click("#small-window")
    await_that(page, "document.pictureInPictureElement !== null || !problem.hidden")
    assert page.is_hidden("#problem"), page.inner_text("#problem")
    page.evaluate(
        "window.small = Object.assign(document.createElement('video'), { muted: true, "
        "srcObject: document.pictureInPictureElement?.srcObject ?? null })"
    )
    await_that(page, "small.srcObject ? (small.play(), small.videoWidth > 0) : true")


def test_camera_that_is_denied_is_explained_for_each_browser_with_a_picture(
    playwright: Playwright, server: ServerProcess
) -> None:
    with browsing(playwright, camera=DENIED) as browser:
        for agent, words, picture in BROWSERS:
            page = browser.new_page(user_agent=agent)
            page.goto(server.url)
            page.wait_for_selector("#faces li")
            page.click("#start")
            page.wait_for_selector("#problem:not([hidden])")
            assert words in page.inner_text("#problem")
            await_that(page, f"problem.querySelector('img[src$=\"allow/{picture}.svg\"]')?.naturalWidth > 0")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            page.close()


def test_phone_is_told_the_address_or_what_is_missing(page: Page, server: ServerProcess, home: Path) -> None:
    page.goto(server.url)
    page.click("#on-a-phone")
    page.wait_for_selector("#phone[open]")
    assert "--host 0.0.0.0" in page.inner_text("#phone")
    assert page.is_hidden("#qr")
    with serving(home, "--host", "0.0.0.0", "--token", TOKEN) as open_to_all:  # noqa: S104
        page.goto(open_to_all.url)
        page.wait_for_selector("#faces li")
        page.click("#on-a-phone")
        page.wait_for_selector("#phone[open] #qr")
        address = page.inner_text("#phone-address")
        read, _, _ = cv2.QRCodeDetector().detectAndDecode(pixels_of(page, "qr"))
    assert read == address
    assert address.endswith(f"/#token={TOKEN}")
    assert "127.0.0.1" not in address
    assert "https" in page.inner_text("#phone-how")
