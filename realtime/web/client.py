"""A visitor without a browser: a connection of aiortc's, and a video that costs next to nothing to send.

Knows WebRTC from the other end; for what measures a server.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import av
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import MediaStreamTrack

from engines.types import Image
from realtime.web.broadcast import CLOCK, Shown
from realtime.web.encoders import LiveH264Encoder
from realtime.web.tracks import VideoWriter

CLOCK_HZ = CLOCK.denominator
SDP = {"Content-Type": "application/sdp"}


class FullError(Exception):
    """The server takes nobody more now."""


async def connect(client: aiohttp.ClientSession, camera: MediaStreamTrack) -> tuple[RTCPeerConnection, str]:
    """A session that sends a camera, and its address. Raises FullError."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    sender = peer.addTrack(camera)
    able = [codec for codec in RTCRtpSender.getCapabilities("video").codecs if codec.mimeType == "video/H264"]
    next(t for t in peer.getTransceivers() if t.sender is sender).setCodecPreferences(able)
    await peer.setLocalDescription(await peer.createOffer())
    async with client.post("/session", data=peer.localDescription.sdp, headers=SDP) as answer:
        if answer.status != 201:
            await peer.close()
            raise FullError
        await peer.setRemoteDescription(RTCSessionDescription(await answer.text(), "answer"))
        return peer, answer.headers["Location"]


def video_of(render: Callable[[int], Image], count: int, rate: int) -> list[bytes]:
    """H.264, a picture each; the first can follow the last. render: the picture of a number, BGR."""
    encoder, writer = LiveH264Encoder(), VideoWriter()
    pictures = (writer(Shown(render(number), number * CLOCK_HZ // rate)) for number in range(count))
    return [encoder.coded(picture, is_key=number == 0)[0] for number, picture in enumerate(pictures)]


class Video(VideoStreamTrack):
    """Sends a video again and again; nothing is encoded. sent_ns: when each of its pictures was last sent."""

    def __init__(self, pictures: Sequence[bytes], rate: int) -> None:
        super().__init__()
        self._pictures, self._rate = pictures, rate
        self._number, self._began_s = 0, time.monotonic()
        self.sent_ns = [0] * len(pictures)

    async def recv(self) -> "av.Packet[Any]":  # type: ignore[override]  # aiortc's senders take packets too
        """At its pace."""
        await asyncio.sleep(max(0.0, self._began_s + self._number / self._rate - time.monotonic()))
        index = self._number % len(self._pictures)
        packet = av.Packet(self._pictures[index])
        packet.pts, packet.time_base = self._number * CLOCK_HZ // self._rate, CLOCK
        self.sent_ns[index] = time.monotonic_ns()
        self._number += 1
        return packet
