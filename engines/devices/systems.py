"""Devices that come with a system, by ONNX Runtime: CoreML with macOS, DirectML with Windows."""

from pathlib import Path

from engines.backends import Opening, Session
from engines.backends.lacks import needs_system, needs_wheel, two_wheels
from engines.backends.onnxruntime import OrtSession
from engines.kinds import device


@device(
    "coreml",
    needs=(needs_system("Darwin", "coreml"), needs_wheel("onnxruntime", "onnxruntime-silicon", extra="cpu")),
    rank=4,
    system="Darwin",
)
def open_on_coreml(path: Path, _at: Opening) -> Session:
    return OrtSession(path, "coreml")


@device(
    "directml",
    needs=(needs_system("Windows", "directml"), two_wheels, needs_wheel("onnxruntime-directml", extra="cpu")),
    rank=5,
    system="Windows",
)
def open_on_directml(path: Path, _at: Opening) -> Session:
    return OrtSession(path, "directml")
