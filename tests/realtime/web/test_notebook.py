"""What a notebook is given: a frame with the page of a server that only it can use."""

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page

from benchmarks.common.browser import CHROMIUM
from models.errors import UserError
from realtime.web.notebook import show
from tests.realtime.web.browsing import serving


def test_notebook_gets_a_frame_and_the_server_ends_with_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVESWAP_HOME", str(home))
    page = show(height=700, proxy="/user/ann/proxy/{port}/")
    frame = page._repr_html_()
    address, _, token = page.url.partition("#token=")
    port = address.rstrip("/").rpartition("/")[2]
    assert address == f"/user/ann/proxy/{port}/"
    assert 'height="700"' in frame
    assert "camera; microphone" in frame
    assert token
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        text = answer.read().decode()
    assert '="/' not in text, "an address from the root would leave the proxy"
    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/info")
    refused.value.close()
    page.stop()
    page.stop()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/")


def test_server_that_does_not_start_says_why(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "LIVESWAP_HOME", str(home))
    monkeypatch.setitem(os.environ, "COLUMNS", "200")
    with pytest.raises(UserError, match="did not start") as caught:
        show("nowhere.jpg")
    assert "there is no file nowhere.jpg" in caught.value.remedy


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address of a site of its own that shows it."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    thread = Thread(target=site.serve_forever)
    thread.start()
    yield tmp_path, f"http://localhost:{site.server_port}"
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")
def test_frame_of_another_site_keeps_its_uploads_without_cookies(
    page: Page, home: Path, portrait: Path, notebook: tuple[Path, str]
) -> None:
    folder, site = notebook
    with serving(home, "--framed") as framed:
        (folder / "cell.html").write_text(f'<iframe src="{framed.url}" width="900" height="900"></iframe>')
        page.goto(f"{site}/cell.html")
        inside = page.frame_locator("iframe")
        inside.locator("#faces li").first.wait_for()
        inside.locator("#consent").check()
        inside.locator("#upload").set_input_files(str(portrait))
        inside.locator("#faces .remove").wait_for()
        assert inside.locator("#faces li").count() == 3
        assert page.context.cookies() == []
