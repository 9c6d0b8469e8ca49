"""What a file is: by its bytes, its name, its tensors, or a clear no."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from benchmarks.common import onnx_detectors, onnx_zoo
from engines.errors import ModelContractError
from engines.identify import identify, plain_name
from engines.registry import check_contract
from models.disk import sha256_of
from models.manifest import Manifest, load_manifest
from models.spec import FileSource

Maker = Callable[[Path], Path]

INSWAPPER: Maker = partial(onnx_zoo.swapper, size=128, emap_at=-1)
UNIFACE: Maker = partial(
    onnx_zoo.picture_swapper, size=256, source_px=256, names=("target", "source", "o"), signed=True
)
KNOWN: dict[str, tuple[str, Maker, str]] = {
    "swapper by its name": ("inswapper_128.onnx", INSWAPPER, "inswapper_128"),
    "other program's name": ("inswapper_128.fp16.onnx", INSWAPPER, "inswapper_128_fp16"),
    "swapper by its tensors": ("mine.onnx", INSWAPPER, "mine"),
    "picture swapper": ("u.onnx", UNIFACE, "u"),
    "dfm": ("Some One.dfm", lambda p: onnx_zoo.dfm(p, 224), "some_one"),
    "dfm without morph": ("one.onnx", lambda p: onnx_zoo.dfm(p, 256, morph=False), "one"),
    "recogniser": ("w600k_r50.onnx", onnx_zoo.recogniser, "w600k_r50"),
    "detector": ("det_10g.onnx", onnx_detectors.scrfd, "det_10g"),
    "yunet under its full name": ("face_detection_yunet_2023mar.onnx", onnx_detectors.yunet, "yunet_2023mar"),
    "landmarks": ("2d106det.onnx", onnx_zoo.landmarks_106, "2d106det"),
    "parser by its tensors": ("p.onnx", onnx_zoo.parser, "p"),
    "occluder by its tensors": ("x.onnx", onnx_zoo.occluder, "x"),
}


@pytest.mark.parametrize(("name", "make", "expected"), KNOWN.values(), ids=KNOWN)
def test_file_is_recognised_and_used_where_it_lies(tmp_path: Path, name: str, make: Maker, expected: str) -> None:
    path = make(tmp_path / name)
    spec = identify(path, load_manifest())
    assert spec.name == expected
    assert spec.source == FileSource(path)
    assert (spec.sha256, spec.bytes) == (sha256_of(path), path.stat().st_size)
    assert spec.terms is None


def test_file_is_recognised_by_its_bytes_whatever_its_name(tmp_path: Path) -> None:
    path = onnx_zoo.swapper(tmp_path / "renamed.onnx", 256)
    twin = replace(load_manifest().get("hyperswap_1b_256"), sha256=sha256_of(path))
    assert identify(path, load_manifest().with_rows(Manifest((twin,)))).name == "hyperswap_1b_256"


def test_name_that_promises_another_network_is_refused_with_the_difference(tmp_path: Path) -> None:
    path = onnx_zoo.swapper(tmp_path / "inswapper_128.onnx", 256)
    with pytest.raises(ModelContractError, match=r"\(1, 3, 128, 128\), the file has target \[1, 3, 256, 256\]"):
        identify(path, load_manifest())


def test_file_that_only_its_maker_can_tell_asks_for_it_and_takes_the_answer(tmp_path: Path) -> None:
    path = onnx_zoo.swapper(tmp_path / "unclear.onnx", 512)
    rows = load_manifest()
    other = replace(rows.get("simswap_unofficial_512"), name="other_512", output=rows.get("hyperswap_1a_256").output)
    rows = rows.with_rows(Manifest((other,)))
    with pytest.raises(ModelContractError, match="fits several") as caught:
        identify(path, rows)
    assert "--like one of simswap_unofficial_512, other_512" in caught.value.remedy
    assert identify(path, rows, like="other_512").output == other.output


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda p: onnx_zoo.swapper(p, 200),
            r"inputs target \[1, 3, 200, 200\].*target's picture of shape \(1, 3, 128",
        ),
        (onnx_zoo.converter, "not a model that liveswap knows|fits several"),
    ],
)
def test_file_that_fits_nothing_is_refused_with_what_it_has(tmp_path: Path, make: Maker, words: str) -> None:
    rows = Manifest(tuple(spec for spec in load_manifest() if spec.task != "convert"))
    with pytest.raises(ModelContractError, match=words):
        identify(make(tmp_path / "strange.onnx"), rows)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04"])
def test_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelContractError, match=r"x\.onnx"):
        identify(path, load_manifest())


@pytest.mark.parametrize(
    ("name", "plain"), [("A b-C.onnx", "a_b_c"), ("..onnx", "model"), ("GPEN-BFR-256.onnx", "gpen_bfr_256")]
)
def test_row_names_are_made_of_small_letters_and_digits(name: str, plain: str) -> None:
    assert plain_name(Path(name)) == plain


def test_row_of_a_family_without_onnx_files_is_refused(tmp_path: Path) -> None:
    from engines.backends.onnxruntime import OrtSession  # noqa: PLC0415

    session = OrtSession(onnx_zoo.converter(tmp_path / "c.onnx"))
    with pytest.raises(ModelContractError, match="blazeface"):
        check_contract(load_manifest().get("face_detection_back"), session)
