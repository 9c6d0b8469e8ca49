"""ONNX Runtime: every ONNX model on CPU, CUDA, CoreML and DirectML. The only importer of `onnxruntime`.

Knows providers, their traps and IO binding. ONNX Runtime turns to the CPU without an exception when a provider does
not load (shared/runtime-facts.md, 1), so the providers really in use are compared with the wish after opening, and
what its native side wrote about the reason goes into the error.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.backends import TensorSpec
from engines.backends.cores import available_cores
from engines.backends.native_log import native_stderr_kept
from engines.errors import BackendUnavailableError, ModelContractError
from models.install import to_add

logger = logging.getLogger(__name__)

NUMPY_TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
}


@dataclass(frozen=True, slots=True)
class Provider:
    """How a device is asked for.

    graph: what makes it replay one recorded run, which needs fixed shapes and every node on the device. memory: what
    OrtValue calls the place of its buffers; empty: no binding.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    graph: Mapping[str, Any] = field(default_factory=dict)
    memory: str = ""


PROVIDERS = {
    "cpu": Provider("CPUExecutionProvider"),
    # A graph replay saves the launches of some hundred kernels; "EXHAUSTIVE" times the convolutions once, at warm-up.
    "cuda": Provider(
        "CUDAExecutionProvider",
        {"cudnn_conv_algo_search": "EXHAUSTIVE", "do_copy_in_default_stream": "1"},
        graph={"enable_cuda_graph": "1"},
        memory="cuda",
    ),
    "coreml": Provider("CoreMLExecutionProvider", {"ModelFormat": "MLProgram", "RequireStaticInputShapes": "1"}),
    "directml": Provider("DmlExecutionProvider"),
}


class OrtSession:
    """An ONNX model, loaded.

    model: a file, or the bytes of one. device: a key of PROVIDERS. threads: of the CPU; None for one a core.
    bound: keep inputs and outputs in buffers of the device, allocated once (default: where the device has its own).
    Raises BackendUnavailableError when ONNX Runtime or the device does not work here, ModelContractError for a file
    that is no usable model.
    """

    def __init__(
        self, model: Path | bytes, device: str = "cpu", *, threads: int | None = None, bound: bool | None = None
    ) -> None:
        ort = _import_ort()
        provider = PROVIDERS[device]
        self._session = _open(ort, model, provider, threads)
        self.inputs = tuple(_spec(node) for node in self._session.get_inputs())
        self.outputs = tuple(_spec(node) for node in self._session.get_outputs())
        self._names = [spec.name for spec in self.outputs]
        fixed = all(-1 not in spec.shape for spec in (*self.inputs, *self.outputs))
        if fixed and provider.graph:
            self._session = _with_graph(ort, model, provider, threads) or self._session
        wanted = bool(provider.memory) if bound is None else bound
        self._buffers = _Buffers(ort, self._session, self, provider.memory or "cpu") if wanted and fixed else None

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        if self._buffers is not None:
            return self._buffers.run(tensors)
        feed = {spec.name: tensor for spec, tensor in zip(self.inputs, tensors, strict=True)}
        return dict(zip(self._names, self._session.run(self._names, feed), strict=True))

    def close(self) -> None:
        """Let go of the model and of its memory on the device. May be called twice."""
        self._buffers = None
        self._session = None


