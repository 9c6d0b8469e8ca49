"""Sessions of 640x360 at 15 fps by a cluster beside those by the plain server: what each costs, and who sees what.

    python -m benchmarks.cluster_sessions [--sessions 2] [--rounds 3] [--seconds 8] [--json FILE]

Two Ray nodes on this machine with hosts of `liveswap serve --cluster`, and `liveswap serve` beside, in alternating
rounds. Core time is compared, since that does not depend on who else has the cores; how many sessions fit follows from
it. Every visitor sends a colour of its own and looks for others in what comes back. Then a node is killed: how long do
its visitors see nothing, who ask once a second as the page does? Linux only.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import cv2
import numpy as np
from aiortc import RTCPeerConnection
from aiortc.mediastreams import MediaStreamError

from benchmarks.common.child_processes import children_of, core_s_of
from benchmarks.common.cluster_server import cluster_server
from benchmarks.common.command import run
from benchmarks.common.ray_nodes import RayNodes, ray_nodes
from benchmarks.common.web_servers import liveswap
from engines.types import Image
from models.store import ModelStore
from realtime.bench.machine import machine
from realtime.faces.portraits import target_portrait
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.web.client import FullError, Video, connect, video_of

PLACES = 4  # of each host, which takes all of a node's core then
SIZE_WH, RATE, VIDEO_S = (640, 360), 15, 4
CORNER = 48  # px of a colour that tells whose picture it is, where no face comes
HUES = 180
NEAR = 12
"""Of HUES: what encoders change."""
WARM_UP_S, ASKS_S, BEAT_S = 4.0, 1.0, 1.5
Found = dict[str, Any]


@dataclass
class Visitor:
    """One who sends a colour. hue: of HUES. foreign: pictures with another's. seen_s: when the last one came."""

    client: aiohttp.ClientSession
    hue: int
    pictures: int = 0
    foreign: int = 0
    seen_s: float = 0.0
    location: str = ""
    peer: RTCPeerConnection | None = None
    _watching: "asyncio.Task[None] | None" = field(default=None, repr=False)

    async def offer(self, video: list[bytes]) -> None:
        """Begin, or begin anew. Raises FullError."""
        await self.leave()
        self.peer, self.location = await connect(self.client, Video(video, RATE))
        self._watching = asyncio.create_task(self._watch(self.peer))

    async def leave(self) -> None:
        """May be called twice."""
        if self._watching is not None and self.peer is not None:
            self._watching.cancel()
            await self.peer.close()

    async def _watch(self, peer: RTCPeerConnection) -> None:
        with suppress(MediaStreamError):
            while True:
                frame: Any = await peer.getReceivers()[0].track.recv()
                self.pictures, self.seen_s = self.pictures + 1, time.monotonic()
                hue = hue_of(frame.to_ndarray(format="bgr24"))
                self.foreign += hue is not None and min(abs(hue - self.hue), HUES - abs(hue - self.hue)) > NEAR


def hue_of(image: Image) -> int | None:
    """Of the corner; None where that has no colour, as in a withheld picture."""
    colour = np.median(image[-CORNER + 8 : -8, 8 : CORNER - 8].reshape(-1, 3), axis=0).astype(np.uint8)
    hue, saturation, _ = cv2.cvtColor(colour.reshape(1, 1, 3), cv2.COLOR_BGR2HSV)[0, 0]
    return int(hue) if saturation > 100 else None


