"""The page's questions and tabs as pictures to be looked at before a release: both themes, languages and widths.

    python -m benchmarks.page_states FOLDER [--only STATE ...]

PNG at full size, not kept in the repository; a real server and Chromium, as for `page_pictures`. A state whose words
are wider than the window is named, and the status is then 1.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.common.browser import browsing
from benchmarks.page_pictures import DESK, PHONE, opened, photo, prepare, until, video
from models.store import ModelStore
from realtime.faces.portraits import portraits
from realtime.web.server_process import SERVE, ServerProcess

LOOKS = {
    "desk-en-dark": (DESK, "en", "dark"),
    "desk-zh-light": (DESK, "zh-CN", "light"),
    "phone-en-light": (PHONE, "en", "light"),
    "phone-zh-dark": (PHONE, "zh-CN", "dark"),
}
DENY = """() => { navigator.mediaDevices.getUserMedia =
    async () => { throw new DOMException("", "NotAllowedError"); }; }"""
State = Callable[[Page, str, Path], None]


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", action="append", choices=STATES)
    asked = parser.parse_args()
    out, states = asked.out, asked.only or STATES
    out.mkdir(parents=True, exist_ok=True)
    store = ModelStore()
    worn, shown = portraits(store)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        camera = prepare(folder, worn, shown)
        (folder / "models").symlink_to(store.home / "models")
        server = ServerProcess([*SERVE, "--port", "0", "--host", "0.0.0.0"], LIVESWAP_HOME=str(folder))  # noqa: S104
        with server, browsing(playwright, camera) as browser:
            wide = [take(browser, server.url, folder, out, state, look) for state in states for look in LOOKS]
    sys.exit("\n".join(filter(None, wide)) or 0)


def take(browser: Browser, url: str, folder: Path, out: Path, state: str, look: str) -> str:
    """One picture. Returns what is wrong with it; "" for nothing."""
    (width, height), locale, theme = LOOKS[look]
    page = browser.new_page(
        viewport={"width": width, "height": height}, locale=locale, color_scheme="dark" if theme == "dark" else "light"
    )
    page.goto(url)  # which has the token; it stays in the tab
    STATES[state](page, url.partition("#")[0], folder)
    page.wait_for_timeout(300)
    is_asked = page.evaluate("document.querySelector('dialog[open]') !== null")
    page.screenshot(path=str(out / f"{state}-{look}.png"), full_page=not is_asked)
    needs = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    return f"{state}-{look}: {needs} px wide" if needs > width else ""


def start(page: Page, url: str, _folder: Path) -> None:
    """As a visitor finds it."""
    opened(page, url, "live")


def keys(page: Page, url: str, _folder: Path) -> None:
    """The list of keys."""
    opened(page, url, "live")
    page.click("#keys-help")


def phone(page: Page, url: str, _folder: Path) -> None:
    """The address as a QR code."""
    opened(page, url, "live")
    page.click("#on-a-phone")
    until(page, "document.getElementById('phone').open && !qr.hidden")


def add(page: Page, url: str, folder: Path, photos: int = 1) -> None:
    """So many photos of a group, as faces."""
    opened(page, url, "live")
    page.check("#consent")
    page.set_input_files("#upload", [str(folder / "group.png")] * photos)


def several(page: Page, url: str, folder: Path) -> None:
    """Whose photos are these?"""
    add(page, url, folder, photos=2)
    page.wait_for_selector("#several[open]")


def which_face(page: Page, url: str, folder: Path) -> None:
    """Which face of a group photo?"""
    add(page, url, folder)
    page.wait_for_selector("#found[open] img")


def no_badge(page: Page, url: str, _folder: Path) -> None:
    """Why without the badge?"""
    opened(page, url, "live")
    page.uncheck("#badge")


def refused_camera(page: Page, url: str, _folder: Path) -> None:
    """How to allow it."""
    opened(page, url, "live")
    page.evaluate(DENY)
    page.click("#start")
    until(page, "problem.querySelector('img')?.naturalWidth > 0")


def snapshot(page: Page, url: str, _folder: Path) -> None:
    """A picture by the camera."""
    opened(page, url, "photo")
    page.click("#take")
    until(page, "document.getElementById('snapshot').open && viewfinder.videoWidth > 0")


def choosing(page: Page, url: str, _folder: Path) -> None:
    """Live, with a mark on whoever may be chosen."""
    opened(page, url, "live")
    page.select_option("#size", "640x360")
    page.click("#start")
    until(page, "liveswap.state?.outcomes.swapped > 20 && placeholder.hidden")
    page.select_option("#live-faces", "choose")
    until(page, "document.querySelector('#people-marks button')")


STATES: dict[str, State] = {
    one.__name__: one
    for one in (start, keys, phone, several, which_face, no_badge, refused_camera, snapshot, choosing, photo, video)
}

if __name__ == "__main__":
    main()