class _Buffers:
    """Inputs and outputs at fixed addresses on the device, which is also what a CUDA graph needs."""

    def __init__(self, ort: Any, session: Any, specs: OrtSession, memory: str) -> None:
        self._session = session
        self._binding = session.io_binding()
        self._inputs, self._outputs = [], []
        for spec in specs.inputs:
            value = ort.OrtValue.ortvalue_from_numpy(np.zeros(spec.shape, spec.dtype), memory, 0)
            self._binding.bind_ortvalue_input(spec.name, value)
            self._inputs.append((value, spec))
        for spec in specs.outputs:
            value = ort.OrtValue.ortvalue_from_shape_and_type(spec.shape, np.dtype(spec.dtype), memory, 0)
            self._binding.bind_ortvalue_output(spec.name, value)
            self._outputs.append((spec.name, value))

    def run(self, tensors: Sequence[NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
        for (value, spec), tensor in zip(self._inputs, tensors, strict=True):
            if tensor.shape != spec.shape:
                raise ValueError(f"input {spec.name} has shape {tensor.shape}, the model takes {spec.shape}")
            value.update_inplace(np.ascontiguousarray(tensor, spec.dtype))
        self._session.run_with_iobinding(self._binding)
        return {name: np.array(value.numpy()) for name, value in self._outputs}


def _import_ort() -> Any:
    try:
        import onnxruntime  # noqa: PLC0415  heavy: only when a model is opened
    except ImportError as error:
        raise BackendUnavailableError(f"ONNX Runtime does not load: {error}", remedy=to_add("cpu")) from error
    if not hasattr(onnxruntime, "InferenceSession"):  # what is left when one of two wheels was removed
        raise BackendUnavailableError(
            "the package onnxruntime is an empty shell: one of two wheels of it was removed",
            remedy="liveswap doctor names the command that mends it",
        )
    return onnxruntime


def _open(ort: Any, model: Path | bytes, provider: Provider, threads: int | None) -> Any:
    if provider.name not in ort.get_available_providers():
        raise BackendUnavailableError(
            f"this ONNX Runtime was built without {provider.name}",
            remedy="liveswap doctor names the package that has it",
        )
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or available_cores()
    if provider.name == "DmlExecutionProvider":  # its documentation asks for both
        options.enable_mem_pattern = False
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    failures: tuple[type[Exception], ...] = (RuntimeError, ValueError, OSError, *_failures(ort))
    chosen = [(provider.name, dict(provider.options))]
    with native_stderr_kept() as log:
        if provider.name == "CUDAExecutionProvider" and hasattr(ort, "preload_dlls"):
            ort.preload_dlls()
        try:
            session = ort.InferenceSession(str(model) if isinstance(model, Path) else model, options, providers=chosen)
        except failures as error:
            raise _not_opened(model, provider, error) from error
    require_provider(provider.name, session.get_providers(), log.text)
    return session


def _with_graph(ort: Any, model: Path | bytes, provider: Provider, threads: int | None) -> Any:
    """The same, replaying one recorded run; None when a node cannot be recorded, which costs speed only."""
    recording = replace(provider, options={**provider.options, **provider.graph})
    try:
        return _open(ort, model, recording, threads)
    except BackendUnavailableError as error:
        logger.info("no graph of this model: %s", error)
        return None


def require_provider(wanted: str, used: Sequence[str], log: str) -> None:
    """Raise BackendUnavailableError unless the session really runs on `wanted`. used: the session's, best first."""
    if not used or used[0] != wanted:
        raise BackendUnavailableError(
            f"ONNX Runtime wanted to run on {used[0] if used else 'nothing'} instead of {wanted}: "
            f"{log.strip() or 'it gave no reason'}",
            remedy="liveswap doctor says what is missing; to run on the CPU, ask for it: --device cpu",
        )


def _failures(ort: Any) -> tuple[type[Exception], ...]:
    """ONNX Runtime's own exceptions, which have no common base but Exception."""
    state = ort.capi.onnxruntime_pybind11_state
    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented", "NoSuchFile", "EPFail")
    return tuple(getattr(state, name) for name in (*names, "RuntimeException", "NoModel") if hasattr(state, name))


def _not_opened(
    model: Path | bytes, provider: Provider, error: Exception
) -> BackendUnavailableError | ModelContractError:
    name = model.name if isinstance(model, Path) else "the model"
    if provider.name != "CPUExecutionProvider":
        return BackendUnavailableError(
            f"{provider.name} cannot run {name}: {error}", remedy="liveswap doctor; or ask for another --device"
        )
    return ModelContractError(f"{name} is not a usable ONNX model: {error}", remedy="liveswap models verify")


def _spec(node: Any) -> TensorSpec:
    shape = tuple(size if isinstance(size, int) and size > 0 else -1 for size in node.shape)
    return TensorSpec(node.name, shape, NUMPY_TYPES.get(node.type, node.type))
