"""OpenVINO: ONNX models on Intel's CPUs, GPUs and NPUs. The only importer of `openvino`.

Knows its compile options and how to see where a model really runs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.backends import TensorSpec
from engines.errors import BackendUnavailableError, ModelContractError
from models.install import to_add


class OpenVinoSession:
    """An ONNX model, compiled.

    device: "CPU", "GPU" or "NPU". threads: of the CPU; None for OpenVINO's choice. Raises BackendUnavailableError
    without the package or the device, ModelContractError for a file that is no usable model.
    """

    def __init__(self, path: Path, device: str = "CPU", *, threads: int | None = None) -> None:
        try:
            import openvino  # noqa: PLC0415  an extra, and heavy
        except ImportError as error:
            raise BackendUnavailableError(
                f"OpenVINO does not load: {error}", remedy=to_add("openvino", "cpu")
            ) from error
        core = openvino.Core()
        if not any(name.partition(".")[0] == device for name in core.available_devices):
            raise BackendUnavailableError(
                f"OpenVINO has no device {device} here, only {', '.join(core.available_devices) or 'none'}",
                remedy="install that device's driver, or use another --device",
            )
        options: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        if threads is not None:
            options["INFERENCE_NUM_THREADS"] = threads
        try:
            model = core.read_model(str(path))
            self._compiled = core.compile_model(model, device, options)
        except RuntimeError as error:
            raise ModelContractError(
                f"{path.name} is not a model that OpenVINO can run: {error}", remedy="use --device cpu"
            ) from error
        used = self._compiled.get_property("EXECUTION_DEVICES")
        if not any(str(name).partition(".")[0] == device for name in used):
            raise BackendUnavailableError(
                f"OpenVINO wanted to run on {', '.join(map(str, used))} instead of {device}", remedy="use --device cpu"
            )
        self._request = self._compiled.create_infer_request()
        self.inputs = tuple(_spec(port) for port in self._compiled.inputs)
        self.outputs = tuple(_spec(port) for port in self._compiled.outputs)

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        contiguous = [np.ascontiguousarray(tensor) for tensor, _ in zip(tensors, self.inputs, strict=True)]
        made = self._request.infer(contiguous)
        return {spec.name: np.array(made[index]) for index, spec in enumerate(self.outputs)}

    def close(self) -> None:
        """Nothing to release by hand: the model goes with its last reference."""


def _spec(port: Any) -> TensorSpec:
    shape = tuple(int(size.get_length()) if size.is_static else -1 for size in port.partial_shape)
    return TensorSpec(port.any_name, shape, np.dtype(port.element_type.to_dtype()).name)
