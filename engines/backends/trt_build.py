"""From an ONNX file to a TensorRT plan: parse, profile, build. One builder for both flavours, also without a GPU.

Knows the building API; knows no cache and runs nothing. Precision is the ONNX file's: TensorRT 11 has no flags for it.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engines.backends.trt_flavour import Flavour, compute_capabilities, keeps_timings, load, make_logger
from engines.backends.trt_progress import make_monitor
from engines.errors import EngineError, ModelContractError
from models.progress import Progress, ignore_progress

WORKSPACE_BYTES = 2 << 30
BATCH = (1, 1, 4)
"""Smallest, usual and largest batch of a network that takes any."""
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build.

    targets: "sm86" ...; empty for the GPU at hand. batch: for a free first dimension. edge: px, for free sides of a
    picture; None where there are none.
    """

    targets: tuple[str, ...] = ()
    batch: tuple[int, int, int] = BATCH
    edge: int | None = None
    workspace_bytes: int = WORKSPACE_BYTES


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build leaves: the engine, serialised, and what was learnt about kernels' speeds."""

    engine: bytes
    timing_cache: bytes


def build_plan(
    path: Path,
    flavour: Flavour,
    options: BuildOptions = BuildOptions(),
    *,
    timing_cache: bytes = b"",
    progress: Progress = ignore_progress,
    cancel: threading.Event | None = None,
) -> Plan:
    """Build `path`.

    timing_cache: of earlier builds. progress: told now and then. cancel: set it to stop; Ctrl-C stops too.
    Raises ModelContractError for a graph that cannot be built, with the node's name; EngineError for a target that is
    not known and for a build that was stopped; BackendUnavailableError without the package.
    """
    trt = load(flavour)
    stop = cancel or threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="trt-build") as worker:  # the main thread stays free for Ctrl-C
        building = worker.submit(_build, trt, path, options, timing_cache, progress, stop)
        try:
            return _wait(building)
        except KeyboardInterrupt:
            stop.set()
            raise


def _wait(building: Future[Plan]) -> Plan:
    while True:
        try:
            return building.result(timeout=LOOK_S)
        except NotYet:
            if building.done():  # the build itself raised a TimeoutError
                raise


def _build(
    trt: Any, path: Path, options: BuildOptions, timing_cache: bytes, progress: Progress, stop: threading.Event
) -> Plan:
    log = make_logger(trt)
    builder = trt.Builder(log)
    network = builder.create_network(0)
    _parse(trt, network, log, path)
    config = builder.create_builder_config()
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, options.workspace_bytes)
    monitor = make_monitor(trt, f"building {path.stem} with {trt.__name__}", progress, stop)
    config.progress_monitor = monitor
    targets = compute_capabilities(trt, options.targets)
    if targets:
        config.num_compute_capabilities = len(targets)
        for index, target in enumerate(targets):
            config.set_compute_capability(target, index)
    _add_profile(builder, network, config, options, path)
    if keeps_timings(trt):
        config.set_timing_cache(config.create_timing_cache(timing_cache), True)
    plan = builder.build_serialized_network(network, config)
    if stop.is_set():
        raise EngineError(f"the build of {path.name} was stopped", remedy="start it again when there is time")
    if plan is None:
        raise ModelContractError(
            f"{trt.__name__} cannot build {path.name}: {'; '.join(log.lines) or 'it gave no reason'}",
            remedy="run this model on another --device",
        )
    return Plan(bytes(plan), bytes(config.get_timing_cache().serialize()) if keeps_timings(trt) else b"")


def _parse(trt: Any, network: Any, log: Any, path: Path) -> None:
    parser = trt.OnnxParser(network, log)
    if parser.parse_from_file(str(path)):
        return
    errors = [parser.get_error(index) for index in range(parser.num_errors)]
    told = "; ".join(
        f"{f'node {error.node_name()} ({error.node_operator()}): ' if error.node_operator() else ''}{error.desc()}"
        for error in errors
    )
    raise ModelContractError(
        f"{trt.__name__} cannot read {path.name}: {told or 'it gave no reason'}",
        remedy="run this model on another --device",
    )


def _add_profile(builder: Any, network: Any, config: Any, options: BuildOptions, path: Path) -> None:
    """An optimisation profile where a dimension is free: the first by the batch, sides of a picture by the edge."""
    inputs = [network.get_input(index) for index in range(network.num_inputs)]
    free = [tensor for tensor in inputs if -1 in tuple(tensor.shape)]
    if not free:
        return
    profile = builder.create_optimization_profile()
    for tensor in free:
        first, *others = tuple(tensor.shape)
        if -1 in others and (options.edge is None or len(others) != 3):
            raise ModelContractError(
                f"{path.name}: the input {tensor.name} has the shape {tuple(tensor.shape)}, and no size was asked for",
                remedy="say which: NAME@320, or export it with fixed sizes",
            )
        rest = [options.edge if size == -1 else size for size in others]
        profile.set_shape(tensor.name, *[(size if first == -1 else first, *rest) for size in options.batch])
    config.add_optimization_profile(profile)
