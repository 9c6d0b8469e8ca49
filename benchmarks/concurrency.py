"""Several streams at once in one process, as a server has them, on the cores it is given: frames a second in all.

    python -m benchmarks.concurrency --threads 2 --cores 0,1 [--seconds 3]     (a subprocess of `growth`)

Each stream is a thread with a pipeline of its own; the loaded models are shared. Linux only: cores are chosen there.
"""

import argparse
import os
import threading
import time
from fractions import Fraction

from benchmarks.common.command import run
from engines.backends.session_pool import SharedModels
from models.store import ModelStore
from realtime.app import make_pipeline
from realtime.bench.equipment import Equipment
from realtime.face_engines import FaceEngines
from realtime.stream.metrics import StreamMetrics
from realtime.types import Frame

SIZE_WH, RATE = (640, 360), 15
WARM_UP_S = 1.0
PICTURES = 30


class Stream:
    """One visitor's frames, one after another. done: how many since `begin`."""

    def __init__(self, equipment: Equipment, shared: SharedModels) -> None:
        camera = equipment.camera(SIZE_WH, rate=RATE)
        self._pictures = [camera.render(number) for number in range(PICTURES)]
        self._ticks = int(1 / (Fraction(RATE) * camera.info.time_base))
        engines = FaceEngines(equipment.config(), equipment.store, live=True, shared=shared)
        metrics = StreamMetrics(primary="null", swapper="mesh", device="cpu")
        source_bank = engines.source_bank((equipment.source,))
        self._pipeline, _ = make_pipeline(equipment.config(), engines, source_bank, camera.info, metrics)
        self.done = 0

    def work(self, is_over: threading.Event) -> None:
        """Until it is."""
        number = 0
        while not is_over.is_set():
            image = self._pictures[number % PICTURES].copy()
            number += 1
            self._pipeline.process(Frame(image, number, time.monotonic_ns(), number * self._ticks))
            self.done += 1


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--cores", required=True)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    os.sched_setaffinity(0, {int(core) for core in options.cores.split(",")})
    equipment, shared = Equipment(ModelStore()), SharedModels()
    streams = [Stream(equipment, shared) for _ in range(options.threads)]
    is_over = threading.Event()
    threads = [threading.Thread(target=stream.work, args=(is_over,)) for stream in streams]
    for thread in threads:
        thread.start()
    time.sleep(WARM_UP_S)
    before, began_s = sum(stream.done for stream in streams), time.monotonic()
    time.sleep(options.seconds)
    print((sum(stream.done for stream in streams) - before) / (time.monotonic() - began_s))
    is_over.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    run(main)
