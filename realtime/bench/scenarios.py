"""What is measured: a row a scenario, so adding one is a line.

Knows how each is run; draws nothing and compares nothing.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from engines.backends.devices import DeviceOpener
from engines.backends.parity import question
from engines.backends.probe import probe
from engines.image.yuv import Yuv420, empty_planes
from engines.kinds import DEVICES
from engines.track_state import TrackState
from models.errors import UserError
from models.install import to_add
from models.library import known_models
from realtime.bench.equipment import Equipment
from realtime.bench.live import flat_out, live, stream
from realtime.bench.processes import MemoryWatch
from realtime.bench.results import Result
from realtime.media.colour import BT709, LUMA_WEIGHTS
from realtime.outputs.virtual import VirtualCamera
from realtime.sources.camera_list import list_virtual_cameras

SMALL, HD, FULL_HD = (640, 360), (1280, 720), (1920, 1080)
VIDEO_S = 4.0
LEAST_CALLS = 3
EDGE = 640
"""px, of a picture whose size a network leaves open."""

Run = Callable[[Equipment, float], Result]
"""Given how many seconds to measure. Raises UserError for what cannot be measured here, which is then skipped."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """name: unique, for comparing with older runs."""

    group: str
    name: str
    run: Run
    once: bool = False
    """Takes long to begin: in the first round only, for as long as the others in all."""

    def measure(self, equipment: Equipment, seconds: float) -> Result:
        """With its name on it; skipped, with the reason, where it cannot be measured here."""
        try:
            found = self.run(equipment, seconds)
        except UserError as error:
            found = Result("", "", skipped=f"{error} ({error.remedy})")
        return replace(found, name=self.name, group=self.group)


def timed(work: Callable[[], object], seconds: float) -> Result:
    """ms of each call, for so long after a short warm-up."""
    spent: list[float] = []
    end_s = time.perf_counter() + seconds / 4
    while time.perf_counter() < end_s:
        work()
    end_s = time.perf_counter() + seconds
    while time.perf_counter() < end_s or len(spent) < LEAST_CALLS:
        began_s = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began_s) * 1000)
    return Result("", "", spent)


def detector(equipment: Equipment, seconds: float) -> Result:
    image = equipment.camera(HD).render(0)
    return timed(lambda: equipment.engines.detector.detect(image), seconds)


def landmarks(equipment: Equipment, seconds: float) -> Result:
    image = equipment.camera(HD).render(0)
    roi = equipment.roi_in(image)
    return timed(lambda: equipment.engines.landmarker.locate(image, roi), seconds)


def mesh_swap(equipment: Equipment, seconds: float) -> Result:
    """Of somebody who has been in view for a while."""
    image = equipment.camera(HD).render(0)
    face = replace(equipment.engines.landmarker.locate(image, equipment.roi_in(image)), track_state=TrackState())
    [worn] = equipment.source_bank
    return timed(lambda: worn.paint(image, face), seconds)


def colours(equipment: Equipment, seconds: float, *, size_wh: tuple[int, int] = HD) -> Result:
    image, planes = equipment.camera(size_wh).render(0), empty_planes(size_wh)
    convert = Yuv420(*LUMA_WEIGHTS[BT709], full_range=False)

    def there_and_back() -> None:
        convert.from_bgr(image, planes)
        convert.to_bgr(planes, size_wh)

    return timed(there_and_back, seconds)


def video_to_video(equipment: Equipment, seconds: float) -> Result:
    """ms a frame of whole runs, decoding and encoding included, again and again."""
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        video = equipment.video(Path(folder) / "video.mp4", min(VIDEO_S, seconds))
        config = replace(equipment.config(), input=str(video), outputs=(str(Path(folder) / "swapped.mp4"),))
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s or not spent:
            numbers = equipment.numbers_of_run(config)
            spent.append(1000 * numbers["wall_s"] / max(1, numbers["frames_out"]))
    return Result("", "", spent, {"fps": round(1000 / float(np.median(spent)), 1)})


def virtual_camera(equipment: Equipment, seconds: float) -> Result:
    if not list_virtual_cameras():
        raise UserError("there is no virtual camera", remedy="liveswap doctor says how to get one")
    camera = equipment.camera(HD)
    return stream(equipment, seconds, VirtualCamera("virtual", camera.info), HD)


def webrtc(equipment: Equipment, seconds: float) -> Result:
    try:
        from realtime.bench.webrtc import there_and_back  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise UserError(f"{error.name} is not installed", remedy=to_add("web")) from error
    return there_and_back(equipment, seconds, HD)


def network(equipment: Equipment, seconds: float, *, name: str, device: str) -> Result:
    """One network on one device."""
    file = equipment.store.ensure(known_models(equipment.store.home).get(name))
    session = DeviceOpener(device, equipment.store.derived_folder)(file, EDGE)
    tensors = question(session.inputs, EDGE)
    try:
        return timed(lambda: session.run(*tensors), seconds)
    finally:
        session.close()


def soak(seconds: float) -> Scenario:
    """A live run for so long, whose memory is watched."""

    def run(equipment: Equipment, _seconds: float) -> Result:
        with MemoryWatch() as memory:
            found = live(equipment, seconds)
        return replace(found, figures={**found.figures, **memory.figures})

    return Scenario("soak", f"1280x720, 30 fps, {seconds:g} s", run)


SCENARIOS = (
    Scenario("engines", "detector, 1280x720", detector),
    Scenario("engines", "landmarks of a face", landmarks),
    Scenario("engines", "mesh swap of a face", mesh_swap),
    Scenario("engines", "4:2:0 from BGR and back, 1280x720", colours),
    Scenario("live", "640x360, 30 fps", partial(live, size_wh=SMALL)),
    Scenario("live", "1280x720, 30 fps", live),
    Scenario("live", "1280x720, 60 fps", partial(live, rate=60)),
    Scenario("live", "1920x1080, 30 fps", partial(live, size_wh=FULL_HD)),
    Scenario("live", "1280x720, 30 fps, 2 faces", partial(live, people=2)),
    Scenario("live", "1280x720, 30 fps, 4 faces", partial(live, people=4)),
    Scenario("flat out", "640x360", partial(flat_out, size_wh=SMALL)),
    Scenario("flat out", "1280x720", flat_out),
    Scenario("flat out", "1920x1080", partial(flat_out, size_wh=FULL_HD)),
    Scenario("flat out", "1280x720, 4 faces", partial(flat_out, people=4)),
    Scenario("whole runs", "video to video, 1280x720", video_to_video),
    Scenario("whole runs", "WebRTC there and back, 1280x720, 30 fps", webrtc, once=True),
    Scenario("whole runs", "virtual camera, 1280x720, 30 fps", virtual_camera),
)


def scenarios(equipment: Equipment) -> Iterator[Scenario]:
    """The table, and a row for each network on this disk and each device that works here."""
    yield from SCENARIOS
    for row in known_models(equipment.store.home).for_task("swap"):
        if equipment.store.is_cached(row):
            for device in DEVICES.names():
                if probe(device).usable:
                    yield Scenario(
                        "networks", f"{row.name} on {device}", partial(network, name=row.name, device=device)
                    )
