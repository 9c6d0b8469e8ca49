"""The ladder of precisions, on ONNX Runtime: the same code decides on a GPU."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.common.onnx_zoo import Graph, emap, random, swapper, value
from engines.backends.onnx_file import cached_emap, read_emap
from engines.backends.onnxruntime import OrtSession
from engines.backends.parity import agreement_db, question
from engines.backends.precision import LADDER, open_checked
from engines.errors import BackendUnavailableError, EngineError, ModelContractError

pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning", "ignore:.*:DeprecationWarning")


def overflowing(path: Path, *, inside: str) -> Path:
    """A network with a number past 65504: in a quotient, which mixed precision spares, or elsewhere."""
    graph = Graph([value("x", 1, 3, 32, 32)], [value("y", 1, 3, 32, 32)])
    large = graph.add("Mul", "x", graph.constant(3e4))
    if inside == "elsewhere":
        graph.add("Mul", graph.add("Mul", large, graph.constant(1e6)), graph.constant(1e-9), out="y")
    else:
        graph.add("Div", large, graph.constant(1e6), out="y")
    return graph.save(path)


@pytest.mark.parametrize(
    ("inside", "precision", "rejected"),
    [("nowhere", "fp16", 0), ("quotient", "mixed", 1), ("elsewhere", "fp32", 2)],
)
def test_lowest_precision_that_computes_the_same_is_taken(
    tmp_path: Path, inside: str, precision: str, rejected: int
) -> None:
    model = tmp_path / "m.onnx"
    if inside == "nowhere":
        swapper(model, 32)
    else:
        overflowing(model, inside=inside)
    found = open_checked(model, tmp_path / "half", open_engine=OrtSession, open_reference=OrtSession)
    assert found.precision == precision
    assert found.agreement_db > 30
    assert len(found.rejected) == rejected
    assert [spec.dtype for spec in found.session.inputs] == ["float32"] * len(found.session.inputs)


def test_engine_that_is_wrong_at_every_precision_is_refused(tmp_path: Path) -> None:
    class Shuffled(OrtSession):
        def run(self, *tensors: Any) -> Any:
            return {name: made[:, ::-1] for name, made in super().run(*tensors).items()}

    model = swapper(tmp_path / "m.onnx", 32)
    with pytest.raises(EngineError, match=r"computes something else .*fp16.*mixed.*fp32"):
        open_checked(model, tmp_path, open_engine=Shuffled, open_reference=OrtSession)


@pytest.mark.parametrize(
    ("refused", "taken", "kind"),
    [(("fp16",), "mixed", ModelContractError), (("fp16", "mixed"), "fp32", BackendUnavailableError)],
)
def test_precision_that_does_not_open_is_passed_over_and_said(
    tmp_path: Path, refused: tuple[str, ...], taken: str, kind: type[EngineError]
) -> None:
    model = swapper(tmp_path / "m.onnx", 32)

    def opened(file: Path) -> OrtSession:
        if any(file.stem.endswith(precision) for precision in refused):
            raise kind("type mismatch", remedy="another device")
        return OrtSession(file)

    found = open_checked(model, tmp_path / "half", open_engine=opened, open_reference=OrtSession)
    assert found.precision == taken
    assert found.rejected == tuple(f"{name}: type mismatch" for name in LADDER[: LADDER.index(found.precision)])


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (ModelContractError("no such layer", remedy="another device"), 3),
        (EngineError("the build was stopped", remedy="later"), 1),
    ],
    ids=["at no precision", "stopped by a person"],
)
def test_network_that_does_not_open_says_why(tmp_path: Path, error: EngineError, tries: int) -> None:
    tried: list[Path] = []

    def opened(file: Path) -> OrtSession:
        tried.append(file)
        raise error

    with pytest.raises(EngineError) as caught:
        open_checked(swapper(tmp_path / "m.onnx", 32), tmp_path, open_engine=opened, open_reference=OrtSession)
    assert caught.value is error
    assert len(tried) == tries


@pytest.mark.parametrize(
    ("noise", "low", "high"), [(0.0, 200, 300), (0.01, 39, 41), (0.1, 19, 21), (np.nan, -np.inf, -np.inf)]
)
def test_agreement_is_the_peak_signal_to_noise_ratio(noise: float, low: float, high: float) -> None:
    wanted = np.linspace(0, 1, 1001)
    error = noise * np.where(np.arange(1001) % 2, 1, -1)
    assert low <= agreement_db({"y": wanted + error}, {"y": wanted}) <= high


def test_question_is_the_same_every_time_and_fits(tmp_path: Path) -> None:
    inputs = OrtSession(swapper(tmp_path / "m.onnx", 40, batch="n")).inputs
    first, second = question(inputs), question(inputs)
    assert [tensor.shape for tensor in first] == [(1, 3, 40, 40), (1, 512)]
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert 0 <= first[0].min() < first[0].max() <= 1
    assert np.linalg.norm(first[1]) == pytest.approx(1)


@pytest.mark.parametrize("place", [-1, 0, 2])
def test_emap_is_found_wherever_it_stands_and_remembered(tmp_path: Path, place: int) -> None:
    model = swapper(tmp_path / "m.onnx", 32, emap_at=place)
    cache = tmp_path / "derived" / "m.npy"
    np.testing.assert_array_equal(cached_emap(model, cache), emap())
    model.unlink()
    np.testing.assert_array_equal(cached_emap(model, cache), emap())


def test_file_without_emap_has_none_and_with_two_is_refused(tmp_path: Path) -> None:
    assert read_emap(swapper(tmp_path / "none.onnx", 32)) is None
    graph = Graph([value("x", 1, 512)], [value("y", 1, 512)])
    once = graph.add("MatMul", "x", graph.constant(random(512, 512)))
    graph.add("MatMul", once, graph.constant(random(512, 512, seed=8)), out="y")
    with pytest.raises(ModelContractError, match="2 matrices"):
        read_emap(graph.save(tmp_path / "two.onnx"))


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"\xff\xff\xff")
    with pytest.raises(ModelContractError, match=r"bad\.onnx"):
        read_emap(path)
