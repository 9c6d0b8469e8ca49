"""A video call without the call: the synthetic camera through liveswap into a virtual camera, at real pace.

    python -m benchmarks.video_call [--seconds 20] [--size 1280x720] [--trouble] [--json]

The device is pyvirtualcam's own class with a backend that reads the time code in each picture it is given: the latency
is from the drawing of the picture to its arrival at the device, per frame, with nothing left out. --trouble: at random
the device goes away and comes back, or takes its time; the camera is unplugged, or its picture is black. Each picture
at the device is compared with what the camera gave: none may be the raw one. Needs the extra `virtual`; no driver.
"""

import argparse
import json
import random
import resource
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common.command import run
from benchmarks.common.unsteady_camera import HALF, TROUBLE_S, UNPLUGGED_S, middle, watched_camera
from engines.types import Image
from models.manifest import load_manifest
from models.store import ModelStore
from realtime.app import Run, build_run
from realtime.bench.processes import resident_mb
from realtime.config import RunConfig, parse_size
from realtime.media.timecode import read_timecode

SOURCE = "astronaut"
WARM_UP_S = 3.0
SLOW_S = 0.1
ALIKE, ALL_BUT = 2, 0.97
"""A picture of whose middle 97 % is within 2 of 255 of the raw one is the raw one."""
SETTLED_S = 30.0
"""When memory has found its level."""


class Arrivals:
    """What the device got: when, and when that picture was drawn. given: what the camera gave, by its time."""

    def __init__(self) -> None:
        self.given: OrderedDict[int, Image] = OrderedDict()
        self.raw = 0
        self.latencies_ms: list[float] = []
        self.order: list[int] = []
        self.pictures = 0
        self.is_there = True
        self.is_slow = False
        self.size_wh = (0, 0)

    def note(self, flat: Any) -> None:
        """One picture, as the backend is given it."""
        now_ns = time.monotonic_ns()
        self.pictures += 1
        picture = np.frombuffer(flat, np.uint8).reshape(self.size_wh[1], self.size_wh[0], 3)
        drawn_ns = read_timecode(picture)
        if drawn_ns is None or drawn_ns in self.order[-60:]:
            return  # words, or a picture that was there before
        raw = self.given.get(drawn_ns)
        if raw is not None and raw.any():
            same = np.abs(raw.astype(np.int16) - middle(picture)).max(axis=-1) <= ALIKE
            self.raw += bool(same.mean() > ALL_BUT)
        self.latencies_ms.append((now_ns - drawn_ns) / 1e6)
        self.order.append(drawn_ns)


@contextmanager
def fake_device(arrivals: Arrivals) -> Iterator[None]:
    """pyvirtualcam with one backend, ours, in the block."""
    import pyvirtualcam  # noqa: PLC0415  an extra
    from pyvirtualcam import camera  # noqa: PLC0415

    class Backend:
        def __init__(self, *, width: int, height: int, **_asked: object) -> None:
            if not arrivals.is_there:
                raise RuntimeError("unplugged")
            arrivals.size_wh = width, height

        def send(self, frame: Any) -> None:
            if not arrivals.is_there:
                raise RuntimeError("unplugged")
            if arrivals.is_slow:
                time.sleep(SLOW_S)
            arrivals.note(frame)

        def close(self) -> None: ...
        def device(self) -> str:
            return "benchmark"

        def native_fourcc(self) -> None: ...

    before = dict(camera.BACKENDS)
    camera.BACKENDS.clear()
    pyvirtualcam.register_backend("benchmark", Backend)
    try:
        yield
    finally:
        camera.BACKENDS.clear()
        camera.BACKENDS.update(before)


def trouble_device(arrivals: Arrivals, until: threading.Event) -> None:
    """Take the device away for half a second, or make it slow, every few seconds."""
    chance = random.Random(1)  # noqa: S311  no secret
    while not until.wait(chance.uniform(*TROUBLE_S)):
        what = "is_there" if chance.random() < HALF else "is_slow"
        usual = getattr(arrivals, what)
        setattr(arrivals, what, not usual)
        until.wait(UNPLUGGED_S)
        setattr(arrivals, what, usual)


def call(folder: Path, size_wh: tuple[int, int], duration_s: float) -> Run:
    """A run from the synthetic camera into a virtual one. folder: for the photo."""
    photo, store = folder / "photo.png", ModelStore()
    photo.write_bytes(store.ensure(load_manifest().get(SOURCE)).read_bytes())
    config = RunConfig(faces_from=(photo,), input="test", outputs=("virtual",), size_wh=size_wh, duration_s=duration_s)
    return build_run(config, store)


def measure(seconds: float, size_wh: tuple[int, int], *, troubled: bool) -> dict[str, Any]:
    """One run."""
    arrivals, done = Arrivals(), threading.Event()
    with (
        tempfile.TemporaryDirectory() as folder,
        fake_device(arrivals),
        watched_camera(arrivals.given, troubled=troubled) as cameras,
    ):
        run = call(Path(folder), size_wh, seconds + WARM_UP_S)
        if troubled:
            threading.Thread(target=trouble_device, args=(arrivals, done), daemon=True).start()
        held: list[dict[str, int]] = []
        threading.Timer(min(SETTLED_S, seconds / 2), lambda: held.append(holdings())).start()
        threading.Timer(seconds, lambda: held.append(holdings())).start()
        began_s, used_s = time.monotonic(), _cpu_s()
        run.runner.run()
        done.set()
        wall_s, cpu_s = time.monotonic() - began_s, _cpu_s() - used_s
        run.close()
    numbers = run.metrics.snapshot()
    late = np.array(arrivals.latencies_ms[int(WARM_UP_S * 30) :])
    return {
        "size": "x".join(map(str, size_wh)),
        "latency_ms": {f"p{share}": round(float(np.percentile(late, share)), 1) for share in (50, 95, 99)},
        "unique_fps": round(len(arrivals.order) / wall_s, 1),
        "reordered": sum(later < earlier for earlier, later in zip(arrivals.order, arrivals.order[1:], strict=False)),
        "dropped": numbers["dropped"],
        "repeated": numbers["repeated"],
        "outcomes": numbers["outcomes"],
        "raw_shown": arrivals.raw,
        "camera_unplugged": sum(camera.unplugged for camera in cameras),
        "camera_black": sum(camera.blackened for camera in cameras),
        "cpu_cores": round(cpu_s / wall_s, 2),
        "held_early": held[0],
        "held_late": held[-1],
    }


def holdings() -> dict[str, int]:
    """What would grow if something leaked. Linux."""
    return {
        "rss_mb": int(resident_mb()),
        "threads": threading.active_count(),
        "files": len(list(Path("/proc/self/fd").iterdir())),
    }


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--trouble", action="store_true", help="device and camera misbehave at random")
    parser.add_argument("--json", action="store_true", help="one JSON line on stdout")
    arguments = parser.parse_args()
    found = measure(arguments.seconds, parse_size(arguments.size), troubled=arguments.trouble)
    print(json.dumps(found) if arguments.json else "\n".join(f"{key:14}{value}" for key, value in found.items()))


if __name__ == "__main__":
    run(main)
