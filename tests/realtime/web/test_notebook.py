"""What a notebook is given: a frame with the page of a server that only it can use."""

import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from models.errors import UserError
from realtime.notebook import show


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
