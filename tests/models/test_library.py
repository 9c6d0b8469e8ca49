"""Rows of the user's own, and licences that are asked for."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import DownloadError, LicenceError, ManifestError
from models.fetch.pack import PACKS
from models.library import add_model, known_models
from models.licences import LicenceDesk
from models.manifest import load_manifest
from models.spec import FileSource, HttpsSource, HubSource, ModelSpec, OwnSource, PackSource
from models.store import ModelStore
from tests.models.conftest import spec_of
from tests.models.servers import Behaviour

BUILT_IN = [spec for spec in load_manifest() if spec.task not in {"picture"}]


@pytest.mark.parametrize("spec", BUILT_IN, ids=lambda spec: spec.name)
def test_every_kind_of_row_survives_being_written_and_read(spec: ModelSpec, tmp_path: Path) -> None:
    mine = replace(
        spec,
        name=f"my_{spec.name}",
        sha256="ab" * 32,
        source=FileSource(tmp_path / "m.onnx"),
        terms=None,
        default=False,
    )
    add_model(mine, tmp_path)
    assert known_models(tmp_path).get(mine.name) == mine


def test_added_row_replaces_the_built_in_one_of_its_name_and_keeps_the_others(tmp_path: Path) -> None:
    names = [spec.name for spec in load_manifest()]
    for name in ("inswapper_128", "det_10g"):
        add_model(replace(load_manifest().get(name), source=FileSource(tmp_path / f"{name}.onnx")), tmp_path)
    found = known_models(tmp_path)
    assert [spec.name for spec in found] == names
    assert found.get("inswapper_128").source == FileSource(tmp_path / "inswapper_128.onnx")


def test_damaged_file_of_rows_is_named_and_left(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text("[broken")
    with pytest.raises(ManifestError, match=r"models\.toml"):
        add_model(replace(load_manifest().get("det_10g"), source=FileSource(tmp_path / "d.onnx")), tmp_path)
    assert path.read_text() == "[broken"


@pytest.mark.parametrize(
    ("given", "answer", "passes"),
    [(False, None, False), (False, False, False), (False, True, True), (True, None, True)],
)
def test_licence_is_accepted_by_a_person_or_an_option_or_not_at_all(
    tmp_path: Path, given: bool, answer: bool | None, passes: bool
) -> None:
    spec = load_manifest().get("inswapper_128")
    ask = None if answer is None else lambda _question: bool(answer)
    desk = LicenceDesk(tmp_path / "licences.json", given=given, ask=ask)
    if not passes:
        with pytest.raises(LicenceError, match="InsightFace non-commercial") as caught:
            desk.require(spec)
        assert "--accept-licence" in caught.value.remedy
        return
    desk.require(spec)
    LicenceDesk(tmp_path / "licences.json", given=False, ask=None).require(spec)  # remembered


def test_file_whose_licence_was_not_accepted_is_not_asked_for(server: Behaviour, tmp_path: Path) -> None:
    spec = replace(spec_of(server.content, HttpsSource(server.url)), terms="https://example.org/licence")
    with pytest.raises(LicenceError):
        ModelStore(tmp_path).ensure(spec)
    assert server.ranges_asked == []
    assert ModelStore(tmp_path, admit=lambda _spec: None).ensure(spec).read_bytes() == server.content


def test_hub_file_comes_from_the_mirror_that_is_set(
    server: Behaviour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.url.rsplit("/", 1)[0])
    spec = spec_of(server.content, HubSource("owner/name", "folder/a b.onnx"))
    assert ModelStore(tmp_path).ensure(spec).read_bytes() == server.content
    assert HubSource("o/n", "a b.onnx").url("https://x/") == "https://x/o/n/resolve/main/a%20b.onnx"


@pytest.mark.parametrize("right", [True, False])
def test_file_without_a_known_size_is_judged_by_its_hash(server: Behaviour, tmp_path: Path, right: bool) -> None:
    spec = replace(spec_of(server.content, HttpsSource(server.url)), bytes=None)
    if not right:
        server.content = b"other"
        with pytest.raises(Exception, match="expected sha256"):
            ModelStore(tmp_path).ensure(spec)
        return
    assert ModelStore(tmp_path).ensure(spec).read_bytes() == server.content


def test_file_without_a_known_hash_is_left_to_the_user(tmp_path: Path) -> None:
    spec = load_manifest().get("blendswap_256")
    assert isinstance(spec.source, OwnSource)
    with pytest.raises(DownloadError, match="no trustworthy hash") as caught:
        ModelStore(tmp_path, admit=lambda _spec: None).ensure(spec)
    assert "--like blendswap_256" in caught.value.remedy


@pytest.mark.parametrize(("pack", "rows"), PACKS.items())
def test_rows_of_a_pack_are_pack_members(pack: str, rows: tuple[str, ...]) -> None:
    for name in rows:
        source = load_manifest().get(name).source
        assert isinstance(source, PackSource), pack


def test_member_that_another_pack_has_is_taken_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / ".insightface" / "models" / "buffalo_m" / "w600k_r50.onnx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"model")
    spec = spec_of(b"model", PackSource("buffalo_l", "w600k_r50.onnx"))
    assert ModelStore(tmp_path / "home").ensure(spec) == path


def test_pack_of_insightface_is_used_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    spec = spec_of(b"model", PackSource("buffalo_x", "m.onnx"))
    path = tmp_path / ".insightface" / "models" / "buffalo_x" / "m.onnx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"model")
    assert ModelStore(tmp_path / "home").ensure(spec) == path
