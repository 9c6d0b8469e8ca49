"""How many visitors fit: sessions of 640x360 at 15 fps are added until the pictures come late or not at all.

    python -m benchmarks.web_sessions [--most 10] [--seconds 8] [--transport rtc|socket]

The visitors are on the same machine, in this process, and send an encoded video, so they cost little over a WebSocket
(they decode what comes back over WebRTC: their share of a core is in the table). fps and latency (arrival to shown) are
the server's own, of the slowest session; pictures that came back are counted here.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
from aiortc.mediastreams import MediaStreamError

from benchmarks.common.command import run
from benchmarks.common.web_servers import liveswap
from models.store import ModelStore
from realtime.bench.processes import cpu_s, resident_mb
from realtime.faces.portraits import target_portrait
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.web.client import Video, connect, video_of

SIZE_WH, RATE = (640, 360), 15
WARM_UP_S, VIDEO_S = 3.0, 6
FITS_FPS, FITS_MS = 0.97 * RATE, 1000 / RATE
"""Nearly every picture, and before the next one comes."""


ROW = (
    "{sessions:2} sessions: {fps:4.1f} fps, arrival to shown p95 {p95_ms:5.1f} ms, {back_fps:4.1f} fps back; "
    "server {server_core:.2f} core, visitors {visitors_core:.2f} core"
)


class Visitor:
    """One session. session: its id. pictures: that came back."""

    def __init__(self) -> None:
        self.session, self.pictures = "", 0


async def visit_by_webrtc(client: aiohttp.ClientSession, video: list[bytes], visitor: Visitor) -> None:
    """Until cancelled."""
    peer, location = await connect(client, Video(video, RATE))
    visitor.session = location.rpartition("/")[2]
    try:
        while True:
            await peer.getReceivers()[0].track.recv()
            visitor.pictures += 1
    except MediaStreamError:
        sys.stderr.write("a session ended early\n")
    finally:
        await peer.close()


async def visit_by_socket(client: aiohttp.ClientSession, video: list[bytes], visitor: Visitor) -> None:
    """As above."""
    async with client.ws_connect("/socket?codec=h264") as socket:
        visitor.session = (await socket.receive_json())["session"]

        async def send() -> None:
            began_s, number = time.monotonic(), 0
            while True:
                number += 1
                await asyncio.sleep(max(0.0, began_s + number / RATE - time.monotonic()))
                await socket.send_bytes((number * 1000 // RATE).to_bytes(4, "big") + video[(number - 1) % len(video)])

        sending = asyncio.create_task(send())
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    visitor.pictures += 1
                    await socket.send_str("shown")
        finally:
            sending.cancel()


Visit = Callable[[aiohttp.ClientSession, list[bytes], Visitor], Coroutine[Any, Any, None]]


Probe = Callable[[int], dict[str, float]]
"""Looks at the server while all visitors are there. Given its pid."""


async def measure(client: aiohttp.ClientSession, visitors: list[Visitor], pid: int, seconds: float) -> dict[str, Any]:
    """A row of the table."""
    await asyncio.sleep(WARM_UP_S)
    before = [visitor.pictures for visitor in visitors]
    began_s, server_s, own_s = time.monotonic(), cpu_s(pid), time.process_time()
    await asyncio.sleep(seconds)
    took_s = time.monotonic() - began_s
    states = [await (await client.get(f"/session/{visitor.session}")).json() for visitor in visitors]
    return {
        "sessions": len(visitors),
        "fps": min(state["fps"] or 0 for state in states),
        "p95_ms": max(state["latency_p95_ms"] or 0 for state in states),
        "back_fps": min(v.pictures - b for v, b in zip(visitors, before, strict=True)) / took_s,
        "server_mb": resident_mb(pid),
        "server_core": (cpu_s(pid) - server_s) / took_s,
        "visitors_core": (time.process_time() - own_s) / took_s,
    }


async def fill(
    url: str, pid: int, visit: Visit, most: int, seconds: float, probe: Probe = lambda _pid: {}
) -> list[dict[str, Any]]:
    """One session more at a time, until they do not fit. Returns a row for each number that fits."""
    camera = SyntheticSource(read_image(target_portrait(ModelStore())), size_wh=SIZE_WH)
    video = video_of(camera.render, VIDEO_S * RATE, RATE)
    video_kbit_s = sum(map(len, video)) * 8 / 1000 / VIDEO_S
    visitors: list[Visitor] = []
    rows: list[dict[str, Any]] = []
    async with aiohttp.ClientSession(url) as client:
        tasks: list[asyncio.Task[None]] = []
        for _ in range(most):
            visitors.append(Visitor())
            tasks.append(asyncio.create_task(visit(client, video, visitors[-1])))
            row = await measure(client, visitors, pid, seconds)
            fits = row["back_fps"] >= FITS_FPS and row["p95_ms"] <= FITS_MS
            sys.stderr.write(ROW.format_map(row) + ("\n" if fits else "   does not fit\n"))
            sys.stderr.flush()
            if not fits:
                break
            rows.append({**row, "video_kbit_s": video_kbit_s, **await asyncio.to_thread(probe, pid)})
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return rows


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--transport", default="rtc", choices=["rtc", "socket"])
    options = parser.parse_args()
    visit = {"rtc": visit_by_webrtc, "socket": visit_by_socket}[options.transport]
    with liveswap("--sessions", str(options.most)) as server:
        asyncio.run(fill(server.url, server.process.pid, visit, options.most, options.seconds))


if __name__ == "__main__":
    run(main)
