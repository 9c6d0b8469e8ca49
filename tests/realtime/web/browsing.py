"""A server in a process, a browser, and the page in it: what the tests of the page share."""

import base64
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, Playwright

from engines.types import Image
from tests.realtime.commandline import LIVESWAP

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
]
SIZE_WH = (640, 360)
PIXELS = """(v) => { const c = document.createElement('canvas');
  [c.width, c.height] = [v.videoWidth || v.width, v.videoHeight || v.height];
  c.getContext('2d').drawImage(v, 0, 0); return c.toDataURL('image/png').split(',')[1]; }"""
"""A canvas or video as PNG."""


@dataclass
class Server:
    """url: with the token behind the #, if there is one."""

    url: str
    process: "subprocess.Popen[str]"

    @property
    def port(self) -> str:
        return self.url.partition("#")[0].rstrip("/").rpartition(":")[2]

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(20) == 130


@contextmanager
def serving(home: Path, *options: str, port: str = "0") -> Iterator[Server]:
    """`liveswap serve` in the block."""
    command = [*LIVESWAP, "serve", "--port", port, *options]
    environment = {**os.environ, "LIVESWAP_HOME": str(home), "COLUMNS": "200"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr is not None
            said = next((line for line in process.stderr if line.startswith(("open ", "error:"))), "nothing")
            assert said.startswith("open "), said
            yield Server(said.split()[1], process)
        finally:
            process.kill()


@contextmanager
def browsing(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments])
    yield browser
    browser.close()


def await_that(page: Page, expression: str, within_s: float = 30) -> None:
    """Until it is true in the page. Playwright's own waiting is code in a string, which the page's policy forbids."""
    end = time.monotonic() + within_s
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"not so after {within_s:g} s: {expression}; {page.inner_text('#problem')}"
        page.wait_for_timeout(50)


def begin(page: Page, url: str, transport: str = "auto") -> None:
    """Open the page and press Start; returns once swapped pictures come."""
    page.goto(url)
    page.wait_for_selector("#faces li")
    page.select_option("#size", "640x360")
    page.select_option("#transport", transport)
    page.click("#start")
    await_that(page, "liveswap.state?.outcomes.swapped > 5 && liveswap.numbers?.glass", 40)


def pixels_of(page: Page, what: str) -> Image:
    """A canvas or a video of the page, whole."""
    content = base64.b64decode(page.evaluate(f"({PIXELS})({what})"))
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return np.asarray(pixels, np.uint8)


def shown(page: Page) -> Image:
    """What came back, with the time code above it."""
    return pixels_of(page, "liveswap.showing")
