"""Visitors who come and go, politely or not, at a real `liveswap serve`: do memory, tasks and sockets stay flat?

    python -m benchmarks.web_soak [--minutes 30] [--visitors 2] [--json FILE] [--picture FILE.png]

Each visitor sends a moving portrait at 640x360, 15 fps, over WebRTC or a WebSocket, stays for 2 to 12 seconds, and then
says goodbye, or closes the connection, or just stops. Every half minute the server's memory, threads, open files, event
loop tasks and sessions are written down, as /metrics and /proc tell them; a straight line says what an hour adds.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import av
import cv2
from aiortc import VideoStreamTrack

from benchmarks.common.command import run
from benchmarks.common.growth import Growth, held_by
from benchmarks.common.web_servers import liveswap
from models.store import ModelStore
from realtime.faces.portraits import target_portrait
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.web.broadcast import CLOCK
from realtime.web.client import FullError, connect

SIZE_WH, RATE = (640, 360), 15
STAY_S = (2.0, 12.0)
SAMPLE_S = 30.0
COUNTED = ("tasks", "sessions")
"""What the server counts itself, by the names of its metrics."""
GOODBYES = ("polite", "closed", "silent")


class Portrait(VideoStreamTrack):
    """A camera."""

    def __init__(self, source: SyntheticSource) -> None:
        super().__init__()
        self._source, self._number, self._began_s = source, 0, time.monotonic()

    async def recv(self) -> av.VideoFrame:
        """At its pace."""
        self._number += 1
        await asyncio.sleep(max(0.0, self._began_s + self._number / RATE - time.monotonic()))
        picture = await asyncio.to_thread(self._source.render, self._number)
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts, frame.time_base = self._number * 90_000 // RATE, CLOCK
        return frame


async def visit_by_webrtc(client: aiohttp.ClientSession, source: SyntheticSource, goodbye: str, stay_s: float) -> int:
    """Returns how many pictures came back; -1 when the server was full."""
    camera, seen = Portrait(source), 0
    try:
        peer, location = await connect(client, camera)
    except FullError:
        return -1
    back = peer.getReceivers()[0].track
    end_s = time.monotonic() + stay_s
    while time.monotonic() < end_s:
        await asyncio.wait_for(back.recv(), 10)
        seen += 1
    if goodbye == "polite":
        await client.delete(location)
    elif goodbye == "silent":
        camera.stop()
        await asyncio.sleep(1)
    await peer.close()
    return seen


async def visit_by_socket(client: aiohttp.ClientSession, source: SyntheticSource, goodbye: str, stay_s: float) -> int:
    """As above."""
    try:
        socket = await client.ws_connect("/socket")
    except aiohttp.WSServerHandshakeError:
        return -1
    await socket.receive_json()
    seen, end_s, number = 0, time.monotonic() + stay_s, 0
    while time.monotonic() < end_s:
        number += 1
        jpeg = cv2.imencode(".jpg", source.render(number))[1].tobytes()
        await socket.send_bytes(number.to_bytes(4, "big") + jpeg)
        message = await socket.receive(timeout=10)
        if message.type is aiohttp.WSMsgType.BINARY:
            seen += 1
            await socket.send_str("shown")
        await asyncio.sleep(1 / RATE)
    if goodbye == "silent":
        await asyncio.sleep(1)
    await socket.close()
    return seen


async def be_visitors(url: str, source: SyntheticSource, end_s: float, counts: Counter[str]) -> None:
    """One after another, until the end."""
    ways: list[Callable[..., Awaitable[int]]] = [visit_by_webrtc, visit_by_webrtc, visit_by_socket]
    async with aiohttp.ClientSession(url) as client:
        while time.monotonic() < end_s:
            way, goodbye = random.choice(ways), random.choice(GOODBYES)  # noqa: S311  no secret
            try:
                seen = await way(client, source, goodbye, random.uniform(*STAY_S))  # noqa: S311
            except (OSError, aiohttp.ClientError, TimeoutError) as error:
                counts[f"failed: {type(error).__name__}"] += 1
                continue
            counts["turned away" if seen < 0 else f"{way.__name__} {goodbye}"] += 1
            counts["pictures"] += max(0, seen)


async def watch(url: str, pid: int, end_s: float, counts: Counter[str], growth: Growth) -> None:
    """A line every half minute."""
    began_s = time.monotonic()
    async with aiohttp.ClientSession(url) as client:
        while time.monotonic() < end_s:
            await asyncio.sleep(SAMPLE_S)
            text = await (await client.get("/metrics")).text()
            told = {name: float(re.findall(rf"^liveswap_{name} (\S+)", text, re.MULTILINE)[0]) for name in COUNTED}
            sample = {**held_by(pid), **told}
            growth.add((time.monotonic() - began_s) / 3600, sample)
            sys.stdout.write(f"{round(end_s - time.monotonic())} s left: {sample} {dict(counts)}\n")
            sys.stdout.flush()


async def soak(url: str, pid: int, minutes: float, visitors: int) -> tuple[Growth, Counter[str]]:
    """Everything at once, and half a minute of quiet at the end. Returns what the server held, and who was there."""
    picture = read_image(target_portrait(ModelStore()))
    source, counts = SyntheticSource(picture, size_wh=SIZE_WH), Counter[str]()
    growth = Growth("hours", {name: name for name in COUNTED})
    end_s = time.monotonic() + minutes * 60
    await asyncio.gather(
        watch(url, pid, end_s + SAMPLE_S, counts, growth),
        *(be_visitors(url, source, end_s, counts) for _ in range(visitors)),
    )
    return growth, counts


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--visitors", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    with liveswap() as server:
        growth, counts = asyncio.run(soak(server.url, server.process.pid, options.minutes, options.visitors))
    for line in growth.in_words():
        print(line)
    if options.json:
        growth.save(options.json, options.picture, **counts)


if __name__ == "__main__":
    run(main)
