"""A TensorRT plan, running: memory allocated once, one stream, and one graph launch a run.

Knows execution; knows nothing of how the plan was built. Its CUDA side has run on a GPU, TensorRT itself not yet: see
docs/neural-models.md.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engines.backends import TensorSpec
from engines.backends.cuda import Cuda
from engines.backends.trt_flavour import Flavour, load, make_logger
from engines.errors import EngineError, ModelContractError

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Buffer:
    """One tensor's memory: on the device, and page-locked on the host, both of the largest size."""

    spec: TensorSpec
    device: int
    host: int
    array: NDArray[Any]  # over `host`
    shape: tuple[int, ...]  # in use now

    @property
    def in_use(self) -> NDArray[Any]:
        """The part of the host array that the current shapes fill."""
        count = int(np.prod(self.shape))
        return np.asarray(self.array.reshape(-1)[:count].reshape(self.shape))


class TensorRtSession:
    """A plan, deserialised on the first GPU. Used by one thread at a time; close it, or use `with`.

    plan: as `trt_build.build_plan` made it, by the same library on the same kind of GPU. name: for messages.
    Raises BackendUnavailableError without a GPU, ModelContractError for a plan that this library or GPU refuses.
    """

    def __init__(self, plan: bytes, flavour: Flavour, name: str) -> None:
        trt = load(flavour)
        self._cuda = Cuda()
        self._log = make_logger(trt)
        self._runtime = trt.Runtime(self._log)
        self._engine = self._runtime.deserialize_cuda_engine(plan)
        if self._engine is None:
            raise ModelContractError(
                f"{trt.__name__} refuses the engine of {name}: {'; '.join(self._log.lines) or 'no reason given'}",
                remedy="delete the folder derived/engines in LIVESWAP_HOME; it is built again",
            )
        self._context = self._engine.create_execution_context()
        self._stream = self._cuda.call("cudaStreamCreate")
        tensors = [self._engine.get_tensor_name(index) for index in range(self._engine.num_io_tensors)]
        is_input = {tensor: self._engine.get_tensor_mode(tensor) == trt.TensorIOMode.INPUT for tensor in tensors}
        self._inputs = [self._allocate(trt, tensor, is_input=True) for tensor in tensors if is_input[tensor]]
        self._outputs = [self._allocate(trt, tensor, is_input=False) for tensor in tensors if not is_input[tensor]]
        self.inputs = tuple(buffer.spec for buffer in self._inputs)
        self.outputs = tuple(buffer.spec for buffer in self._outputs)
        self._graph: Any = None
        self._ran_once = self._graphs_refused = False

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        for buffer, tensor in zip(self._inputs, tensors, strict=True):
            self._fill(buffer, tensor)
        for buffer in self._outputs:
            buffer.shape = tuple(self._context.get_tensor_shape(buffer.spec.name))
        if self._graph is None and self._ran_once and not self._graphs_refused:
            self._capture()
        if self._graph is not None:
            self._cuda.call("cudaGraphLaunch", self._graph, self._stream)
        else:
            self._enqueue()
        self._cuda.call("cudaStreamSynchronize", self._stream)
        self._ran_once = True
        return {buffer.spec.name: buffer.in_use.copy() for buffer in self._outputs}

    def close(self) -> None:
        """Free everything on the device. May be called twice."""
        self._drop_graph()
        for buffer in (*self._inputs, *self._outputs):
            self._cuda.call("cudaFree", buffer.device)
            self._cuda.call("cudaFreeHost", buffer.host)
        self._inputs, self._outputs = [], []
        if self._stream is not None:
            self._cuda.call("cudaStreamDestroy", self._stream)
        self._stream = self._context = self._engine = self._runtime = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _allocate(self, trt: Any, name: str, *, is_input: bool) -> _Buffer:
        shape = tuple(self._engine.get_tensor_shape(name))
        dtype = np.dtype(trt.nptype(self._engine.get_tensor_dtype(name)))
        largest = shape
        if is_input and -1 in shape:
            largest = tuple(self._engine.get_tensor_profile_shape(name, 0)[2])
            self._context.set_input_shape(name, largest)
        elif -1 in shape:  # inputs come first, and have their largest shapes by now
            largest = tuple(self._context.get_tensor_shape(name))
        device = int(self._cuda.call("cudaMalloc", int(np.prod(largest)) * dtype.itemsize))
        host, array = self._cuda.pinned(largest, dtype)
        self._context.set_tensor_address(name, device)
        return _Buffer(TensorSpec(name, shape, dtype.name), device, host, array, largest)

    def _fill(self, buffer: _Buffer, tensor: NDArray[Any]) -> None:
        if tensor.shape != buffer.shape:
            fits = len(tensor.shape) == len(buffer.spec.shape) and tensor.size <= buffer.array.size
            if not fits or not self._context.set_input_shape(buffer.spec.name, tensor.shape):
                raise ValueError(f"{buffer.spec.name} cannot have the shape {tensor.shape}: {buffer.spec.shape}")
            buffer.shape = tensor.shape
            self._drop_graph()  # it was recorded with other sizes
            self._ran_once = False
        buffer.in_use[...] = tensor

    def _enqueue(self) -> None:
        """Copy in, compute, copy out: all in stream order."""
        to_device = self._cuda.enum("cudaMemcpyKind", "cudaMemcpyHostToDevice")
        to_host = self._cuda.enum("cudaMemcpyKind", "cudaMemcpyDeviceToHost")
        for buffer in self._inputs:
            size = buffer.in_use.nbytes
            self._cuda.call("cudaMemcpyAsync", buffer.device, buffer.host, size, to_device, self._stream)
        if not self._context.execute_async_v3(int(self._stream)):
            raise EngineError(f"TensorRT failed: {'; '.join(self._log.lines)}", remedy="liveswap doctor")
        for buffer in self._outputs:
            size = buffer.in_use.nbytes
            self._cuda.call("cudaMemcpyAsync", buffer.host, buffer.device, size, to_host, self._stream)

    def _capture(self) -> None:
        """Record one run as a graph, whose replay saves every single launch."""
        try:
            recorded = self._recorded()
            try:
                self._graph = self._cuda.call("cudaGraphInstantiate", recorded, 0)
            finally:
                self._cuda.call("cudaGraphDestroy", recorded)
        except EngineError as error:
            self._graphs_refused = True
            logger.warning("no CUDA graph for this engine, each kernel is launched by itself: %s", error)

    def _recorded(self) -> Any:
        """What one run enqueues, as a graph. However it ends, the stream is recorded no longer."""
        mode = self._cuda.enum("cudaStreamCaptureMode", "cudaStreamCaptureModeThreadLocal")
        self._cuda.call("cudaStreamBeginCapture", self._stream, mode)
        try:
            self._enqueue()
        except BaseException:
            with suppress(EngineError):  # CUDA may say here once more that the recording failed
                self._cuda.call("cudaGraphDestroy", self._cuda.call("cudaStreamEndCapture", self._stream))
            raise
        return self._cuda.call("cudaStreamEndCapture", self._stream)

    def _drop_graph(self) -> None:
        if self._graph is not None:
            self._cuda.call("cudaGraphExecDestroy", self._graph)
            self._graph = None
