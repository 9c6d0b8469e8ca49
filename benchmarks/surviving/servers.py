"""`liveswap serve` with visitors, while something happens to it: two are live, a third has videos made.

Knows the server's address and process; what the live ones see is visitors.py's business, and how it is judged
judging.py's.
"""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.common.child_processes import children_of
from benchmarks.surviving.faults import CLOCK, DAYS_S, HOUR_S, TODAY, settable_clock
from benchmarks.surviving.judging import bare, small, swapped_places
from benchmarks.surviving.visitors import RATE, Shown, be_there, by_socket, by_webrtc
from engines.types import Image
from examples.client import Client, RefusedError
from models.store import ModelStore
from realtime.sources.synthetic import SyntheticSource
from realtime.web.server_process import BEGIN_S, SERVE, ServerProcess
from realtime.web.videos.making import SWEEP_S

BEFORE_S, AFTER_S, SHORT_S = 10.0, 10.0, 5.0
SWEPT_S = SWEEP_S + 10
"""Until what is due has been removed, and everything that is removed by mistake with it."""
FILMED_RATE = 30
SEEN = 12 * RATE
"""Pictures of the camera, which are shown to and fro."""
SHORT_VIDEO, LONG_VIDEO = 30, 5 * 30
"""Frames of what is made before, and of what is being made meanwhile."""
STILL = 4.0
"""Of 255, in the mean of a small picture: a coder makes one that stands better and better, one that moves is far."""


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """home: LIVESWAP_HOME. pid: of the server."""

    home: Path
    pid: int


@dataclass(frozen=True, slots=True)
class ServerFault:
    """do: it, in a thread. words: more of the server's. is_withheld: from then on nobody may be seen, nor a video made.

    may_part: the connection may be lost, since the visitor's end gives it up.
    """

    do: Callable[[ServerPlace], None]
    words: tuple[str, ...] = field(default=())
    is_withheld: bool = False
    may_part: bool = False


@dataclass(frozen=True, slots=True)
class ServerOutcome:
    """shown, bare: pictures that visitors got. gap_s: the longest time without one. sessions: that the two had.

    kept: whether the video that was made before is there. end: of the one under way. held: whether all that had to be
    was so.
    """

    fault: str
    shown: int
    bare: int
    gap_s: float
    sessions: int
    kept: bool
    end: str
    held: bool


def set_clock(place: ServerPlace, *seconds: int, for_s: float) -> None:
    """The wall's clock of server and jobs is off by each of these, one after another; then right."""
    for off_s in seconds:
        (place.home / CLOCK).write_text(f"{off_s:+d}")
        time.sleep(for_s)
    (place.home / CLOCK).write_text("+0")


