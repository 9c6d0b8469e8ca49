"""Eight hours of a stream in less time: does memory grow, or anything else, and do pictures take longer?

    python -m benchmarks.soak [--pictures 864000] [--minutes M] [--output out.mp4] [--json FILE] [--picture FILE.png]

The synthetic camera gives the next picture as soon as the last one is through: the real engines, threads and outputs of
`liveswap run`, without the waiting. So an hour here is one of a stream, 108,000 pictures, however quick the machine is.
Every half minute memory, threads, open files and the latency are written down; the straight line through them is what
an hour of a stream adds. What is written to a file is read to its end afterwards, and its pictures are counted.
"""

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av

from benchmarks.common.command import run
from benchmarks.common.growth import Growth, held_by
from models.store import ModelStore
from realtime.bench.equipment import Equipment
from realtime.outputs import open_sink
from realtime.sources.synthetic import SyntheticSource
from realtime.stream.metrics import StreamMetrics
from realtime.stream.runner import StreamRunner
from realtime.types import Frame, FrameSink, ShownFrame, StreamInfo

SIZE_WH, RATE = (160, 90), 30
EIGHT_HOURS = 8 * 3600 * RATE
AN_HOUR = 3600 * RATE
SAMPLE_S = 30.0
LOST_S = 60.0
"""A picture that is not through after this time counts as lost, and the next one is given."""


class Turns:
    """A camera and an output that wait for each other, so that none of the pictures is dropped by a live stream.

    As a source it gives as many as are wanted, until end_s; as a sink it hands on to another one.
    """

    def __init__(self, camera: SyntheticSource, sink: FrameSink, wanted: int, end_s: float) -> None:
        self.info: StreamInfo = camera.info
        self.name = sink.name
        self.lost = self.through = 0
        self._camera, self._sink, self._wanted, self._end_s = camera, sink, wanted, end_s
        self._turn = threading.Semaphore()

    def frames(self) -> Iterator[Frame]:
        """One at a time."""
        for frame in self._camera.frames():
            if not self._turn.acquire(timeout=LOST_S):
                self.lost += 1
            if frame.seq >= self._wanted or time.monotonic() > self._end_s:
                return
            yield frame

    def send(self, shown: ShownFrame) -> None:
        """The last step of a picture."""
        self._sink.send(shown)
        self.through += 1
        self._turn.release()

    def close(self) -> None:
        """Source and sink: the runner closes either when it has ended."""
        self._camera.close()


class Output:
    """The sink's side, which the runner closes by itself."""

    def __init__(self, turns: Turns, sink: FrameSink) -> None:
        self.name, self.send, self.close = sink.name, turns.send, sink.close


def soak(wanted: int, minutes: float, output: str) -> tuple[Growth, dict[str, float]]:
    """Until so many pictures are through, or the time is over. Returns what was held, and what came of the pictures."""
    equipment = Equipment(ModelStore())
    camera = equipment.camera(SIZE_WH, paced=False, rate=RATE)
    sink = open_sink(output, camera.info)
    turns = Turns(camera, sink, wanted, time.monotonic() + minutes * 60)
    metrics = StreamMetrics(primary=sink.name, swapper="mesh", device="cpu")
    pipeline = equipment.pipeline(camera.info, metrics)
    growth, is_over = Growth("hours of a stream", {"latency": "ms, p50 of 2 s"}), threading.Event()
    watcher = threading.Thread(target=watch, args=(growth, turns, metrics, is_over), name="soak", daemon=True)
    watcher.start()
    began_s = time.monotonic()
    try:
        StreamRunner(turns, pipeline, [Output(turns, sink)], observer=metrics).run()
    finally:
        is_over.set()
        watcher.join()
    found = metrics.snapshot()
    told = {"pictures": turns.through, "lost": turns.lost + found["dropped"], "took_s": time.monotonic() - began_s}
    return growth, {**told, **{name: float(count) for name, count in found["outcomes"].items()}}


def watch(growth: Growth, turns: Turns, metrics: StreamMetrics, is_over: threading.Event) -> None:
    """Write down what is held, and say it."""
    while not is_over.wait(SAMPLE_S):
        sample = {**held_by(), "latency": metrics.recent().latency_p50_ms}
        growth.add(turns.through / AN_HOUR, sample)
        sys.stderr.write(f"{turns.through} pictures: {sample}\n")


def pictures_in(path: Path) -> int:
    """Of a file, decoded to its end."""
    with av.open(str(path)) as video:
        return sum(1 for _ in video.decode(video=0))


def main() -> int:
    """The command. Returns 1 if a picture was lost or not swapped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=EIGHT_HOURS)
    parser.add_argument("--minutes", type=float, default=480)
    parser.add_argument("--output", default="null")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    growth, told = soak(options.pictures, options.minutes, options.output)
    if options.output != "null":
        told["in_file"] = pictures_in(Path(options.output))
        told["lost"] += told["pictures"] - told["in_file"]
    print(", ".join(f"{name} {value:g}" for name, value in told.items()))
    for line in growth.in_words():
        print(line)
    if options.json:
        growth.save(options.json, options.picture, **told)
    return int(told["lost"] > 0 or told["swapped"] < told["pictures"])


if __name__ == "__main__":
    run(main)
