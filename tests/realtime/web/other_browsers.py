"""Firefox and WebKit as their makers ship them, driven by the protocols they speak: WebDriver BiDi and WebDriver.

Knows how to open an address and to run a script there; knows nothing of the page.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import aiohttp

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
WEBKIT = shutil.which("WebKitWebDriver")
MINI_BROWSER = next(iter(sorted(Path("/usr/lib").glob("*/webkit2gtk-*/MiniBrowser"))), None)
XVFB = shutil.which("xvfb-run")
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "app.normandy.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
}
WHOLE = "(async () => JSON.stringify(await (async () => {{ {script} }})() ?? null))()"
BEGINS_S, SCRIPT_S = 60.0, 120.0


class OtherBrowser(Protocol):
    """One window."""

    def open(self, url: str) -> None: ...

    def run(self, script: str) -> Any:
        """Of the body of an async function, what it returns, as JSON can say it."""
        ...


def await_in(browser: OtherBrowser, expression: str, within_s: float = 60) -> None:
    """Until it is true in the page."""
    end = time.monotonic() + within_s
    while not browser.run(f"return Boolean({expression})"):
        said = browser.run("return document.querySelector('#state')?.textContent + ' ' + problem?.textContent")
        assert time.monotonic() < end, f"not so after {within_s:g} s: {expression}; the page says: {said}"
        time.sleep(0.2)


class Firefox:
    """Over WebDriver BiDi, which Firefox speaks by itself. call: sends a command and waits for its result."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        call("session.new", capabilities={})
        self._window = call("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self._window, url=url, wait="complete")

    def run(self, script: str) -> Any:
        target, whole = {"context": self._window}, WHOLE.format(script=script)
        options = {"awaitPromise": True, "userActivation": True}
        found = self._call("script.evaluate", expression=whole, target=target, **options)
        assert found["type"] == "success", found["exceptionDetails"]["text"]
        return json.loads(found["result"]["value"])


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """In the block, a headless one with a made-up camera and microphone. profile: an empty folder."""
    lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = [str(FIREFOX), "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        loop = asyncio.new_event_loop()
        try:
            assert process.stderr is not None
            address = next(filter(None, (re.search(r"listening on (ws://\S+)", line) for line in process.stderr)))[1]
            session, socket_ = loop.run_until_complete(_connected(f"{address}/session"))
            yield Firefox(lambda method, **said: loop.run_until_complete(_called(socket_, method, said)))
            loop.run_until_complete(session.close())
        finally:
            process.terminate()
            process.communicate(timeout=BEGINS_S)
            loop.close()


async def _connected(address: str) -> tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse]:
    session = aiohttp.ClientSession()
    return session, await session.ws_connect(address, max_msg_size=0)


async def _called(socket_: aiohttp.ClientWebSocketResponse, method: str, said: dict[str, Any]) -> Any:
    await socket_.send_json({"id": 1, "method": method, "params": said})
    while True:
        answer = await socket_.receive_json(timeout=SCRIPT_S)
        if answer.get("id") == 1:
            assert answer["type"] == "success", answer
            return answer["result"]


class WebKit:
    """Over WebDriver, by WebKitGTK's driver. address: of the driver."""

    def __init__(self, address: str) -> None:
        self._address = address
        browser = {"binary": str(MINI_BROWSER), "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": browser}}}
        self._session = f"/session/{self._send('POST', '/session', wanted)['sessionId']}"
        self._send("POST", f"{self._session}/timeouts", {"script": int(SCRIPT_S * 1000)})

    def open(self, url: str) -> None:
        self._send("POST", f"{self._session}/url", {"url": url})

    def run(self, script: str) -> Any:
        whole = f"const done = arguments[0]; {WHOLE.format(script=script)}.then(done, (e) => done('!' + e))"
        found = self._send("POST", f"{self._session}/execute/async", {"script": whole, "args": []})
        assert not found.startswith("!"), found
        return json.loads(found)

    def close(self) -> None:
        self._send("DELETE", self._session)

    def _send(self, method: str, path: str, said: dict[str, Any] | None = None) -> Any:
        body = None if said is None else json.dumps(said).encode()
        address, headers = self._address + path, {"Content-Type": "application/json"}
        request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310  of this machine
        with urllib.request.urlopen(request, timeout=SCRIPT_S) as answer:  # noqa: S310
            return json.loads(answer.read())["value"]


@contextmanager
def webkit() -> Iterator[WebKit]:
    """In the block, one on a screen that nobody sees."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(XVFB), "-a", str(WEBKIT), f"--port={port}"]
    none = subprocess.DEVNULL
    with subprocess.Popen(command, stderr=none, stdout=none, start_new_session=True) as process:
        try:
            _await_port(port)
            browser = WebKit(f"http://127.0.0.1:{port}")
            yield browser
            browser.close()
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # with the screen, the driver and the browser


def _await_port(port: int) -> None:
    end = time.monotonic() + BEGINS_S
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"nobody listens at {port}")
