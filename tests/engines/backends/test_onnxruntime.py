import os
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import onnx
import pytest

from benchmarks.common import onnx_zoo
from engines.backends.native_log import native_stderr_kept
from engines.backends.onnxruntime import OrtSession, require_provider
from engines.backends.parity import agreement_db, question
from engines.backends.probe import probe
from engines.errors import BackendUnavailableError, ModelContractError


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return onnx_zoo.swapper(tmp_path_factory.mktemp("ort") / "swapper.onnx", 64, mask=True)


def tensors(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.random((1, 3, 64, 64), np.float32), rng.random((1, 512), np.float32)


def test_inputs_and_outputs_are_named_with_shapes_and_types(tmp_path: Path) -> None:
    session = OrtSession(onnx_zoo.recogniser(tmp_path / "r.onnx"))
    assert [(spec.name, spec.shape, spec.dtype) for spec in session.inputs] == [
        ("input.1", (-1, 3, 112, 112), "float32")
    ]
    assert [spec.name for spec in session.outputs] == ["683"]


@pytest.mark.parametrize("bound", [False, True])
def test_run_gives_outputs_by_name_that_stay_the_callers(model: Path, bound: bool) -> None:
    session = OrtSession(model, bound=bound)
    target, latent = tensors()
    first = session.run(target, latent)
    kept = first["output"].copy()
    session.run(*tensors(1))
    assert set(first) == {"output", "mask"}
    assert (first["output"] == kept).all()
    colour = onnx_zoo.identity_colour(latent).reshape(1, 3, 1, 1)
    assert first["output"] == pytest.approx(target * onnx_zoo.KEPT + colour * (1 - onnx_zoo.KEPT), abs=1e-5)


def test_bound_run_refuses_another_shape(model: Path) -> None:
    with pytest.raises(ValueError, match=r"takes \(1, 3, 64, 64\)"):
        OrtSession(model, bound=True).run(np.zeros((1, 3, 32, 32), np.float32), np.zeros((1, 512), np.float32))


@pytest.mark.gpu
@pytest.mark.parametrize("batch", [1, "batch"])
def test_cuda_computes_what_the_cpu_computes(tmp_path: Path, batch: int | str) -> None:
    if reason := probe("cuda").reason:
        pytest.skip(f"no CUDA: {reason}")
    path = onnx_zoo.swapper(tmp_path / "m.onnx", 128, batch=batch)
    session, reference = OrtSession(path, "cuda"), OrtSession(path)
    tensors = question(reference.inputs)
    for factor in (1.0, 0.5, 2.0):  # a graph that kept its first input would give the first answer again
        asked = [tensor * np.float32(factor) for tensor in tensors]
        assert agreement_db(session.run(*asked), reference.run(*asked)) > 60
    session.close()


@pytest.mark.parametrize("device", ["cuda", "coreml", "directml"])
def test_device_that_is_not_here_is_an_error_and_never_the_cpu(model: Path, device: str) -> None:
    if probe(device).usable:
        pytest.skip(f"{device} works on this machine")
    with pytest.raises(BackendUnavailableError) as caught:
        OrtSession(model, device)
    assert "liveswap doctor" in caught.value.remedy


@pytest.mark.parametrize("used", [["CPUExecutionProvider"], []])
def test_provider_that_falls_back_is_an_error_with_its_reason(used: list[str]) -> None:
    with pytest.raises(BackendUnavailableError, match=r"instead of CUDAExecutionProvider: .*libcublasLt"):
        require_provider("CUDAExecutionProvider", used, "Failed to load library: libcublasLt.so.13\n")
    require_provider("CUDAExecutionProvider", ["CUDAExecutionProvider", "CPUExecutionProvider"], "")


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x01"])
def test_file_that_is_no_model_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelContractError, match=r"bad\.onnx"):
        OrtSession(path)


def test_model_may_come_as_bytes(model: Path) -> None:
    content = onnx.load(str(model)).SerializeToString()
    assert OrtSession(content).run(*tensors())["output"].shape == (1, 3, 64, 64)


def test_closing_twice_is_fine(model: Path) -> None:
    session = OrtSession(model)
    session.close()
    session.close()


def test_models_that_load_at_once_keep_their_own_words_and_give_the_terminal_back(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Two threads in such blocks, the first of which leaves first; then descriptor 2 led to a deleted file for ever."""
    with ExitStack() as first, ExitStack() as second:
        one = first.enter_context(native_stderr_kept())
        os.write(2, b"one ")
        other = second.enter_context(native_stderr_kept())
        os.write(2, b"both ")
        first.close()
        os.write(2, b"other")
        assert (one.text, other.text) == ("one both ", "both other")
    os.write(2, b"shown")
    assert (one.text, other.text) == ("one both ", "both other")
    assert capfd.readouterr().err == "shown"


def test_native_words_are_kept_and_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with native_stderr_kept() as log:
        os.write(2, b"the reason")
    assert log.text == "the reason"
    assert capfd.readouterr().err == ""
