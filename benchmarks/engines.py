"""Milliseconds of one network on each device that works here, against ONNX Runtime on the CPU.

    python -m benchmarks.engines [--full] [--model FILE.onnx] [--json]

Every engine is checked against the CPU before it is timed. --full: the full-size inswapper graph, generated. On a
machine with a GPU this is the comparison of TensorRT, TensorRT-RTX and ONNX Runtime's CUDA provider.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import onnx_detectors, onnx_zoo
from benchmarks.common.command import run
from engines.backends import Session
from engines.backends.devices import DeviceOpener
from engines.backends.onnx_file import Precision
from engines.backends.onnxruntime import OrtSession
from engines.backends.parity import question
from engines.backends.probe import probe
from engines.errors import EngineError
from engines.kinds import DEVICES

WARM_UP, RUNS = 3, 20
PRECISIONS: tuple[Precision, ...] = ("fp32", "fp16")


def times_ms(session: Session) -> dict[str, float]:
    """p50 and p95 of a run."""
    tensors, spent = question(session.inputs), []
    for _ in range(WARM_UP + RUNS):
        began = time.perf_counter()
        session.run(*tensors)
        spent.append((time.perf_counter() - began) * 1000)
    return {name: round(float(np.percentile(spent[WARM_UP:], share)), 3) for name, share in (("p50", 50), ("p95", 95))}


def measure(path: Path, derived: Path) -> dict[str, Any]:
    """All devices at all precisions; a device that does not work is told with its reason."""
    floor = times_ms(OrtSession(path))
    found: dict[str, Any] = {"cpu": floor}
    for device in DEVICES.names():
        reason = probe(device).reason
        for precision in PRECISIONS if device in {"cuda", "tensorrt", "rtx"} else PRECISIONS[:1]:
            name = f"{device} {precision}"
            if reason:
                found[name] = {"skipped": reason}
            elif device != "cpu":
                try:
                    session = DeviceOpener(device, derived, ladder=(precision,))(path)
                    found[name] = times_ms(session)
                    session.close()
                except EngineError as error:
                    found[name] = {"failed": str(error)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the full-size inswapper graph")
    parser.add_argument("--model", type=Path, help="a file of your own")
    parser.add_argument("--json", action="store_true", help="one JSON line on stdout")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.model
        if path is None:
            make = onnx_detectors.full_inswapper if arguments.full else (lambda file: onnx_zoo.swapper(file, 128))
            path = make(Path(folder) / "network.onnx")
        found = measure(path, Path(folder) / "derived")
    if arguments.json:
        print(json.dumps(found))
        return
    for name, row in found.items():
        print(f"{name:15}", "  ".join(f"{key} {value}" for key, value in row.items()))


if __name__ == "__main__":
    run(main)
