"""NVIDIA GPUs by TensorRT, in its two flavours: an engine is built for the GPU first, which takes up to minutes."""

from pathlib import Path

from engines.backends import Opening, Session
from engines.backends.lacks import driver, needs_wheel, rtx_runs_here, tensorrt_11
from engines.backends.trt_flavour import Flavour
from engines.kinds import device


@device(
    "tensorrt",
    needs=(
        driver,
        needs_wheel("tensorrt-cu13", "tensorrt", extra="tensorrt"),
        tensorrt_11,
        needs_wheel("cuda-python", extra="tensorrt"),
    ),
    rank=1,
    builds=True,
)
def open_on_tensorrt(path: Path, at: Opening) -> Session:
    return _open(path, "tensorrt", at)


@device(
    "rtx",
    needs=(
        driver,
        rtx_runs_here,
        needs_wheel("tensorrt-rtx", extra="rtx"),
        needs_wheel("cuda-python", extra="rtx"),
    ),
    rank=2,
    builds=True,
)
def open_on_rtx(path: Path, at: Opening) -> Session:
    return _open(path, "rtx", at)


def _open(path: Path, flavour: Flavour, at: Opening) -> Session:
    from engines.backends.trt import open_engine  # noqa: PLC0415  imports CUDA

    engines = at.derived / "engines"
    return open_engine(path, flavour, engines, edge=at.edge, progress=at.progress, cancel=at.cancel)
