"""Does a live picture wait while the same server makes a video? Both alone, then together, on one machine.

    python -m benchmarks.beside_a_job VIDEO FACE [--seconds 20] [--json FILE]

Live is a portrait of 640x360 at 15 fps over the page's WebSocket, timed from sending a picture to having the swapped
one. The video goes up in pieces, as the page sends it; a preview of a frame is timed, then it is made as a job.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
import cv2
import numpy as np

from benchmarks.common.command import run
from benchmarks.common.web_servers import liveswap
from examples.client import Client
from models.store import ModelStore
from realtime.faces.portraits import target_portrait
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource

SIZE_WH, RATE = (640, 360), 15
WARM = 2 * RATE
"""Pictures that do not count."""


@dataclass(frozen=True, slots=True)
class Found:
    """ms of live pictures, p50 and p95, alone and beside a job; s of the first preview; frames a second of the job."""

    alone_ms: tuple[float, float]
    beside_ms: tuple[float, float]
    preview_s: float
    alone_fps: float
    beside_fps: float


async def live(url: str, pictures: list[bytes], goes_on: Callable[[int], bool]) -> list[float]:
    """ms that each picture took. goes_on: asked with how many there were."""
    took: list[float] = []
    async with aiohttp.ClientSession(url) as client, client.ws_connect("/socket") as socket:
        await socket.receive_json()
        began_s = time.monotonic()
        while goes_on(len(took)):
            number = len(took) + 1
            await asyncio.sleep(max(0.0, began_s + number / RATE - time.monotonic()))
            sent_s = time.monotonic()
            await socket.send_bytes(number.to_bytes(4, "big") + pictures[number % len(pictures)])
            while (await socket.receive(timeout=30)).type is not aiohttp.WSMsgType.BINARY:
                pass
            took.append((time.monotonic() - sent_s) * 1000)
            await socket.send_str("shown")
    return took[WARM:]


def made(client: Client, video: str, face: str) -> float:
    """Frames a second of a job, from its order to its end."""
    began_s = time.monotonic()
    job = client.wait_for(client.order(video, face), lambda _job: None)
    return float(job["frames"]) / (time.monotonic() - began_s)


async def measured(url: str, video: Path, face: Path, seconds: float) -> Found:
    """Everything, one after another."""
    camera = SyntheticSource(read_image(target_portrait(ModelStore())), size_wh=SIZE_WH)
    pictures = [cv2.imencode(".jpg", camera.render(number))[1].tobytes() for number in range(60)]
    client = await asyncio.to_thread(Client, url)
    name = await asyncio.to_thread(client.add_face, face)
    alone = await live(url, pictures, lambda count: count < seconds * RATE)
    up = await asyncio.to_thread(client.upload, video)
    began_s = time.monotonic()
    wish: dict[str, Any] = {"at": 0, "wear": [name], "faces": "all"}
    await asyncio.to_thread(lambda: client.open("POST", f"/videos/{up}/preview", wish).read())
    preview_s = time.monotonic() - began_s
    alone_fps = await asyncio.to_thread(made, client, up, name)
    job = asyncio.create_task(asyncio.to_thread(made, client, up, name))
    beside = await live(url, pictures, lambda _count: not job.done())
    both = [tuple(np.percentile(each, (50, 95)).tolist()) for each in (alone, beside)]
    return Found(both[0], both[1], preview_s, alone_fps, await job)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("face", type=Path)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with liveswap() as server:
        found = asyncio.run(measured(server.url.rstrip("/"), options.video, options.face, options.seconds))
    (p50, p95), (beside_p50, beside_p95) = found.alone_ms, found.beside_ms
    print(f"live alone           p50 {p50:.0f}, p95 {p95:.0f} ms")
    print(f"live beside the job  p50 {beside_p50:.0f}, p95 {beside_p95:.0f} ms: {beside_p95 / p95:.2f} times")
    print(f"first preview        {found.preview_s:.2f} s after the upload")
    print(f"job alone            {found.alone_fps:.1f} frames a second")
    print(f"job beside           {found.beside_fps:.1f}: {found.beside_fps / found.alone_fps:.0%}")
    if options.json:
        options.json.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
