"""OpenVINO computes what ONNX Runtime computes, and says when it cannot."""

from pathlib import Path

import pytest

from benchmarks.common import onnx_zoo
from engines.backends.onnxruntime import OrtSession
from engines.backends.parity import agreement_db, question
from engines.errors import BackendUnavailableError, ModelContractError

pytest.importorskip("openvino", reason="openvino is not installed")
from engines.backends.openvino import OpenVinoSession


@pytest.mark.parametrize("batch", [1, "batch"])
def test_same_names_shapes_and_numbers_as_onnx_runtime(tmp_path: Path, batch: int | str) -> None:
    path = onnx_zoo.swapper(tmp_path / "m.onnx", 64, mask=True, batch=batch)
    ours, reference = OpenVinoSession(path, threads=2), OrtSession(path)
    assert ours.inputs == reference.inputs
    assert {spec.name for spec in ours.outputs} == {spec.name for spec in reference.outputs}
    tensors = question(reference.inputs)
    first = ours.run(*tensors)
    kept = {name: array.copy() for name, array in first.items()}
    ours.run(*[tensor * 0 for tensor in tensors])
    assert agreement_db(first, reference.run(*tensors)) > 80
    assert all((first[name] == kept[name]).all() for name in kept)


def test_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(ModelContractError, match=r"bad\.onnx"):
        OpenVinoSession(path)


def test_device_that_is_not_here_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BackendUnavailableError, match="no device NPU here, only CPU"):
        OpenVinoSession(onnx_zoo.converter(tmp_path / "m.onnx"), "NPU")
