"""NVIDIA GPUs by ONNX Runtime, without an engine to build first."""

from pathlib import Path

from engines.backends import Opening, Session
from engines.backends.lacks import cuda_libraries, driver, needs_wheel, two_wheels
from engines.backends.onnxruntime import OrtSession
from engines.kinds import device


@device("cuda", needs=(driver, two_wheels, needs_wheel("onnxruntime-gpu", extra="cuda"), cuda_libraries), rank=3)
def open_on_cuda(path: Path, _at: Opening) -> Session:
    return OrtSession(path, "cuda")
