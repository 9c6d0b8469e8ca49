"""The little of CUDA that TensorRT needs: memory, one stream, graphs. The only importer of `cuda.bindings`.

Knows CUDA's two ways of failing (a code that comes back, an exception for a missing library); knows no network.
"""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.errors import BackendUnavailableError, EngineError
from models.install import to_add


class Cuda:
    """The CUDA runtime of the first GPU. Raises BackendUnavailableError when there is none."""

    def __init__(self) -> None:
        try:
            from cuda.bindings import runtime  # noqa: PLC0415  an extra
        except ImportError as error:
            raise BackendUnavailableError(f"cuda-python does not load: {error}", remedy=to_add("rtx", "cpu")) from error
        self._api = runtime
        code, count = self._attempt("cudaGetDeviceCount")
        if code != runtime.cudaError_t.cudaSuccess or not count:
            raise BackendUnavailableError(
                f"no NVIDIA GPU that CUDA can use: {code.name}",
                remedy="install or update NVIDIA's driver (nvidia-smi shows it); without such a GPU use --device cpu",
            )

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function of the runtime. Returns its values; raises EngineError with CUDA's name for what failed."""
        code, *values = self._attempt(name, *arguments)
        if code != self._api.cudaError_t.cudaSuccess:
            raise EngineError(f"{name} failed: {code.name}", remedy="liveswap doctor; another program may fill the GPU")
        return values[0] if len(values) == 1 else tuple(values)

    def enum(self, kind: str, name: str) -> Any:
        """A constant, e.g. enum("cudaMemcpyKind", "cudaMemcpyHostToDevice")."""
        return getattr(getattr(self._api, kind), name)

    def architecture(self) -> str:
        """ "sm89" for a GPU of compute capability 8.9."""
        found = self.call("cudaGetDeviceProperties", 0)
        return f"sm{found.major}{found.minor}"

    def driver_version(self) -> str:
        """ "13.0" for the newest CUDA that the driver can serve."""
        version = int(self.call("cudaDriverGetVersion"))
        return f"{version // 1000}.{version % 1000 // 10}"

    def pinned(self, shape: tuple[int, ...], dtype: Any) -> tuple[int, NDArray[Any]]:
        """Page-locked host memory: its address, and an array over it. Give the address to cudaFreeHost."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        address = int(self.call("cudaHostAlloc", size, 0))
        memory = (ctypes.c_byte * size).from_address(address)
        return address, np.frombuffer(memory, dtype).reshape(shape)

    def _attempt(self, name: str, *arguments: Any) -> Any:
        try:
            return getattr(self._api, name)(*arguments)
        except RuntimeError as error:  # DynamicLibNotFoundError is one
            raise BackendUnavailableError(
                f"no NVIDIA driver: {error}", remedy="install NVIDIA's driver; without such a GPU use --device cpu"
            ) from error
