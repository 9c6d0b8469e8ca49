"""What TensorRtSession asks of TensorRT, answered without it: a network that gives back its input.

Its one operation is a copy on the GPU, enqueued as TensorRT would enqueue kernels. So everything of ours around a
network (memory, shapes, streams, graphs) runs on a real GPU where TensorRT itself cannot be installed.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from engines.backends.cuda import Cuda

LARGEST = 4
"""Of the batch, which is free."""
WIDTH = 1000


class Log:
    """An ILogger, of which a base class is made."""

    Severity = SimpleNamespace(ERROR=1, INTERNAL_ERROR=0)


class Context:
    """Shapes and addresses; `execute_async_v3` copies."""

    def __init__(self) -> None:
        self._cuda = Cuda()
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
        kind = self._cuda.enum("cudaMemcpyKind", "cudaMemcpyDeviceToDevice")
        size = self._batch * WIDTH * 4
        self._cuda.call("cudaMemcpyAsync", self._addresses["y"], self._addresses["x"], size, kind, stream)
        return True


class Engine:
    """x (batch, 1000) -> y, the same."""

    num_io_tensors = 2

    def __init__(self) -> None:
        self.context = Context()

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
