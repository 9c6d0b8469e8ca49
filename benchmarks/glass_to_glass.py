"""Glass to glass in a real browser: an untuned aiortc echo, the echo through our transport, and the whole liveswap.

    python -m benchmarks.glass_to_glass [--seconds 20] [--rounds 3] [--clip FILE] [--size 1280x720] [--transport rtc]

The same page for all three, in headless Chromium whose camera is a real clip, in alternating rounds; the age of each
picture that is shown is read from the time code in its pixels. Printed beside it: unique pictures a second, and the
server's share of a core. Needs Chromium and ffmpeg.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.common.browser import as_camera, browsing
from benchmarks.common.command import run
from benchmarks.common.web_servers import echo, liveswap
from models.errors import UserError
from realtime.bench.processes import cpu_s
from realtime.web.server_process import ServerProcess

CLIP = Path(__file__).parent.parent.parent / "shared" / "media" / "woman-desk-720p.mp4"
WARM_UP_S = 6
CLIP_S = 6
SIZE, TRANSPORT = "1280x720", "rtc"
ECHO, LIVESWAP = "(a) ... at the full size", "(c) liveswap, mesh"
CONTENDERS: dict[str, Callable[[], ServerProcess]] = {
    "(a) aiortc echo, untuned": lambda: echo("plain"),
    ECHO: lambda: echo("sharp"),
    "(b) echo, our transport": lambda: echo("live"),
    LIVESWAP: liveswap,
}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clip", type=Path, default=CLIP)
    parser.add_argument("--size", default=SIZE)
    parser.add_argument("--transport", default=TRANSPORT, choices=["rtc", "socket"])
    options = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        video = as_camera(options.clip, Path(folder) / "camera.mjpeg", CLIP_S)
        for _ in range(options.rounds):
            for name in CONTENDERS:
                if options.transport == "socket" and name != LIVESWAP:
                    continue
                found[name].append(contest(name, video, options.seconds, options.size, options.transport))
                _report(name, found[name][-1:])
    sys.stdout.write("\nall rounds together:\n")
    for name, rounds in found.items():
        _report(name, rounds)


def contest(name: str, video: Path, seconds: int, size: str = SIZE, transport: str = TRANSPORT) -> dict[str, Any]:
    """What one contender shows of a video in a browser of its own: ages (ms), unique pictures of each second ...

    Raises UserError when nothing is shown.
    """
    with sync_playwright() as playwright, browsing(playwright, video) as browser, CONTENDERS[name]() as server:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(server.url)
        page.select_option("#size", size)
        page.select_option("#transport", transport)
        return _measure(page, server.process.pid, seconds)


def _measure(page: Page, pid: int, seconds: int) -> dict[str, Any]:
    """What the page saw in `seconds`, after a warm-up."""
    page.click("#start")
    page.wait_for_timeout(WARM_UP_S * 1000)
    before, began_s = cpu_s(pid), time.monotonic()
    page.evaluate("liveswap.history = []")
    page.wait_for_timeout(seconds * 1000)
    history = page.evaluate("liveswap.history")
    core = (cpu_s(pid) - before) / (time.monotonic() - began_s)
    shown = page.evaluate("(s => [s.videoWidth || s.width, s.videoHeight || s.height])(liveswap.showing)")
    page.click("#start")
    ages = [age for second in history for age in second["ages"]]
    if not ages:
        raise UserError("the browser showed no picture", remedy=page.inner_text("body")[:500])
    return {"ages": ages, "unique": [second["unique"] for second in history], "core": core, "size": shown}


def _report(name: str, rounds: list[dict[str, Any]]) -> None:
    ages = [age for one in rounds for age in one["ages"]]
    p50, p95 = np.percentile(ages, (50, 95))
    unique = np.mean([value for one in rounds for value in one["unique"]])
    core, size = np.mean([one["core"] for one in rounds]), rounds[-1]["size"]
    sys.stdout.write(
        f"{name:26} p50 {p50:5.0f}  p95 {p95:5.0f}  min {min(ages):4} ms   {unique:4.1f} unique fps   "
        f"{core:.2f} core   shown at {size[0]}x{size[1]}   ({len(ages)} pictures)\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    run(main)
