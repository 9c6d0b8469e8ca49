"""Visitors of a server while something happens to it: live ones, by either transport, and what they were shown.

They come back when their connection is lost, as the page does. Knows both transports; knows nothing of faults.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
import av
import cv2
import numpy as np
from aiortc import MediaStreamError, VideoStreamTrack
from numpy.typing import NDArray

from benchmarks.surviving.judging import small
from engines.types import Image
from realtime.pictures.reading import decode_image
from realtime.web.broadcast import CLOCK
from realtime.web.client import CLOCK_HZ, FullError, connect

RATE = 8
"""Pictures a second that each of them sends."""
PATIENCE_S = 3.0
"""How long nothing may come before a connection is looked at, and how soon a visitor comes back."""
LOST = (OSError, aiohttp.ClientError, MediaStreamError, TimeoutError, FullError)


@dataclass(slots=True)
class Shown:
    """pictures: small ones, in order. times: when each came, s. sessions: how many it took. last: the newest, whole.

    usual: how many of the first ones came with nothing in their way. left_s: when they left.
    """

    pictures: list[NDArray[np.float32]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    sessions: int = 0
    last: Image | None = None
    usual: int = 0
    left_s: float = 0.0

    def take(self, picture: Image) -> None:
        """One came."""
        self.pictures.append(small(picture))
        self.times.append(time.monotonic())
        self.last = picture

    @property
    def gap_s(self) -> float:
        """The longest time without a picture."""
        return float(max(np.diff(self.times), default=0.0))


Visit = Callable[[aiohttp.ClientSession, list[Image], Shown], Coroutine[None, None, None]]


async def be_there(url: str, visit: Visit, camera: list[Image], shown: Shown, over: asyncio.Event) -> None:
    """Until it is over. camera: what it sees, to and fro."""
    async with aiohttp.ClientSession(url) as client:
        while not over.is_set():
            shown.sessions += 1
            visiting, ending = asyncio.create_task(visit(client, camera, shown)), asyncio.create_task(over.wait())
            await asyncio.wait((visiting, ending), return_when=asyncio.FIRST_COMPLETED)
            if over.is_set():
                visiting.cancel()
            with suppress(asyncio.CancelledError, *LOST):
                await visiting
            ending.cancel()
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), PATIENCE_S)


def to_and_fro(number: int, count: int) -> int:
    """Of pictures that are shown forwards and backwards, which one is the `number`th."""
    place = number % (2 * count - 2)
    return min(place, 2 * count - 2 - place)


async def by_socket(client: aiohttp.ClientSession, camera: list[Image], shown: Shown) -> None:
    """Over a WebSocket, in JPEG; until the connection is lost."""
    coded = [cv2.imencode(".jpg", picture)[1].tobytes() for picture in camera]
    async with client.ws_connect("/socket") as socket:
        await socket.receive_json()
        sending = asyncio.create_task(_send(socket, coded))
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    shown.take(decode_image(message.data[1:], "a picture of the server's"))
                    await socket.send_str("shown")
        finally:
            sending.cancel()


async def _send(socket: aiohttp.ClientWebSocketResponse, coded: list[bytes]) -> None:
    number = 0
    while True:
        await socket.send_bytes(number.to_bytes(4, "big") + coded[to_and_fro(number, len(coded))])
        number += 1
        await asyncio.sleep(1 / RATE)


async def by_webrtc(client: aiohttp.ClientSession, camera: list[Image], shown: Shown) -> None:
    """Over WebRTC, in H.264; until the connection is lost."""
    peer, location = await connect(client, _Camera(camera))
    back = peer.getReceivers()[0].track
    try:
        while peer.connectionState != "closed":
            with suppress(TimeoutError):
                frame = await asyncio.wait_for(back.recv(), PATIENCE_S)
                if isinstance(frame, av.VideoFrame):
                    shown.take(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8))
    finally:
        await peer.close()
        with suppress(*LOST):
            await client.delete(location)


class _Camera(VideoStreamTrack):
    def __init__(self, pictures: list[Image]) -> None:
        super().__init__()
        self._pictures, self._number, self._began_s = pictures, 0, time.monotonic()

    async def recv(self) -> av.VideoFrame:
        """At its pace."""
        self._number += 1
        await asyncio.sleep(max(0.0, self._began_s + self._number / RATE - time.monotonic()))
        picture = self._pictures[to_and_fro(self._number, len(self._pictures))]
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts, frame.time_base = self._number * CLOCK_HZ // RATE, CLOCK
        return frame
