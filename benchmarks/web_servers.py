"""Servers for the benchmarks of the page: `liveswap serve` itself, and bare echoes that the same page can talk to.

    python -m benchmarks.web_servers plain|hurried     (a subprocess of the benchmarks)

plain: aiortc as it comes. hurried: the same with frames handed on at the marker bit, which is our transport without a
swap. Both send back what they get, and know just enough of the API for the page to start.
"""

import asyncio
import sys
from typing import Any

from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av.frame import Frame
from av.packet import Packet

from realtime.server_process import SERVE, ServerProcess
from realtime.web.jitter import hurry
from realtime.web.server import PAGE

STATE: dict[str, Any] = {
    "now": "echo",
    "face": None,
    "swapper": "mesh",
    "mirror": False,
    "badge": True,
    "paused": False,
    "stages_ms": {},
}


class Echo(MediaStreamTrack):
    """What comes goes back."""

    kind = "video"

    def __init__(self, track: MediaStreamTrack) -> None:
        super().__init__()
        self._track = track

    async def recv(self) -> "Frame | Packet[Any]":
        """The next."""
        return await self._track.recv()


def echo_application(*, hurried: bool) -> web.Application:
    """Answers the page's offers."""
    peers: list[RTCPeerConnection] = []

    async def start(request: web.Request) -> web.Response:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peers.append(peer)

        @peer.on("track")
        def on_track(track: MediaStreamTrack) -> None:
            peer.addTrack(Echo(track))

        await peer.setRemoteDescription(RTCSessionDescription(await request.text(), "offer"))
        if hurried:
            hurry(peer.getTransceivers()[0].receiver)
        await peer.setLocalDescription(await peer.createAnswer())
        headers = {"Location": "/session/echo"}
        return web.Response(status=201, text=peer.localDescription.sdp, content_type="application/sdp", headers=headers)

    async def info(_request: web.Request) -> web.Response:
        return web.json_response({"faces": [], "swappers": ["mesh"], "ice": []})

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
    """An echo. kind: "plain" or "hurried"."""
    return ServerProcess([sys.executable, "-m", "benchmarks.web_servers", kind])


async def _serve(kind: str) -> None:
    runner = web.AppRunner(echo_application(hurried=kind == "hurried"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stderr.write(f"open http://127.0.0.1:{runner.addresses[0][1]}/\n")
    sys.stderr.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
