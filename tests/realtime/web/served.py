"""A server with a stream of fakes behind it, in this process, and clients that speak WebRTC to it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import av
import cv2
import numpy as np
from aiohttp.test_utils import TestClient
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack

from benchmarks.common.fake_server import Served, served
from engines.types import Image

T = TypeVar("T")
SIZE_WH = (320, 240)
GREY_BGR = 90, 90, 90
"""What a client sends."""


def run(test: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """A test's coroutine, to its end, within a minute."""

    async def bounded() -> T:
        return await asyncio.wait_for(test(), 60)

    return asyncio.run(bounded())


def png(level: int = 40) -> bytes:
    """A picture file."""
    return cv2.imencode(".png", np.full((24, 24, 3), level, np.uint8))[1].tobytes()


class Camera(VideoStreamTrack):
    """Pictures of one colour at 30 fps."""

    def __init__(self, bgr: tuple[int, int, int] = GREY_BGR) -> None:
        super().__init__()
        self._bgr = bgr

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame.from_ndarray(np.full((*SIZE_WH[::-1], 3), self._bgr, np.uint8), format="bgr24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Peer:
    """A WebRTC client, as OBS (send), a player (receive) or the page (both) is one."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.tracks: dict[str, MediaStreamTrack] = {}
        self.connection.on("track", lambda track: self.tracks.update({track.kind: track}))
        self.location = ""

    async def connect(self, client: TestClient[Any, Any], path: str, **headers: str) -> int:
        """Offer what was added so far. Returns the status."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = self.connection.localDescription.sdp
        async with client.post(path, data=offer, headers={"Content-Type": "application/sdp", **headers}) as answer:
            if answer.status == 201:
                self.location = answer.headers["Location"]
                assert answer.content_type == "application/sdp"
                await self.connection.setRemoteDescription(RTCSessionDescription(await answer.text(), "answer"))
            return answer.status

    async def picture(self, number: int = 1) -> Image:
        """The n-th picture from now, as BGR."""
        for _ in range(number):
            frame = await self.tracks["video"].recv()
        assert isinstance(frame, av.VideoFrame)
        return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def serving(test: Callable[[Served], Awaitable[None]], home: Path, **options: Any) -> None:
    async def whole() -> None:
        async with served(home, **options) as server:
            await test(server)

    run(whole)
