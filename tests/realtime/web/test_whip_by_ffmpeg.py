"""WHIP as a stranger speaks it: ffmpeg's own client sends, a player watches."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from benchmarks.common.fake_server import PAINT_BGR, Served, served
from tests.realtime.web.served import Peer, run

WATCH = "the-key-of-this-stream"
GREY = "color=0x5a5a5a:size=320x240:rate=30"
CODEC = ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast", "-tune", "zerolatency", "-bf", "0"]


async def sending(server: Served, seconds: float, *options: str) -> Process:
    url = str(server.client.make_url(f"/whip?watch={WATCH}"))
    video = ["-re", "-f", "lavfi", "-i", GREY, "-t", str(seconds), "-pix_fmt", "yuv420p", *CODEC, "-g", "30"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-v", "error", *video, "-f", "whip", *options, url]
    return await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stderr=PIPE)


async def complaints(process: Process) -> str:
    """What it says at its end, without what ffmpeg 9.0.2 says whatever is answered to its DELETE."""
    said = (await process.communicate())[1].decode()
    return "".join(line for line in said.splitlines() if "read response from DELETE" not in line)


def test_what_ffmpeg_sends_is_swapped_and_its_end_is_the_sessions_end(tmp_path: Path) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            ffmpeg = await sending(server, 6)
            for _ in range(100):
                await asyncio.sleep(0.1)
                if any(session.stream.metrics.snapshot()["frames_in"] for session in server.sessions):
                    break
            player = Peer()
            player.connection.addTransceiver("video", "recvonly")
            assert await player.connect(server.client, f"/whep?session={WATCH}") == 201
            picture = await player.picture(5)
            assert np.abs(picture.reshape(-1, 3).astype(int) - PAINT_BGR).max(axis=1).min() < 25, "the fake face"
            assert await complaints(ffmpeg) == ""
            assert ffmpeg.returncode == 0
            assert len(server.sessions) == 0, "ffmpeg says DELETE"
            with pytest.raises(MediaStreamError):
                await player.picture(1000)
            await player.connection.close()

    run(test)


def test_token_is_asked_of_ffmpeg_too(tmp_path: Path) -> None:
    async def test() -> None:
        async with served(tmp_path, token="open-sesame") as server:  # noqa: S106
            assert "401" in await complaints(await sending(server, 1))
            ffmpeg = await sending(server, 1, "-authorization", "open-sesame")
            assert await complaints(ffmpeg) == ""
            assert (server.sessions.opened, len(server.sessions)) == (1, 0)

    run(test)
