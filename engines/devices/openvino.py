"""Intel's OpenVINO. `auto` does not take it: in fp32 it ties with ONNX Runtime (shared/runtime-facts.md, 4)."""

from pathlib import Path

from engines.backends import Opening, Session
from engines.backends.lacks import needs_wheel
from engines.kinds import device


@device("openvino", needs=(needs_wheel("openvino", extra="openvino"),), ladder=("fp32",))
def open_on_openvino(path: Path, _at: Opening) -> Session:
    from engines.backends.openvino import OpenVinoSession  # noqa: PLC0415  an extra

    return OpenVinoSession(path)
