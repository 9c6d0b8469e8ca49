"""The CPU, by ONNX Runtime: what every other device is compared with."""

from pathlib import Path

from engines.backends import Opening, Session
from engines.backends.lacks import needs_wheel, two_wheels
from engines.backends.onnxruntime import OrtSession
from engines.kinds import device


@device(
    "cpu",
    needs=(two_wheels, needs_wheel("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", extra="cpu")),
    rank=6,
    ladder=("fp32",),
)
def open_on_cpu(path: Path, _at: Opening) -> Session:
    return OrtSession(path, "cpu")