def stopped(place: ServerPlace, seconds: float) -> None:
    """Server and jobs, as when a laptop is closed and opened."""
    pids = [place.pid, *children_of(place.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


SERVERS: dict[str, ServerFault] = {
    "server: clock an hour forward, an hour back": ServerFault(
        lambda place: set_clock(place, HOUR_S, -HOUR_S, for_s=SHORT_S)
    ),
    "server: clock two days forward, two days back": ServerFault(
        lambda place: set_clock(place, DAYS_S, -DAYS_S, for_s=SWEPT_S)
    ),
    "server: clock past the consent's last day, and back": ServerFault(
        lambda place: set_clock(place, DAYS_S, for_s=SHORT_S),
        words=("--consent-until", TODAY),
        is_withheld=True,
    ),
    "server: stopped for 20 s": ServerFault(lambda place: stopped(place, 20)),
    "server: stopped for 70 s": ServerFault(lambda place: stopped(place, 70), may_part=True),
}


def visited(name: str, camera: SyntheticSource, source: Path) -> ServerOutcome:
    """One server with one fault. Raises OSError where it cannot be made."""
    fault = SERVERS[name]
    with tempfile.TemporaryDirectory() as place, ExitStack() as held:
        home = Path(place)
        face = Path(shutil.copy(source, home / "face.jpg"))  # nobody's whom we lend, so its consent is recorded
        (home / "models").symlink_to(ModelStore().home / "models")
        words = [*SERVE, "--port", "0", "--face", str(face), "--i-have-consent", *fault.words]
        environment = {"LIVESWAP_HOME": place, **settable_clock(home)}
        server = held.enter_context(ServerProcess(words, within_s=BEGIN_S, **environment))
        client = Client(server.url)
        short, long = (client.upload(video_of(camera, home / f"{n}.mp4", n)) for n in (SHORT_VIDEO, LONG_VIDEO))
        made, under_way = client.wait_for(client.order(short, "face"), nothing), dict[str, Any]()

        def happen() -> None:
            under_way.update(client.order(long, "face"))
            while client.ask("GET", f"/jobs/{under_way['id']}")["frames"] == 0:
                time.sleep(0.2)
            fault.do(ServerPlace(home, server.process.pid))

        seen = [camera.render(number * FILMED_RATE // RATE) for number in range(SEEN)]
        shown = asyncio.run(watched(server.url, seen, happen))
        end = ended(client, under_way)
        return judged(name, shown, np.array([small(picture) for picture in seen]), is_there(client, made), end)


async def watched(url: str, camera: list[Image], happen: Callable[[], None]) -> tuple[Shown, ...]:
    """What the two were shown, from before it happened until after: the one with the WebSocket first."""
    over, shown = asyncio.Event(), (Shown(), Shown())
    visits = [
        asyncio.create_task(be_there(url, visit, camera, each, over))
        for visit, each in zip((by_socket, by_webrtc), shown, strict=True)
    ]
    while not all(each.pictures for each in shown):
        await asyncio.sleep(0.1)
    await asyncio.sleep(BEFORE_S)
    for each in shown:
        each.usual = len(each.pictures)
    await asyncio.to_thread(happen)
    await asyncio.sleep(AFTER_S)
    over.set()
    for each in shown:
        each.left_s = time.monotonic()
    await asyncio.gather(*visits)
    return shown


def judged(name: str, shown: tuple[Shown, ...], seen: NDArray[np.float32], is_kept: bool, end: str) -> ServerOutcome:
    """What came of it. end: of the video under way."""
    fault, (sharp, _) = SERVERS[name], shown
    within = swapped_places(sharp.pictures[: sharp.usual], seen)
    sessions = sum(each.sessions for each in shown)
    if fault.is_withheld:
        is_well = all(stands(each) for each in shown) and end.startswith("failed")
    else:
        is_well = all(goes_on(each) for each in shown) and end == "done"
    return ServerOutcome(
        name,
        shown=sum(len(each.pictures) for each in shown),
        bare=sum(bare(each.pictures, seen, each.usual, within) for each in shown),
        gap_s=round(max(each.gap_s for each in shown), 3),
        sessions=sessions,
        kept=is_kept,
        end=end,
        held=is_kept and is_well and (fault.may_part or sessions == len(shown)),
    )


def goes_on(shown: Shown) -> bool:
    """Whether pictures came until the end, and moved."""
    return shown.left_s - shown.times[-1] < AFTER_S / 2 and not stands(shown)


def stands(shown: Shown) -> bool:
    """Whether one picture stood at the end."""
    last = [picture for at, picture in zip(shown.times, shown.pictures, strict=True) if shown.times[-1] - at < AFTER_S]
    return all(np.abs(picture - last[-1]).mean() < STILL for picture in last)


def video_of(camera: SyntheticSource, path: Path, count: int) -> Path:
    """So many of the camera's pictures."""
    with av.open(str(path), "w") as video:
        stream = video.add_stream("libx264", rate=FILMED_RATE, options={"preset": "ultrafast"})
        stream.width, stream.height = camera.info.size_wh
        stream.pix_fmt = "yuv420p"
        for number in range(count):
            video.mux(stream.encode(av.VideoFrame.from_ndarray(camera.render(number), format="bgr24")))
        video.mux(stream.encode(None))
    return path


def ended(client: Client, job: dict[str, Any]) -> str:
    """How a job did, for people."""
    try:
        return str(client.wait_for(client.ask("GET", f"/jobs/{job['id']}"), nothing)["state"])
    except RefusedError as error:
        return f"failed: {error}"


def is_there(client: Client, job: dict[str, Any]) -> bool:
    """Whether a video that was made can be fetched still."""
    try:
        with client.open("GET", f"/{job['result']}") as answer:
            return len(answer.read()) == int(job["bytes"])
    except RefusedError:
        return False


def nothing(_job: dict[str, Any]) -> None:
    """Is done while a job is waited for."""