def videos(count: int) -> list[tuple[int, list[bytes]]]:
    """Of a person who moves, each with a corner of another hue."""
    camera = SyntheticSource(read_image(target_portrait(ModelStore())), size_wh=SIZE_WH)

    def coloured(hue: int) -> Callable[[int], Image]:
        bgr = cv2.cvtColor(np.array([[[hue, 255, 220]]], np.uint8), cv2.COLOR_HSV2BGR)[0, 0]

        def render(number: int) -> Image:
            image = camera.render(number).copy()
            image[-CORNER:, :CORNER] = bgr
            return image

        return render

    hues = [number * HUES // count for number in range(count)]
    return [(hue, video_of(coloured(hue), VIDEO_S * RATE, RATE)) for hue in hues]


async def held(url: str, roots: list[int], sent: list[tuple[int, list[bytes]]], seconds: float) -> Found:
    """So many sessions for a while. roots: processes that do it, with all below them."""
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as client:
        idle_s, began_s = core_s_of(roots), time.monotonic()
        await asyncio.sleep(seconds)
        idle = (core_s_of(roots) - idle_s) / (time.monotonic() - began_s)
        visitors = [Visitor(client, hue) for hue, _ in sent]
        for visitor, (_, video) in zip(visitors, sent, strict=True):
            await visitor.offer(video)
            await asyncio.sleep(BEAT_S)
        await asyncio.sleep(WARM_UP_S)
        pictures, used_s, began_s = sum(v.pictures for v in visitors), core_s_of(roots), time.monotonic()
        await asyncio.sleep(seconds)
        took_s, used_s = time.monotonic() - began_s, core_s_of(roots) - used_s
        fps = (sum(v.pictures for v in visitors) - pictures) / took_s
        states = [await (await client.get(visitor.location)).json() for visitor in visitors]
        for visitor in visitors:
            await visitor.leave()
        await asyncio.sleep(BEAT_S)
    return {
        "idle_cores": idle,
        "ms_a_frame": 1000 * (used_s - idle * took_s) / (fps * took_s),
        "fps_each": fps / len(visitors),
        "p95_ms": max(state["latency_p95_ms"] or 0 for state in states),
        "foreign": sum(visitor.foreign for visitor in visitors),
        "pictures": sum(visitor.pictures for visitor in visitors),
    }


async def beyond(url: str, sent: list[tuple[int, list[bytes]]]) -> Found:
    """One after the other, until all is full; then more. Returns how these were refused."""
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as client:
        visitors, refused, said = [Visitor(client, hue) for hue, _ in sent], 0, dict[str, Any]()
        for visitor, (_, video) in zip(visitors, sent, strict=True):
            try:
                await visitor.offer(video)
            except FullError:
                refused += 1
        try:
            await client.ws_connect("/socket")
        except aiohttp.WSServerHandshakeError as error:
            said = {"status": error.status, "retry_after": dict(error.headers or ()).get("Retry-After")}
        await asyncio.sleep(2)
        for visitor in visitors:
            await visitor.leave()
        await asyncio.sleep(BEAT_S)
    return {"taken": len(sent) - refused, "refused": refused, **said, "foreign": sum(v.foreign for v in visitors)}


async def killed(url: str, nodes: RayNodes, sent: list[tuple[int, list[bytes]]]) -> Found:
    """Kill one of two hosts. Returns for how long its visitors saw nothing, s, and whether others noticed."""
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as client:
        visitors = [Visitor(client, hue) for hue, _ in sent]
        for visitor, (_, video) in zip(visitors, sent, strict=True):
            await visitor.offer(video)
            await asyncio.sleep(BEAT_S)
        await asyncio.sleep(WARM_UP_S)
        await asyncio.to_thread(nodes.lose_one)
        blind = await asyncio.gather(*(back(v, video) for v, (_, video) in zip(visitors, sent, strict=True)))
        for visitor in visitors:
            await visitor.leave()
    return {"blind_s": [round(s, 2) for s in blind if s is not None], "foreign": sum(v.foreign for v in visitors)}


async def back(visitor: Visitor, video: list[bytes]) -> float | None:
    """Ask once a second, and begin anew when the session is gone. Returns how long nothing came; None if it stayed."""
    for _ in range(10):
        async with visitor.client.get(visitor.location) as answer:
            if answer.status != 200:
                break
        await asyncio.sleep(ASKS_S)
    else:
        return None
    last_s, count = visitor.seen_s, visitor.pictures
    while True:
        try:
            await visitor.offer(video)
            break
        except FullError:
            await asyncio.sleep(2 * ASKS_S)
    while visitor.pictures == count:
        await asyncio.sleep(0.01)
    return visitor.seen_s - last_s


def measured(options: argparse.Namespace) -> Found:
    """All of it."""
    sent = videos(2 * PLACES + 2)
    rows: dict[str, list[Found]] = {"plain": [], "cluster": []}
    with liveswap("--sessions", str(PLACES)) as plain, ray_nodes() as nodes:
        before = set(children_of(os.getpid()))
        with cluster_server(nodes.address, PLACES) as cluster:
            of_ray = [pid for pid in before if pid != plain.process.pid]
            sides = {"plain": (plain.url, [plain.process.pid])}
            sides["cluster"] = cluster.url, [*of_ray, cluster.process.pid]
            for number in range(options.rounds):
                for side, (url, roots) in sides.items():
                    row = asyncio.run(held(url, roots, sent[: options.sessions], options.seconds))
                    rows[side].append(row)
                    told = ", ".join(f"{name} {value:.2f}" for name, value in row.items())
                    sys.stderr.write(f"round {number + 1}, {side}: {told}\n")
            full = asyncio.run(beyond(cluster.url, sent))
            gone = asyncio.run(killed(cluster.url, nodes, sent[:2]))
    middle = {side: median(row["ms_a_frame"] for row in rows[side]) for side in rows}
    return {
        "machine": machine(),
        "rounds": rows,
        "cost_ratio": middle["cluster"] / middle["plain"],
        "idle_cores": median(row["idle_cores"] for row in rows["cluster"]),
        "beyond": full,
        "killed": gone,
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    found = measured(options)
    print(json.dumps({name: value for name, value in found.items() if name not in {"machine", "rounds"}}, indent=1))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    run(main)
