"""TensorRT from a file to a session, and ahead of time: ties cache, builder and runner together."""

import threading
from pathlib import Path

from engines.backends.cuda import Cuda
from engines.backends.trt_build import BATCH, BuildOptions, build_plan
from engines.backends.trt_cache import EngineCache, EngineKey
from engines.backends.trt_flavour import Flavour, load, own_target
from engines.backends.trt_session import TensorRtSession
from models.disk import sha256_of
from models.progress import Progress, ignore_progress


def open_engine(
    path: Path,
    flavour: Flavour,
    cache: Path,
    *,
    edge: int | None = None,
    progress: Progress = ignore_progress,
    cancel: threading.Event | None = None,
) -> TensorRtSession:
    """The network at `path` on the GPU of this machine, built first if need be.

    cache: the folder of engines. edge: px of a picture whose size the network leaves open. cancel: stops a build.
    """
    cuda = Cuda()
    key = _key(path, flavour, cuda.architecture(), cuda.driver_version(), edge)
    options = _build_options(key, own_target(load(flavour), key.gpu))
    plan = _ensure(path, key, cache, options, progress=progress, cancel=cancel)
    return TensorRtSession(plan, flavour, path.stem)


def build_ahead(
    path: Path,
    flavour: Flavour,
    cache: Path,
    *,
    targets: tuple[str, ...],
    edge: int | None = None,
    progress: Progress = ignore_progress,
) -> Path:
    """Build for GPUs that need not be here (TensorRT-RTX only). Returns the engine's file."""
    key = _key(path, flavour, "+".join(targets), "", edge)
    _ensure(path, key, cache, _build_options(key, targets), progress=progress)
    return cache / key.filename


def _key(path: Path, flavour: Flavour, gpu: str, driver: str, edge: int | None) -> EngineKey:
    version = str(load(flavour).__version__)
    return EngineKey(path.stem, sha256_of(path), flavour, version, gpu, driver, BATCH, edge)


def _build_options(key: EngineKey, targets: tuple[str, ...] = ()) -> BuildOptions:
    return BuildOptions(targets, key.batch, key.edge)


def _ensure(
    path: Path,
    key: EngineKey,
    cache: Path,
    options: BuildOptions,
    *,
    progress: Progress,
    cancel: threading.Event | None = None,
) -> bytes:
    def build(timings: bytes) -> tuple[bytes, bytes]:
        made = build_plan(path, key.flavour, options, timing_cache=timings, progress=progress, cancel=cancel)
        return made.engine, made.timing_cache

    return EngineCache(cache).ensure(key, build)
