"""WebRTC there and back: from a coded picture that is sent to its swapped picture, decoded again.

A server in a process of its own and a visitor of aiortc's in this one. Each picture of the video carries its number in
its pixels, so what comes back is known for what it is through both codecs. A browser adds its camera, its encoder and
its screen (`python -m benchmarks.glass_to_glass`). Knows both ends; needs the extra web.
"""

import asyncio
import time

import aiohttp
import numpy as np
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

from engines.types import Image
from models.errors import UserError
from realtime.bench.equipment import Equipment
from realtime.bench.processes import cpu_s
from realtime.bench.results import Result
from realtime.media.timecode import read_timecode, write_timecode
from realtime.web.aiortc_patches import use_marker_jitter_buffer
from realtime.web.client import Video, connect, video_of
from realtime.web.server_process import SERVE, ServerProcess

RATE, PICTURES = 30, 90
"""Pictures of the video, which is repeated: a picture that took longer than 3 s would be taken for a quick one."""
WARM_UP_S = 2.0
NS_PER_MS = 1_000_000


def there_and_back(equipment: Equipment, seconds: float, size_wh: tuple[int, int]) -> Result:
    """Of one visitor. Raises UserError when the server does not start, or nothing comes back."""
    camera = equipment.camera(size_wh)

    def numbered(number: int) -> Image:
        image = camera.render(number)
        write_timecode(image, number * NS_PER_MS)
        return image

    video = video_of(numbered, PICTURES, RATE)
    command = [*SERVE, "--port", "0", "--face", str(equipment.source), "--i-have-consent"]
    with ServerProcess(command, LIVESWAP_HOME=str(equipment.store.home)) as server:
        try:
            found = asyncio.run(_visit(server, Video(video, RATE), seconds))
        except (MediaStreamError, aiohttp.ClientError) as error:
            raise UserError(f"the session ended early: {error!r}", remedy="see what liveswap serve says") from error
    if not found.samples_ms:
        raise UserError("no picture came back", remedy="see what liveswap serve says")
    return found


async def _visit(server: ServerProcess, video: Video, seconds: float) -> Result:
    async with aiohttp.ClientSession(server.url) as client:
        peer, _ = await connect(client, video)
        receiver = peer.getReceivers()[0]
        use_marker_jitter_buffer(receiver)
        begin_s = time.monotonic() + WARM_UP_S
        spent_ms: list[float] = []
        used_s: float | None = None
        while (now_s := time.monotonic()) < begin_s + seconds:
            frame = await receiver.track.recv()
            if now_s >= begin_s and isinstance(frame, VideoFrame):
                used_s = cpu_s(server.process.pid) if used_s is None else used_s
                spent_ms += _age_ms(frame, video)
        core = (cpu_s(server.process.pid) - (used_s or 0.0)) / seconds
        await peer.close()
    return Result("", "", spent_ms, {"unique_fps": round(len(spent_ms) / seconds, 2), "server_core": round(core, 2)})


def _age_ms(frame: VideoFrame, video: Video) -> list[float]:
    """Since it was sent; nothing when its number cannot be read."""
    now_ns = time.monotonic_ns()
    plane = frame.planes[0]
    luma = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]
    number_ns = read_timecode(luma)
    return [] if number_ns is None else [(now_ns - video.sent_ns[number_ns // NS_PER_MS]) / NS_PER_MS]
