"""LiteRT: the runtime of the .tflite models. The only importer of `ai_edge_litert`.

Chosen because it runs BlazeFace and face mesh 3-4x faster than ONNX Runtime, whose blocked layout PReLU falls out of.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engines.backends import TensorSpec
from engines.backends.cores import available_cores
from engines.backends.native_log import native_stderr_kept
from engines.errors import BackendUnavailableError, ModelContractError

MOST_THREADS = 2


class LiteRtSession:
    """A .tflite model, loaded, with its buffers allocated.

    path: the model file. threads: of the XNNPACK delegate; None for the best for nets of a millisecond, MOST_THREADS if
    there are so many cores: they wait for each other in loops, which costs a third on a single core.
    Raises BackendUnavailableError without the runtime, ModelContractError for a file that is no such model.
    """

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415  heavy: only when a model is opened
        except ImportError as error:
            raise BackendUnavailableError(
                f"LiteRT does not load: {error}", remedy="pip install --force-reinstall ai-edge-litert"
            ) from error
        try:
            with native_stderr_kept():  # it announces its delegate there and has no switch for that
                self._interpreter = Interpreter(str(path), num_threads=threads or min(MOST_THREADS, available_cores()))
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelContractError(
                f"{path.name} is not a usable .tflite model: {error}", remedy="liveswap models verify"
            ) from error
        inputs = self._interpreter.get_input_details()
        outputs = self._interpreter.get_output_details()
        self.inputs = tuple(_spec(detail) for detail in inputs)
        self.outputs = tuple(_spec(detail) for detail in outputs)
        self._input_indices = [detail["index"] for detail in inputs]
        self._output_views = {detail["name"]: self._interpreter.tensor(detail["index"]) for detail in outputs}

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        for index, tensor in zip(self._input_indices, tensors, strict=True):
            self._interpreter.set_tensor(index, tensor)
        self._interpreter.invoke()
        return {name: view().copy() for name, view in self._output_views.items()}

    def close(self) -> None:
        """Nothing to release by hand: the interpreter goes with its last reference."""


def _spec(detail: dict[str, Any]) -> TensorSpec:
    return TensorSpec(detail["name"], tuple(int(n) for n in detail["shape"]), detail["dtype"].__name__)
