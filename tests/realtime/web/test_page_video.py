"""The video tab in a real browser, against a real server: sent, previewed, cancelled, made again, saved, played."""

import json
import shutil
from pathlib import Path

import av
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from benchmarks.common.browser import CHROMIUM
from realtime.provenance.words import SOURCE_TYPE
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import await_that, port_of, serving

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium"),
    pytest.mark.timeout(600),  # each makes a video
]

PATIENCE_S = 120
STATE = "jobs.querySelector('[data-state]')?.dataset.state"


@pytest.fixture
def own_home(home: Path, tmp_path: Path) -> Path:
    """The models, and a place for videos that no other server uses."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "models").symlink_to(home / "models")
    return folder


def opened(page: Page, server: ServerProcess, video: Path) -> None:
    """The tab with a video, its first preview and its people."""
    page.goto(f"{server.url}#video")
    page.wait_for_selector("#faces li")
    page.set_input_files("#open-video", str(video))
    settled(page)


def settled(page: Page) -> None:
    await_that(page, "!document.getElementById('video-choices').hidden", PATIENCE_S)
    await_that(page, "document.getElementById('looking').hidden", PATIENCE_S)
    await_that(page, "!document.getElementById('video-after').hidden", PATIENCE_S)
    await_that(page, "document.getElementById('video-working').hidden", PATIENCE_S)
    assert page.is_hidden("#video-problem"), page.inner_text("#video-problem")


def shorten(page: Page, to_s: str) -> None:
    page.locator("#trim-to").fill(to_s)
    page.locator("#trim-to").dispatch_event("change")
    settled(page)


def test_video_is_previewed_cancelled_made_again_saved_and_played_with_sound(
    page: Page, server: ServerProcess, video: Path, tmp_path: Path
) -> None:
    opened(page, server, video)
    assert page.locator("#people li").count() == 1
    before, after = (
        page.evaluate(f"document.getElementById('video-{one}').naturalWidth") for one in ("before", "after")
    )
    assert before == after == 512
    shorten(page, "0.5")
    assert "--trim 0-0.5" in page.inner_text("#command")

    page.click("#make")
    page.wait_for_selector("[data-does=cancel]")
    page.click("[data-does=cancel]")
    await_that(page, f"{STATE} == 'cancelled'", PATIENCE_S)
    page.reload()
    page.click("[data-does=again]")
    await_that(page, f"{STATE} == 'done'", PATIENCE_S)

    with page.expect_download() as download:
        page.click("#jobs a[download]")
    made = tmp_path / download.value.suggested_filename
    download.value.save_as(made)
    assert made.name == "video-liveswap.mp4"
    assert SOURCE_TYPE.encode() in made.read_bytes()
    with av.open(str(made)) as container:
        assert len(container.streams.audio) == 1
        assert container.streams.video[0].frames == 15

    page.click("[data-does=play]")
    await_that(page, "jobs.querySelector('video')?.currentTime > 0.2", PATIENCE_S)
    assert page.evaluate("jobs.querySelector('video').webkitAudioDecodedByteCount") > 0
    page.evaluate("jobs.querySelector('video').currentTime = 0.1")
    await_that(page, "!jobs.querySelector('video').seeking")
    page.click("[data-does=delete]")
    await_that(page, "!document.getElementById('no-jobs').hidden")


def test_killed_server_comes_back_and_the_page_and_its_queue_go_on(page: Page, own_home: Path, video: Path) -> None:
    with serving(own_home) as first:
        opened(page, first, video)
        page.click("#make")
        await_that(page, "document.querySelector('#jobs progress')?.value > 0", PATIENCE_S)
        first.process.kill()
        first.process.wait()
    with serving(own_home, port=port_of(first)):
        await_that(page, f"{STATE} == 'done'", PATIENCE_S)
        page.reload()
        settled(page)
        assert page.locator("#videos option").all_inner_texts() == ["video.mp4"]


def test_upload_waits_for_the_server_and_goes_on_after_a_reload(
    page: Page, server: ServerProcess, video: Path, tmp_path: Path
) -> None:
    large = tmp_path / "large.mp4"
    shutil.copy(video, large)
    with large.open("ab") as file:
        file.write((3 << 20).to_bytes(4, "big") + b"free" + bytes((3 << 20) - 8))
    page.goto(f"{server.url}#video")
    page.wait_for_selector("#faces li")
    pieces: list[str] = []

    def unreliable(route: Route) -> None:
        pieces.append(route.request.headers.get("upload-offset", ""))
        if route.request.method == "PATCH" and len(pieces) > 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/videos/*", unreliable)
    page.set_input_files("#open-video", str(large))
    await_that(page, "document.getElementById('upload-words').textContent.includes('does not answer')", PATIENCE_S)
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    page.wait_for_selector("#unfinished:not([hidden])")
    assert "open the same file again" in page.inner_text("#unfinished")
    offsets: list[str] = []
    page.on("request", lambda request: offsets.append(request.headers.get("upload-offset", "")))
    page.set_input_files("#open-video", str(large))
    settled(page)
    assert next(offset for offset in offsets if offset) == str(512 * 1024), "it began anew"


def test_bad_file_is_explained_and_a_video_of_nobody_says_so_loudly(
    page: Page, server: ServerProcess, tmp_path: Path, clip: bytes
) -> None:
    page.goto(f"{server.url}#video")
    page.wait_for_selector("#faces li")
    bad, nobody = tmp_path / "bad.mp4", tmp_path / "nobody.mp4"
    bad.write_bytes(b"no video at all" * 100)
    nobody.write_bytes(clip)
    page.set_input_files("#open-video", str(bad))
    page.wait_for_selector("#video-problem:not([hidden])")
    assert "bad.mp4 is no video" in page.inner_text("#video-problem")
    page.set_input_files("#open-video", str(nobody))
    settled(page)
    assert page.is_visible("#nobody")
    assert page.is_visible("#no-face")
    page.click("#make")
    await_that(page, f"{STATE} == 'done'", PATIENCE_S)
    assert "no face was seen" in page.inner_text("#jobs .warning")


def test_two_visitors_see_nothing_of_each_other(
    browser: Browser, page: Page, server: ServerProcess, video: Path
) -> None:
    opened(page, server, video)
    other = browser.new_context().new_page()
    other.goto(f"{server.url}#video")
    other.wait_for_selector("#faces li")
    other.wait_for_timeout(500)
    assert other.is_hidden("#my-videos")
    assert other.is_visible("#no-jobs")
    other.close()


@pytest.mark.parametrize(("wide", "language"), [(1280, "en"), (320, "zh-CN")], ids=["desk", "phone"])
def test_tab_keeps_nobody_out(browser: Browser, server: ServerProcess, video: Path, wide: int, language: str) -> None:
    page = browser.new_page(viewport={"width": wide, "height": 860}, locale=language, color_scheme="dark")
    try:
        opened(page, server, video)
        page.click("#make")
        page.wait_for_selector("[data-does=cancel]")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= wide
        page.focus("#trim-to")
        page.keyboard.press("ArrowLeft")
        assert json.loads(page.evaluate("JSON.stringify(Number(document.getElementById('trim-to').value))")) < 2.5
    finally:
        page.close()
