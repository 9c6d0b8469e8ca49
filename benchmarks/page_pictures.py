"""The pictures of the page in docs/browser.md: each tab at work, and the live one on a phone.

    python -m benchmarks.page_pictures [--out docs/pictures]

A real server, Chromium, and the two portraits that everybody gets: one before a synthetic camera, the other one worn.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Picture
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.common.browser import browsing, write_camera
from models.store import ModelStore
from realtime.faces.portraits import portraits
from realtime.outputs.recorder import EncoderOptions, VideoRecorder
from realtime.pictures.reading import read_image
from realtime.provenance.words import XMP
from realtime.sources.synthetic import SyntheticSource
from realtime.types import Outcome, ShownFrame
from realtime.web.server_process import SERVE, ServerProcess

OUT = Path(__file__).parent.parent / "docs" / "pictures"
DESK, PHONE, KEPT_PX = (1280, 900), (390, 844), 960
"""Windows, and the width of a picture at most."""
CAMERA_WH, CAMERA_PICTURES = (640, 360), 45
FILM_FRAMES, EDGE = 45, 512
PATIENCE_S = 300.0
CALM_MS, CALM_KBPS = 250, 250
QUALITY, MOST_BYTES = 72, 300_000
"""Of WebP, and of all four together."""
Shot = Callable[[Page, str, Path], None]


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    store = ModelStore()
    worn, shown = portraits(store)
    shots: dict[str, tuple[Shot, tuple[int, int]]] = {
        "live": (live, DESK),
        "video": (video, DESK),
        "photo": (photo, DESK),
        "phone": (live, PHONE),
    }
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        camera = prepare(folder, worn, shown)
        (folder / "models").symlink_to(store.home / "models")
        server = ServerProcess([*SERVE, "--port", "0"], LIVESWAP_HOME=str(folder))
        with server, browsing(playwright, camera) as browser:
            sizes = [take(browser, server.url, folder, out / f"page-{one}.webp", *shots[one]) for one in shots]
    sys.stderr.write(f"{out}: {len(sizes)} pictures, {sum(sizes)} bytes\n")
    if sum(sizes) > MOST_BYTES:
        sys.exit(f"no more than {MOST_BYTES} bytes may be kept")


def prepare(folder: Path, worn: Path, shown: Path) -> Path:
    """Write a film and a group photo, and the camera's video, which is returned."""
    source = SyntheticSource(read_image(shown), size_wh=CAMERA_WH, paced=False, timed=False)
    recorder = VideoRecorder(folder / "film.mp4", source.info, EncoderOptions())
    for frame in islice(source.frames(), FILM_FRAMES):
        recorder.send(ShownFrame(frame.image, frame.seq, frame.captured_ns, frame.pts, Outcome.NO_FACE))
    recorder.close()
    two = [cv2.resize(read_image(path), (EDGE, EDGE), interpolation=cv2.INTER_AREA) for path in (shown, worn)]
    cv2.imwrite(str(folder / "group.png"), np.hstack(two))
    moving = SyntheticSource(read_image(shown), size_wh=CAMERA_WH, timed=False)
    return write_camera(folder / "camera.y4m", (moving.render(2 * number) for number in range(CAMERA_PICTURES)))


def take(browser: Browser, url: str, folder: Path, to: Path, shot: Shot, size_wh: tuple[int, int]) -> int:
    """One picture, marked as made. Returns its bytes."""
    page = browser.new_page(viewport={"width": size_wh[0], "height": size_wh[1]}, locale="en", color_scheme="light")
    shot(page, url, folder)
    taken = folder / "page.png"
    page.screenshot(path=str(taken), full_page=size_wh == DESK)
    page.close()
    to.parent.mkdir(exist_ok=True)
    with Picture.open(taken) as picture:
        picture.thumbnail((KEPT_PX, picture.height))
        picture.convert("RGB").save(to, quality=QUALITY, method=6, xmp=XMP.encode())
    return to.stat().st_size


def live(page: Page, url: str, _folder: Path) -> None:
    """Swapped pictures come, and what they take is measured: once the machine has little else to do."""
    opened(page, url, "live")
    page.select_option("#size", "640x360")
    page.click("#start")
    until(page, "liveswap.state?.outcomes.swapped > 60 && placeholder.hidden && liveswap.parts?.display")
    until(page, f"liveswap.numbers.glass < {CALM_MS} && liveswap.numbers.network?.kbps > {CALM_KBPS}")


def video(page: Page, url: str, folder: Path) -> None:
    """A film with its people and a preview, half before and half after."""
    opened(page, url, "video")
    page.set_input_files("#open-video", str(folder / "film.mp4"))
    until(page, "document.getElementById('looking').hidden && !document.getElementById('video-after').hidden")
    until(page, "document.getElementById('video-working').hidden")
    page.locator("#compare-video").fill("50")
    page.click("#make")
    until(page, "document.querySelector('#jobs [data-state=done]')")


def photo(page: Page, url: str, folder: Path) -> None:
    """The smaller one of two in a photo wears the other one's face."""
    opened(page, url, "photo")
    page.set_input_files("#open", str(folder / "group.png"))
    until(page, "!result.hidden && working.hidden")
    for mark in (0, 1):  # off, and on
        page.locator("#marks button").nth(mark).click()
    until(page, "marks.lastChild.ariaPressed == 'true' && marks.firstChild.ariaPressed == 'false' && working.hidden")


def opened(page: Page, url: str, tab: str) -> None:
    page.goto(f"{url}#{tab}")
    page.wait_for_selector("#faces li")


def until(page: Page, expression: str) -> None:
    """Wait until it is true in the page, whose policy forbids code in strings, as Playwright's own waiting is."""
    end = time.monotonic() + PATIENCE_S
    while not page.evaluate(f"Boolean({expression})"):
        if time.monotonic() > end:
            sys.exit(f"not so after {PATIENCE_S:g} s: {expression}")
        page.wait_for_timeout(100)


if __name__ == "__main__":
    main()
