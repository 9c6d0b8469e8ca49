"""Weights that an ONNX file keeps in another one are read from beside it, and from nowhere else on the disk."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from engines.backends import Session
from engines.backends.onnx_file import EMAP_SHAPE, read_emap
from engines.backends.onnxruntime import OrtSession
from engines.backends.openvino import OpenVinoSession
from engines.errors import ModelContractError

WEIGHTS = np.random.default_rng(0).random(EMAP_SHAPE, np.float32)
Reader = Callable[[Path], NDArray[np.float32] | None]


def multiplied(session: Session) -> NDArray[np.float32]:
    """The weights, as the network's answer tells them."""
    return np.asarray(session.run(np.eye(EMAP_SHAPE[0], dtype=np.float32))["y"], np.float32)


READERS: dict[str, Reader] = {
    "onnx": read_emap,
    "onnxruntime": lambda path: multiplied(OrtSession(path)),
    "openvino": lambda path: multiplied(OpenVinoSession(path)),
}


def network(path: Path, location: str) -> Path:
    """y = x @ weights, which are where `location` says, as seen from the file's folder."""
    weights = numpy_helper.from_array(WEIGHTS, "w")
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value=location)
    sides = [helper.make_tensor_value_info(name, TensorProto.FLOAT, EMAP_SHAPE) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", sides[:1], sides[1:], [weights])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(made.SerializeToString())
    return path


@pytest.mark.parametrize("reader", READERS)
def test_weights_beside_the_file_are_read(tmp_path: Path, reader: str) -> None:
    (tmp_path / "w.bin").write_bytes(WEIGHTS.tobytes())
    assert READERS[reader](network(tmp_path / "a.onnx", "w.bin")) == pytest.approx(WEIGHTS, abs=1e-5)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("place", ["../w.bin", "inner/../../w.bin", "absolute", "link.bin"])
def test_weights_elsewhere_are_refused(tmp_path: Path, reader: str, place: str) -> None:
    private, folder = tmp_path / "w.bin", tmp_path / "models"
    (folder / "inner").mkdir(parents=True)
    private.write_bytes(WEIGHTS.tobytes())
    (folder / "link.bin").symlink_to(private)
    path = network(folder / "a.onnx", str(private) if place == "absolute" else place)
    with pytest.raises(ModelContractError, match=r"a\.onnx"):
        READERS[reader](path)
