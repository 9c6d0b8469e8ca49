"""Real TensorRT-RTX builds on a machine that needs no GPU, and what is said when they cannot be."""

import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks.common import onnx_detectors, onnx_zoo
from benchmarks.common.onnx_zoo import Graph, value
from engines.backends.trt import build_ahead
from engines.backends.trt_build import BuildOptions, build_plan
from engines.backends.trt_flavour import load, own_target
from engines.compositor.network import weights_file
from engines.errors import EngineError, ModelContractError

trt = pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not installed: no engine can be built")

FAMILIES: dict[str, tuple[Callable[[Path], Path], int | None]] = {
    "inswapper": (partial(onnx_zoo.swapper, size=128, emap_at=-1), None),
    "hyperswap": (partial(onnx_zoo.swapper, size=256, signed=True, mask=True), None),
    "swapper of any batch": (partial(onnx_zoo.swapper, size=128, batch="batch"), None),
    "uniface": (
        partial(onnx_zoo.picture_swapper, size=256, source_px=256, names=("target", "source", "o"), signed=True),
        None,
    ),
    "dfm": (partial(onnx_zoo.dfm, size=224), None),
    "arcface": (onnx_zoo.recogniser, None),
    "crossface": (onnx_zoo.converter, None),
    "gpen": (partial(onnx_zoo.enhancer, size=256), None),
    "xseg": (onnx_zoo.occluder, None),
    "bisenet": (onnx_zoo.parser, None),
    "2d106": (onnx_zoo.landmarks_106, None),
    "yunet": (onnx_detectors.yunet, None),
    "scrfd of any size": (onnx_detectors.scrfd, 320),
    "our compositor": (lambda path: Path(shutil.copyfile(weights_file(".onnx"), path)), None),
}


@pytest.mark.parametrize(("make", "edge"), FAMILIES.values(), ids=FAMILIES)
def test_every_family_builds_for_three_generations_of_gpus(
    tmp_path: Path, make: Callable[[Path], Path], edge: int | None
) -> None:
    path = make(tmp_path / "model.onnx")
    told: list[int] = []
    for targets in (("sm86",), ("sm89",), ("sm120",), ("sm86", "sm89", "sm120")):
        options = BuildOptions(targets, edge=edge)
        plan = build_plan(path, "rtx", options, progress=lambda _label, done, _total: told.append(done))
        runtime = trt.Runtime(trt.Logger(trt.Logger.Severity.INTERNAL_ERROR))
        diagnosis = runtime.get_engine_validity(plan.engine)[1]
        assert diagnosis & 32 == 0, "the engine is malformed"
        assert told == sorted(told), "progress went back"
        assert told[-1] == 1000
        told.clear()


def test_build_that_is_stopped_stops(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(EngineError, match=r"build of m\.onnx was stopped"):
        build_plan(onnx_zoo.swapper(tmp_path / "m.onnx", 64), "rtx", BuildOptions(("sm89",)), cancel=stop)


@pytest.mark.parametrize(("gpu", "target"), [("sm75", ("sm75",)), ("sm89", ("sm89",)), ("sm130", ())])
def test_an_engine_for_the_gpu_at_hand_is_built_for_it_by_name_where_it_has_one(
    gpu: str, target: tuple[str, ...]
) -> None:
    assert own_target(load("rtx"), gpu) == target
    assert own_target(object(), gpu) == ()  # TensorRT has no names


@pytest.mark.parametrize("target", ["sm90", "sm87", "ampere"])
def test_gpu_that_the_library_does_not_know_is_named_with_those_it_knows(tmp_path: Path, target: str) -> None:
    with pytest.raises(EngineError, match=target) as caught:
        build_plan(onnx_zoo.converter(tmp_path / "m.onnx"), "rtx", BuildOptions((target,)))
    assert "sm86, sm89" in caught.value.remedy


def test_graph_that_cannot_be_built_is_told_with_the_node(tmp_path: Path) -> None:
    graph = Graph([value("x", 1, 8)], [value("y", "n")])
    graph.add("Unique", "x", out="y")
    with pytest.raises(ModelContractError, match=r"strange\.onnx.*Unique"):
        build_plan(graph.save(tmp_path / "strange.onnx"), "rtx", BuildOptions(("sm89",)))


def test_picture_of_no_given_size_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(ModelContractError, match="no size was asked for") as caught:
        build_plan(onnx_detectors.scrfd(tmp_path / "det.onnx"), "rtx", BuildOptions(("sm89",)))
    assert "@320" in caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"no model"])
def test_file_that_is_no_model_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelContractError, match=r"bad\.onnx"):
        build_plan(path, "rtx", BuildOptions(("sm89",)))


def test_engine_is_built_once_and_again_only_when_its_file_is_damaged(tmp_path: Path) -> None:
    path = onnx_zoo.swapper(tmp_path / "m.onnx", 64)
    told: list[str] = []
    build = partial(
        build_ahead, path, "rtx", tmp_path / "engines", targets=("sm89",), progress=lambda label, *_: told.append(label)
    )
    engine = build()
    assert told
    told.clear()
    assert build() == engine
    assert told == []
    whole = engine.read_bytes()
    engine.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert build() == engine
    assert told, "a damaged engine was taken"
    assert engine.read_bytes()[:100] == whole[:100]


def test_version_of_the_package_is_new_enough() -> None:
    assert load("rtx").__version__
