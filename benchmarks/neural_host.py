"""What a neural swap costs beside its network, ours against insightface's INSwapper, in one run on the same file.

    python -m benchmarks.neural_host [--full] [--rounds 5] [--json]

Host side: everything but the network (crop, normalise, denormalise, paste), on a face of 300 px in pictures of 1280x720
and 1920x1080; both sides alternate, medians of rounds. Ours also looks for what is in front and tells how much it
painted; the compositor, a network of its own, counts as host. --full: also the full-size inswapper graph on the CPU
against a bare InferenceSession.run (needs 600 MB of disk for the generated file, and minutes).
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np

from benchmarks.common import onnx_detectors, onnx_zoo
from benchmarks.common.command import run
from engines.backends.cores import available_cores
from engines.backends.io_validation import CropFacts
from engines.backends.onnxruntime import OrtSession
from engines.compositor.network import default_compositor
from engines.crops.alignment import five_points
from engines.crops.crop_codec import CropCodec
from engines.mesh import mesh_topology
from engines.swappers.neural.crop_paste import Finish, OcclusionEstimator
from engines.swappers.neural.identity import FixedSource
from engines.swappers.neural.swapper import NeuralFace, bind
from engines.track_state import TrackState
from engines.types import FaceLandmarks, Image
from models.manifest import load_manifest

FACE_PX = 300
SIZES = ((1280, 720), (1920, 1080))
RUNS = 15


class Timed:
    """A session whose time is counted apart: a `Session` for us, and what insightface calls for them."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.spent_s = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, *arguments: Any) -> Any:
        began = time.perf_counter()
        result = self._session.run(*arguments)
        self.spent_s += time.perf_counter() - began
        return result


def face_in(size_wh: tuple[int, int]) -> FaceLandmarks:
    """A face of FACE_PX in the middle."""
    mean = mesh_topology.mean_face()
    low, high = mean.min(axis=0), mean.max(axis=0)
    scale = FACE_PX / float(high[1] - low[1])
    centre = np.array([size_wh[0] / 2, size_wh[1] / 2, 0])
    points = ((mean - (low + high) / 2) * scale + centre).astype(np.float32)
    return FaceLandmarks(points, 1.0, track_state=TrackState())


def picture(size_wh: tuple[int, int]) -> Image:
    noise = np.random.default_rng(0).integers(0, 256, (size_wh[1], size_wh[0], 3)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.uint8)


def host_ms(work: Callable[[], object], timed: Timed) -> float:
    """Median milliseconds of `work` beside its network."""
    spent = []
    for _ in range(RUNS):
        timed.spent_s, began = 0.0, time.perf_counter()
        work()
        spent.append(time.perf_counter() - began - timed.spent_s)
    return float(np.median(spent) * 1000)


def ours(path: Path, session: Any) -> NeuralFace:
    spec = load_manifest().get("inswapper_128")
    latent = np.random.default_rng(1).normal(size=(1, 512)).astype(np.float32)
    codec, source = CropCodec(CropFacts.of(spec)), FixedSource(latent)
    return NeuralFace(
        codec, bind(spec, OrtSession(path)), session, source, Finish([OcclusionEstimator(default_compositor())])
    )


def theirs(path: Path) -> Any:
    from insightface.model_zoo.inswapper import INSwapper  # noqa: PLC0415  the peer, only here

    with contextlib.redirect_stdout(sys.stderr):
        return INSwapper(str(path))


def compare(path: Path, size_wh: tuple[int, int], rounds: int) -> dict[str, Any]:
    """Alternating rounds of both sides on one picture."""
    frame, face = picture(size_wh), face_in(size_wh)
    our_session, peer = Timed(OrtSession(path)), theirs(path)
    peer.session = Timed(peer.session)
    mine = ours(path, our_session)
    target = SimpleNamespace(kps=five_points(face))
    source = SimpleNamespace(normed_embedding=np.full(512, 512**-0.5, np.float32))
    mine.paint(frame.copy(), face)
    canvas = frame.copy()
    pairs = [
        (
            host_ms(lambda: mine.paint(canvas, face), our_session),
            host_ms(lambda: peer.get(frame, target, source, paste_back=True), peer.session),
        )
        for _ in range(rounds)
    ]
    ratios = sorted(other / own for own, other in pairs)
    return {
        "size": "x".join(map(str, size_wh)),
        "ours_ms": round(float(np.median([own for own, _ in pairs])), 2),
        "insightface_ms": round(float(np.median([other for _, other in pairs])), 1),
        "times_less": round(float(np.median(ratios)), 1),
        "times_less_range": [round(ratios[0], 1), round(ratios[-1], 1)],
    }


def full_graph(path: Path, rounds: int) -> dict[str, Any]:
    """One whole swap with the full-size graph against the bare network."""
    import onnxruntime  # noqa: PLC0415  the floor, only here

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = available_cores()
    bare = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    feed = {"target": np.zeros((1, 3, 128, 128), np.float32), "source": np.zeros((1, 512), np.float32)}
    mine, frame, face = ours(path, OrtSession(path)), picture(SIZES[0]), face_in(SIZES[0])
    ratios, floors = [], []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        bare.run(None, feed)
        between = time.perf_counter()
        mine.paint(frame, face)
        ratios.append((time.perf_counter() - between) / (between - began))
        floors.append((between - began) * 1000)
    return {
        "bare_run_ms": round(float(np.median(floors[1:])), 1),
        "whole_swap_of_bare_run": round(float(np.median(ratios[1:])), 3),
        "range": [round(min(ratios[1:]), 3), round(max(ratios[1:]), 3)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="also the full-size graph")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one JSON line on stdout")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tiny = onnx_zoo.swapper(Path(folder) / "inswapper_128.onnx", 128, emap_at=-1)
        found: dict[str, Any] = {"host": [compare(tiny, size, arguments.rounds) for size in SIZES]}
        if arguments.full:
            full = onnx_detectors.full_inswapper(Path(folder) / "full.onnx")
            found["full"] = full_graph(full, arguments.rounds)
    if arguments.json:
        print(json.dumps(found))
        return
    for row in found["host"]:
        low, high = row["times_less_range"]
        print(f"{row['size']:>10}  ours {row['ours_ms']:5.2f} ms   insightface {row['insightface_ms']:6.1f} ms", end="")
        print(f"   {row['times_less']:.0f} times less ({low:.0f} to {high:.0f})")
    if "full" in found:
        full_row = found["full"]
        print(f"full-size graph: bare run {full_row['bare_run_ms']:.0f} ms; a whole swap takes", end=" ")
        print(f"{full_row['whole_swap_of_bare_run']:.3f} of it ({full_row['range'][0]} to {full_row['range'][1]})")


if __name__ == "__main__":
    run(main)
