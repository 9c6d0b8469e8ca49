"""A server in a process and the page in a browser: what the tests of the page share."""

import base64
import time
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page

from engines.types import Image
from realtime.web.server_process import SERVE, ServerProcess

SIZE_WH = (640, 360)
PIXELS = """(v) => { const c = document.createElement('canvas');
  [c.width, c.height] = [v.videoWidth || v.width, v.videoHeight || v.height];
  c.getContext('2d').drawImage(v, 0, 0); return c.toDataURL('image/png').split(',')[1]; }"""
"""A canvas or video as PNG."""


def serving(home: Path, *options: str, port: str = "0") -> ServerProcess:
    """`liveswap serve`."""
    return ServerProcess([*SERVE, "--port", port, *options], LIVESWAP_HOME=str(home), COLUMNS="200")


def port_of(server: ServerProcess) -> str:
    return server.url.partition("#")[0].rstrip("/").rpartition(":")[2]


def await_that(page: Page, expression: str, within_s: float = 30) -> None:
    """Until it is true in the page. Playwright's own waiting is code in a string, which the page's policy forbids."""
    end = time.monotonic() + within_s
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"not so after {within_s:g} s: {expression}; {page.inner_text('#problem')}"
        page.wait_for_timeout(50)


def begin(page: Page, url: str, transport: str = "auto") -> None:
    """Open the page and press Start; returns once swapped pictures come."""
    start(page, url, transport)
    await_that(page, "liveswap.state?.outcomes.swapped > 5 && liveswap.numbers?.glass", 40)


def start(page: Page, url: str, transport: str = "auto") -> None:
    """Open the page and press Start."""
    page.goto(url)
    page.wait_for_selector("#faces li")
    page.select_option("#size", "640x360")
    page.select_option("#transport", transport)
    page.click("#start")


def without_badge(page: Page, reason: str = "a test") -> None:
    """Switch the badge off, and say why."""
    page.uncheck("#badge")
    page.locator("#reason").press_sequentially(reason)
    page.click("#leave-out")


def pixels_of(page: Page, what: str) -> Image:
    """A canvas or a video of the page, whole."""
    content = base64.b64decode(page.evaluate(f"({PIXELS})({what})"))
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return np.asarray(pixels, np.uint8)


def shown(page: Page) -> Image:
    """What came back, with the time code above it."""
    return pixels_of(page, "liveswap.showing")
