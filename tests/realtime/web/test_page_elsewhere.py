"""The page's main stories in Firefox and WebKit, as their makers ship them: gallery, live, recording, photo, video.

`pytest -m other_browsers -rs` says which is missing here. Both get a camera that is a picture on a canvas.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from realtime.provenance.words import COMMENT
from realtime.web.server_process import ServerProcess
from tests.realtime.web.other_browsers import (
    FIREFOX,
    MINI_BROWSER,
    WEBKIT,
    XVFB,
    OtherBrowser,
    await_in,
    firefox,
    webkit,
)

pytestmark = [pytest.mark.other_browsers, pytest.mark.timeout(400)]

MISSING = {
    "firefox": None if FIREFOX else "no Firefox here: apt install firefox-esr",
    "webkit": None if WEBKIT and MINI_BROWSER and XVFB else "no WebKit here: apt install webkit2gtk-driver xvfb",
}
CAMERA = """
  const picture = await createImageBitmap(await (await fetch("faces/astronaut")).blob());
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const context = canvas.getContext("2d");
  let n = 0;
  setInterval(() => {
    context.fillStyle = "#456";
    context.fillRect(0, 0, 640, 360);
    context.drawImage(picture, 150 + 20 * Math.sin(n++ / 10), 10, 340, 340);
  }, 60);
  MediaDevices.prototype.getUserMedia = async () => canvas.captureStream(15);
  MediaDevices.prototype.enumerateDevices = async () => [];"""
PANELS_SHOWN = "[...document.querySelectorAll('[role=tabpanel]')].filter((one) => one.checkVisibility())"
SAVED = """
  const make = URL.createObjectURL;
  URL.createObjectURL = (blob) => ((window.saved = blob), make(blob));
  HTMLAnchorElement.prototype.click = () => {};"""
AS_BASE64 = """
  const bytes = new Uint8Array(await window.saved.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));"""


@pytest.fixture(params=sorted(MISSING))
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OtherBrowser]:
    missing = MISSING[request.param]
    if missing is not None:
        pytest.skip(missing)
    opened: AbstractContextManager[OtherBrowser] = firefox(tmp_path) if request.param == "firefox" else webkit()
    with opened as running:
        yield running


def live(browser: OtherBrowser, server: ServerProcess, transport: str = "auto") -> None:
    """Press Start; returns once swapped pictures are shown."""
    browser.open(server.url)
    await_in(browser, "document.querySelectorAll('#faces img').length == 2")
    browser.run(CAMERA)
    browser.run(f"size.value = '640x360'; size.onchange(); transport.value = '{transport}'; start.click()")
    await_in(browser, "liveswap.state?.outcomes.swapped > 3 && placeholder.hidden", 120)


def test_faces_are_shown_and_live_pictures_come_back_swapped(browser: OtherBrowser, server: ServerProcess) -> None:
    live(browser, server)
    assert browser.run("return [...document.querySelectorAll('#faces img')].every((one) => one.naturalWidth > 0)")
    await_in(browser, "liveswap.history?.some((second) => second.ages.length)", 120)
    browser.run("start.click()")
    await_in(browser, "state.textContent == 'stopped'")
    assert browser.run("return problem.hidden"), browser.run("return problem.textContent")


def test_websocket_works_too(browser: OtherBrowser, server: ServerProcess) -> None:
    live(browser, server, "socket")
    assert browser.run("return state.textContent").startswith("WebSocket, ")
    await_in(browser, "liveswap.history?.some((second) => second.ages.some((ms) => ms < 5000))", 120)
    browser.run("start.click()")


def test_recording_is_a_marked_mp4(browser: OtherBrowser, server: ServerProcess, tmp_path: Path) -> None:
    live(browser, server)
    browser.run(SAVED + "record.click()")
    await_in(browser, "record.getAttribute('aria-pressed') == 'true'")
    begun = browser.run("return liveswap.state.outcomes.swapped")
    await_in(browser, f"liveswap.state.outcomes.swapped > {begun + 5}", 120)
    browser.run("record.click()")
    await_in(browser, "window.saved")
    video = tmp_path / "video.mp4"
    video.write_bytes(base64.b64decode(browser.run(AS_BASE64)))
    with av.open(str(video)) as container:
        assert container.metadata["comment"] == COMMENT
        assert container.duration is not None
        assert container.duration > 0
        assert sum(1 for _ in container.decode(video=0)) > 1
    browser.run("start.click()")


def give(browser: OtherBrowser, to: str, content: bytes, name: str, media: str) -> None:
    """Choose a file in an element."""
    coded = json.dumps(base64.b64encode(content).decode())
    browser.run(f"""
      const bytes = Uint8Array.from(atob({coded}), (letter) => letter.charCodeAt(0)), sent = new DataTransfer();
      sent.items.add(new File([bytes], "{name}", {{ type: "{media}" }}));
      const input = document.querySelector("{to}");
      input.files = sent.files;
      input.dispatchEvent(new Event("change"));""")


def test_tabs_and_questions_open_and_a_video_comes_without_a_script_that_fails(
    browser: OtherBrowser, server: ServerProcess, clip: bytes
) -> None:
    browser.open(server.url)
    await_in(browser, "document.querySelectorAll('#faces img').length == 2")
    browser.run("""
      window.failures = [];
      addEventListener("error", ({ message }) => failures.push(message));
      addEventListener("unhandledrejection", ({ reason }) => failures.push(String(reason)));""")
    for opener, question in {"keys-help": "keys", "on-a-phone": "phone"}.items():
        browser.run(f"document.getElementById('{opener}').click()")
        await_in(browser, f"document.getElementById('{question}').open")
        browser.run(f"document.querySelector('#{question} [data-close]').click()")
        await_in(browser, f"!document.getElementById('{question}').open")
    for tab, shown in {"photo": "studio", "live": "stage", "video": "editor"}.items():
        browser.run(f"document.getElementById('tab-{tab}').click()")
        await_in(browser, f"location.hash == '#{tab}' && {shown}.checkVisibility()")
        assert browser.run(f"return {PANELS_SHOWN}.length") == 1
    await_in(browser, "document.querySelector('#open-video').onchange")  # what the tab shows is loaded now
    give(browser, "#open-video", clip, "clip.mp4", "video/mp4")
    await_in(browser, "!trim.hidden && strip.querySelector('img')?.naturalWidth > 0 && looking.hidden", 120)
    assert browser.run("return failures") == []


def test_photo_is_swapped(browser: OtherBrowser, server: ServerProcess, portrait: Path) -> None:
    browser.open(f"{server.url}#photo")
    await_in(browser, "document.querySelectorAll('#faces img').length == 2")
    give(browser, "#open", portrait.read_bytes(), "me.png", "image/png")
    await_in(browser, "!result.hidden && working.hidden", 120)
    browser.run("format.value = 'png'; " + SAVED + "download.click()")
    await_in(browser, "window.saved?.type == 'image/png'")
    made = cv2.imdecode(np.frombuffer(base64.b64decode(browser.run(AS_BASE64)), np.uint8), cv2.IMREAD_COLOR)
    before = cv2.imread(str(portrait))
    assert made is not None
    assert before is not None
    assert float(np.abs(made.astype(int) - before).mean()) > 0.3, "another face"
