import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from models.errors import ManifestError, UnknownModelError
from models.manifest import Manifest, load_manifest
from models.spec import FileSource, HttpsSource, HubSource, ModelSpec, OwnSource, PackSource, PypiSource
from realtime.built_in_models import FACES, HANDS

ROW = {
    "task": '"detect"',
    "family": '"blazeface"',
    "input": '{ size_px = 128, order = "rgb", mean = 127.5, std = 127.5 }',
    "licence": '"MIT"',
    "credit": '"someone"',
    "source": '{ https = "https://example.org/face.onnx" }',
    "sha256": f'"{"0a" * 32}"',
    "bytes": "12",
}


def manifest_of(folder: Path, changed: Mapping[str, str | None], name: str = "face") -> Manifest:
    """The manifest with one row, ROW but for `changed`; None leaves a key out."""
    row = {key: value for key, value in {**ROW, **changed}.items() if value is not None}
    path = folder / "manifest.toml"
    path.write_text(f"[{name}]\n" + "\n".join(f"{key} = {value}" for key, value in row.items()), encoding="utf-8")
    return load_manifest(path)


@pytest.mark.smoke
@pytest.mark.parametrize("spec", load_manifest().specs, ids=lambda spec: spec.name)
def test_built_in_row_names_its_licence_its_maker_and_the_bytes_it_promises(spec: ModelSpec) -> None:
    assert spec.licence
    assert spec.credit
    assert re.fullmatch("[0-9a-f]{64}", spec.sha256) or isinstance(spec.source, OwnSource)
    assert spec.bytes is None or spec.bytes > 0


@pytest.mark.smoke
def test_default_install_needs_a_detector_and_a_landmark_model_of_faces_and_of_hands() -> None:
    assert [spec.name for spec in load_manifest() if spec.default] == [*FACES, *HANDS]


def test_networks_that_see_have_inputs_and_what_is_seen_has_none() -> None:
    assert all((spec.input is None) == (spec.task in {"picture", "convert"}) for spec in load_manifest())


def test_files_that_others_may_not_use_freely_name_their_terms() -> None:
    free = {"MIT", "Apache-2.0", "GPL-3.0", "AGPL-3.0", "public domain"}
    assert all((spec.terms is None) == (spec.licence in free) for spec in load_manifest())


def test_every_swapper_says_how_it_is_told_who_to_show_and_what_it_needs_is_there() -> None:
    manifest = load_manifest()
    for spec in manifest.for_task("swap"):
        assert spec.identity is not None
        assert spec.identity.converter is None or manifest.get(spec.identity.converter).task == "convert"


def test_task_selects_its_rows_in_the_order_of_the_file() -> None:
    assert [spec.name for spec in load_manifest().for_task("picture")] == ["astronaut", "hopper"]


@pytest.mark.parametrize(
    ("asked", "remedy"),
    [("face_landmark", "did you mean face_landmarks_detector"), ("zzz", "choose one of: face_detection")],
)
def test_unknown_name_suggests_what_may_have_been_meant(asked: str, remedy: str) -> None:
    with pytest.raises(UnknownModelError, match=asked) as caught:
        load_manifest().get(asked)
    assert caught.value.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("table", "source"),
    [
        ('{ pypi = "a-b==1.2", member = "a/b.onnx" }', PypiSource("a-b==1.2", "a/b.onnx")),
        ('{ https = "https://example.org/b.onnx?x=1" }', HttpsSource("https://example.org/b.onnx?x=1")),
        ('{ file = "/weights/b.onnx" }', FileSource(Path("/weights/b.onnx"))),
        ('{ hub = "o/n", path = "a/b.onnx", revision = "v1" }', HubSource("o/n", "a/b.onnx", "v1")),
        ('{ pack = "buffalo_l", member = "b.onnx" }', PackSource("buffalo_l", "b.onnx")),
        ('{ own = "https://example.org/b.onnx" }', OwnSource("https://example.org/b.onnx")),
    ],
)
def test_row_says_where_its_file_comes_from(table: str, source: object, tmp_path: Path) -> None:
    spec = manifest_of(tmp_path, {"source": table}).get("face")
    assert spec.source == source
    assert spec.filename == "face-0a0a0a0a.onnx"


def test_relative_file_is_looked_for_beside_its_manifest(tmp_path: Path) -> None:
    assert manifest_of(tmp_path, {"source": '{ file = "b.onnx" }'}).get("face").source == FileSource(
        tmp_path / "b.onnx"
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"task": '"fly"'}, r"\[face\], task: expected one of detect, landmarks, hands, picture, .*, got 'fly'"),
        ({"licence": None}, r"\[face\], licence: expected text, got 'nothing'"),
        ({"credit": '" "'}, r"\[face\], credit: expected text, got ' '"),
        ({"sha256": '"0A"'}, r"\[face\], sha256: expected 64 hex digits, small letters, got '0A'"),
        ({"bytes": "0"}, r"\[face\], bytes: expected a whole number above 0, got 0"),
        ({"bytes": "true"}, r"\[face\], bytes: expected a whole number above 0, got True"),
        ({"default": "1"}, r"\[face\], default: expected true or false, got 1"),
        ({"license": '"MIT"'}, r"\[face\], license: expected only task, family"),
        ({"input": "{ size_px = 128 }"}, r"\[face\], input: expected .*size_px = 256.*, got {'size_px': 128}"),
        ({"input": ROW["input"].replace("rgb", "hsv")}, r"\[face\], input: expected .*\"bgr\".*, got .*hsv"),
        (
            {"input": ROW["input"].replace("= 127.5,", "= [1.0, 2.0],")},
            r"\[face\], input: expected .*one number or three",
        ),
        ({"output": "{ mean = 0.0 }"}, r"\[face\], output: expected .*std"),
        ({"identity": '{ kind = "magic" }'}, r"\[face\], identity: expected .*\"emap\""),
        ({"sha256": None}, r"\[face\], sha256: expected 64 hex digits"),
        ({"source": '{ hub = "justname", path = "x" }'}, r"\[face\], source: expected .*owner/name"),
        ({"source": '{ pypi = "a==1" }'}, r"\[face\], source: expected .*member = .*, got {'pypi': 'a==1'}"),
        ({"source": '{ pypi = "a", member = "b" }'}, r"\[face\], source: expected .*name==1.2"),
        ({"source": '{ pypi = "--index-url=x==1", member = "b" }'}, r"\[face\], source: expected .*name==1.2"),
    ],
)
def test_malformed_row_is_named_with_what_was_expected(
    changed: dict[str, str | None], expected: str, tmp_path: Path
) -> None:
    with pytest.raises(ManifestError, match=expected):
        manifest_of(tmp_path, changed)


def test_name_that_is_no_safe_file_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"row \[\.\./face\]: expected a table named with small letters"):
        manifest_of(tmp_path, {}, name='"../face"')


@pytest.mark.parametrize(
    ("content", "said"), [(b"[face", "Expected"), (b"\xff", "utf-8"), (None, "No such file")], ids=str
)
def test_unreadable_manifest_is_named_with_the_reason(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ManifestError, match=rf"mine\.toml cannot be read: .*{said}"):
        load_manifest(path)
