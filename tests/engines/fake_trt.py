"""What TensorRtSession asks of TensorRT, answered without it: a network that gives back its input.

Its one operation is a copy on the GPU, enqueued as TensorRT would enqueue kernels. So everything of ours around a
network (memory, shapes, streams, graphs) runs on a real GPU where TensorRT itself cannot be installed. And `HostCuda`
stands in for the GPU, with memory of the host: it runs what is enqueued at once, or records it.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.backends.cuda import Cuda
from engines.errors import EngineError

LARGEST = 4
"""Of the batch, which is free."""
WIDTH = 1000


Graph = list[tuple[int, int, int]]
"""Copies: to, from, bytes."""


class HostCuda:
    """CUDA's rules of recording: what is enqueued meanwhile does not run, and the stream cannot be waited for.

    faults: calls that fail, once. live: graphs that exist.
    """

    def __init__(self) -> None:
        self.faults: set[str] = set()
        self.live: list[Graph] = []
        self._memory: dict[int, NDArray[np.uint8]] = {}
        self._recording: Graph | None = None
        self._calls: dict[str, Callable[..., Any]] = {
            "cudaMalloc": self._malloc,
            "cudaFree": self._free,
            "cudaFreeHost": self._free,
            "cudaMemcpyAsync": self._copy,
            "cudaStreamCreate": lambda: 1,
            "cudaStreamDestroy": lambda _stream: None,
            "cudaStreamSynchronize": self._wait,
            "cudaStreamBeginCapture": self._begin,
            "cudaStreamEndCapture": self._end,
            "cudaGraphInstantiate": self._instantiate,
            "cudaGraphLaunch": self._launch,
            "cudaGraphDestroy": self._forget,
            "cudaGraphExecDestroy": self._forget,
        }

    def enum(self, _kind: str, name: str) -> str:
        return name

    def pinned(self, shape: tuple[int, ...], dtype: Any) -> tuple[int, NDArray[Any]]:
        address = self._malloc(int(np.prod(shape)) * np.dtype(dtype).itemsize)
        return address, self._memory[address].view(dtype).reshape(shape)

    def call(self, name: str, *arguments: Any) -> Any:
        if name in self.faults:
            self.faults.remove(name)
            if name == "cudaStreamEndCapture":  # also when it has no graph to give, the recording is over
                self._recording = None
            raise EngineError(f"{name} failed: cudaErrorUnknown", remedy="none")
        return self._calls[name](*arguments)

    def _malloc(self, size: int) -> int:
        memory = np.zeros(size, np.uint8)
        self._memory[memory.ctypes.data] = memory
        return int(memory.ctypes.data)

    def _free(self, address: int) -> None:
        del self._memory[address]

    def _copy(self, to: int, source: int, size: int, _kind: str, _stream: int) -> None:
        if self._recording is None:
            self._memory[to][:size] = self._memory[source][:size]
        else:
            self._recording.append((to, source, size))

    def _wait(self, _stream: int) -> None:
        if self._recording is not None:
            raise EngineError("cudaStreamSynchronize failed: cudaErrorStreamCaptureUnsupported", remedy="none")

    def _begin(self, _stream: int, _mode: str) -> None:
        self._recording = []

    def _end(self, _stream: int) -> Graph:
        assert self._recording is not None
        graph, self._recording = self._recording, None
        self.live.append(graph)
        return graph

    def _instantiate(self, graph: Graph, _flags: int) -> Graph:
        self.live.append(list(graph))
        return self.live[-1]

    def _launch(self, graph: Graph, stream: int) -> None:
        for to, source, size in graph:
            self._copy(to, source, size, "", stream)

    def _forget(self, graph: Graph) -> None:
        self.live = [other for other in self.live if other is not graph]


class Log:
    """An ILogger, of which a base class is made."""

    Severity = SimpleNamespace(ERROR=1, INTERNAL_ERROR=0)


class Context:
    """Shapes and addresses; `execute_async_v3` copies. refuses: the number of the run that TensorRT does not take."""

    def __init__(self, cuda: Cuda | HostCuda) -> None:
        self._cuda = cuda
        self.refuses: int | None = None
        self._batch, self._addresses = -1, dict[str, int]()
        self.enqueued = 0

    def set_input_shape(self, _name: str, shape: tuple[int, ...]) -> bool:
        self._batch = shape[0]
        return shape[0] <= LARGEST and shape[1:] == (WIDTH,)

    def get_tensor_shape(self, _name: str) -> tuple[int, int]:
        return self._batch, WIDTH

    def set_tensor_address(self, name: str, address: int) -> None:
        self._addresses[name] = address

    def execute_async_v3(self, stream: int) -> bool:
        self.enqueued += 1
        if self.enqueued == self.refuses:
            return False
        kind = self._cuda.enum("cudaMemcpyKind", "cudaMemcpyDeviceToDevice")
        size = self._batch * WIDTH * 4
        self._cuda.call("cudaMemcpyAsync", self._addresses["y"], self._addresses["x"], size, kind, stream)
        return True


class Engine:
    """x (batch, 1000) -> y, the same."""

    num_io_tensors = 2

    def __init__(self, cuda: Cuda | HostCuda | None = None) -> None:
        self.context = Context(cuda or Cuda())

    def create_execution_context(self) -> Context:
        return self.context

    def get_tensor_name(self, index: int) -> str:
        return "xy"[index]

    def get_tensor_mode(self, name: str) -> str:
        return "in" if name == "x" else "out"

    def get_tensor_shape(self, _name: str) -> tuple[int, int]:
        return -1, WIDTH

    def get_tensor_profile_shape(self, _name: str, _profile: int) -> tuple[tuple[int, int], ...]:
        return (1, WIDTH), (1, WIDTH), (LARGEST, WIDTH)

    def get_tensor_dtype(self, _name: str) -> Any:
        return np.float32


def module(engine: Engine) -> Any:
    """A module whose runtime finds `engine` in every plan."""
    runtime = SimpleNamespace(deserialize_cuda_engine=lambda _plan: engine)
    return SimpleNamespace(
        __name__="fake_trt",
        ILogger=Log,
        TensorIOMode=SimpleNamespace(INPUT="in"),
        nptype=lambda dtype: dtype,
        Runtime=lambda _log: runtime,
    )
