"""What can be known of execution without a GPU; the rest is marked `gpu`."""

import ast
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from benchmarks.common import onnx_zoo
from engines.backends import trt_session
from engines.backends.cuda import Cuda
from engines.backends.onnxruntime import OrtSession
from engines.backends.parity import agreement_db, question
from engines.backends.probe import probe
from engines.backends.trt import open_engine
from engines.backends.trt_flavour import Flavour
from engines.errors import BackendUnavailableError
from tests.engines import fake_trt

SOURCES = [
    Path(__file__).parents[3] / "engines" / "backends" / f"trt_{part}.py" for part in ("build", "flavour", "session")
]
STUBS = {
    "libnvinfer.so.11": (
        *("createInferBuilder_INTERNAL", "createInferRefitter_INTERNAL", "createInferRuntime_INTERNAL"),
        *("getBuilderPluginRegistry", "getPluginRegistry"),
    ),
    "libnvonnxparser.so.11": (
        *("createNvOnnxParser_INTERNAL", "createNvOnnxParserRefitter_INTERNAL", "getNvOnnxParserVersion"),
    ),
    "libnvinfer_plugin.so.11": ("initLibNvInferPlugins",),
}
"""The only symbols that the bindings of TensorRT 11.4 want from elsewhere (shared/runtime-facts.md, 2.2)."""
RTX_ONLY = {"ComputeCapability", "num_compute_capabilities", "set_compute_capability"}


def has_gpu() -> bool:
    try:
        Cuda()
    except BackendUnavailableError:
        return False
    return True


@pytest.mark.skipif(has_gpu(), reason="there is a GPU")
@pytest.mark.parametrize("flavour", ["rtx", "tensorrt"])
def test_without_a_gpu_there_is_an_error_with_a_cure_before_anything_is_built(tmp_path: Path, flavour: Flavour) -> None:
    with pytest.raises(BackendUnavailableError, match="NVIDIA") as caught:
        open_engine(onnx_zoo.converter(tmp_path / "m.onnx"), flavour, tmp_path / "engines")
    assert "driver" in caught.value.remedy
    assert not (tmp_path / "engines").exists()


def names_used() -> set[str]:
    """Every attribute that our code takes from TensorRT's module or objects."""
    found = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                root = ast.unparse(node.value).split(".")[0]
                owners = {"trt", "builder", "network", "config", "profile", "parser", "error", "tensor", "runtime"}
                inside = ast.unparse(node.value) in {"self._engine", "self._context", "self._runtime"}
                if root in owners or inside:
                    found.add(node.attr)
    return found - {"__version__", "__name__"} - RTX_ONLY


def test_every_name_we_use_is_in_the_real_bindings_of_tensorrt_11(tmp_path: Path) -> None:
    if find_spec("tensorrt_bindings") is None or shutil.which("gcc") is None:
        pytest.skip("tensorrt-cu13-bindings or gcc is missing")
    for library, symbols in STUBS.items():
        source = tmp_path / "stub.c"
        source.write_text("".join(f"void *{symbol}(void) {{ return 0; }}\n" for symbol in symbols))
        command = ["gcc", "-shared", "-fPIC", f"-Wl,-soname,{library}", "-o", str(tmp_path / library), str(source)]
        subprocess.run(command, check=True)
    list_names = (
        "import tensorrt_bindings as t, inspect\n"
        "names = set(dir(t))\n"
        "for _, kind in inspect.getmembers(t, inspect.isclass): names |= set(dir(kind))\n"
        "print(t.__version__); print(*names)"
    )
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", list_names], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    version, names = done.stdout.splitlines()
    assert version.startswith("11.")
    used = names_used()
    assert {"execute_async_v3", "parse_from_file", "build_serialized_network", "set_memory_pool_limit"} <= used
    assert used - set(names.split()) == set()
    assert "FP16" not in names.split()  # so that nobody looks for it


@pytest.mark.gpu
@pytest.mark.parametrize("flavour", ["rtx", "tensorrt"])
@pytest.mark.parametrize("batch", [1, "batch"])
def test_engine_computes_what_the_cpu_computes_with_and_without_a_graph(
    tmp_path: Path, batch: int | str, flavour: Flavour
) -> None:
    if reason := probe(flavour).reason:
        pytest.skip(f"no {flavour}: {reason}")
    path = onnx_zoo.swapper(tmp_path / "m.onnx", 128, batch=batch)
    reference = OrtSession(path)
    with open_engine(path, flavour, tmp_path / "engines") as session:
        tensors = question(reference.inputs)
        for _ in range(3):  # plain, captured, replayed
            assert agreement_db(session.run(*tensors), reference.run(*tensors)) > 60
        if batch != 1:
            doubled = [np.concatenate([tensor, tensor * 0.5]) for tensor in tensors]
            assert agreement_db(session.run(*doubled), reference.run(*doubled)) > 60
    session.close()


@pytest.mark.parametrize(
    "fault",
    [None, "TensorRT", "cudaMemcpyAsync", "cudaStreamBeginCapture", "cudaStreamEndCapture", "cudaGraphInstantiate"],
)
def test_recording_that_fails_costs_speed_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str | None
) -> None:
    """The stream stayed in its recording, in which every later run fails."""
    cuda = fake_trt.HostCuda()
    engine = fake_trt.Engine(cuda)
    monkeypatch.setattr(trt_session, "load", lambda _flavour: fake_trt.module(engine))
    monkeypatch.setattr(trt_session, "Cuda", lambda: cuda)
    with trt_session.TensorRtSession(b"", "tensorrt", "copier") as session:
        for number in range(4):
            if number == 1 and fault == "TensorRT":
                engine.context.refuses = 2
            elif number == 1 and fault is not None:
                cuda.faults.add(fault)
            asked = np.full((1, fake_trt.WIDTH), number, np.float32)
            assert (session.run(asked)["y"] == asked).all()
        assert len(cuda.live) == (1 if fault is None else 0), "a graph that nobody launches"
    assert ("no CUDA graph" in caplog.text) == (fault is not None)
    assert cuda.live == []


@pytest.mark.gpu
@pytest.mark.skipif(not has_gpu(), reason="no NVIDIA GPU")
def test_memory_shapes_and_graphs_hold_around_any_network(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = fake_trt.Engine()
    monkeypatch.setattr(trt_session, "load", lambda _flavour: fake_trt.module(engine))
    with trt_session.TensorRtSession(b"", "tensorrt", "copier") as session:
        assert session.inputs[0].shape == (-1, fake_trt.WIDTH)
        for batch in (1, 4, 2):
            for number in range(5):
                asked = np.full((batch, fake_trt.WIDTH), number, np.float32) + np.arange(fake_trt.WIDTH, dtype="f4")
                assert (session.run(asked)["y"] == asked).all()
        assert engine.context.enqueued == 3 * 2  # of each shape one plain run and one recorded; the rest are replayed
        with pytest.raises(ValueError, match="cannot have the shape"):
            session.run(np.zeros((5, fake_trt.WIDTH), np.float32))
    session.close()
