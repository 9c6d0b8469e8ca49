"""Servers for the benchmarks of the page: `liveswap serve` itself, and bare echoes that the same page can talk to.

    python -m benchmarks.common.web_servers plain|sharp|live     (a subprocess of the benchmarks)

plain: aiortc as it comes. sharp: the same, with the browser told to begin with the full size. live: our transport, all
of it, without a swap. They send back what they get, and know just enough of the API for the page to start.
"""

import asyncio
import sys
from typing import Any

from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av.frame import Frame
from av.packet import Packet

from realtime.web.aiortc_patches import make_live
from realtime.web.page_files import PAGE
from realtime.web.sdp import sharp_from_the_start
from realtime.web.server_process import SERVE, ServerProcess

STATE: dict[str, Any] = {
    "watch": "echo",
    "now": "echo",
    "notice": "",
    "face": None,
    "swapper": "mesh",
    "strength": 1.0,
    "wanted": {},
    "mirror": False,
    "hands": True,
    "badge": True,
    "no_badge": None,
    "badge_language": "en",
    "caption": "",
    "paused": False,
    "when_lost": None,
    "strangers": "blur",
    "faces": None,
    "people": [],
    "fps": None,
    "latency_p50_ms": None,
    "latency_p95_ms": None,
    "stages_ms": {},
    "outcomes": {"swapped": 0, "no_face": 0, "withheld": 0, "failed": 0},
    "frames_in": 0,
    "dropped": 0,
}
"""What a session says of itself (`realtime.web.status`), with nothing in it."""


class Echo(MediaStreamTrack):
    """What comes goes back."""

    kind = "video"

    def __init__(self, track: MediaStreamTrack) -> None:
        super().__init__()
        self._track = track

    async def recv(self) -> "Frame | Packet[Any]":
        """The next."""
        return await self._track.recv()


async def answered(peer: RTCPeerConnection, offer: str, kind: str) -> str:
    """The answer of a peer that sends back what it gets."""

    @peer.on("track")
    def on_track(track: MediaStreamTrack) -> None:
        peer.addTrack(Echo(track))

    await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    if kind == "live":
        make_live(peer.getTransceivers()[0], offer)
    await peer.setLocalDescription(await peer.createAnswer())
    answer = peer.localDescription.sdp
    return answer if kind == "plain" else sharp_from_the_start(answer)


def echo_application(kind: str) -> web.Application:
    """Answers the page's offers."""
    peers: list[RTCPeerConnection] = []

    async def start(request: web.Request) -> web.Response:
        peers.append(RTCPeerConnection(RTCConfiguration(iceServers=[])))
        answer = await answered(peers[-1], await request.text(), kind)
        headers = {"Location": "/session/echo"}
        return web.Response(status=201, text=answer, content_type="application/sdp", headers=headers)

    async def info(_request: web.Request) -> web.Response:
        return web.json_response({"faces": [], "own": [], "swappers": ["mesh"], "enhancers": [], "look": {}, "ice": []})

    async def state(_request: web.Request) -> web.Response:
        return web.json_response(STATE)

    async def end(_request: web.Request) -> web.Response:
        while peers:
            await peers.pop().close()
        return web.json_response({})

    async def page(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")

    app = web.Application()
    app.add_routes(
        [web.get("/", page), web.static("/page/", PAGE), web.get("/info", info), web.post("/session", start)]
    )
    app.add_routes([web.get("/session/echo", state), web.delete("/session/echo", end)])
    return app


def liveswap(*options: str) -> ServerProcess:
    """`liveswap serve` at a free port."""
    return ServerProcess([*SERVE, "--port", "0", *options])


def echo(kind: str) -> ServerProcess:
    """An echo. kind: as above."""
    return ServerProcess([sys.executable, "-m", "benchmarks.common.web_servers", kind])


async def _serve(kind: str) -> None:
    runner = web.AppRunner(echo_application(kind), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stderr.write(f"open http://127.0.0.1:{runner.addresses[0][1]}/\n")
    sys.stderr.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
