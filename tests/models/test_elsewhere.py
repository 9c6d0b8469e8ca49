"""Files of the user and of other programs are looked at when they are met, and again when they have changed."""

import os
from pathlib import Path

import pytest

from models.elsewhere import CheckedFiles
from models.errors import ChecksumError
from models.spec import FileSource, ModelSpec, PackSource
from models.store import ModelStore
from tests.models.conftest import spec_of


def laid(store: ModelStore, spec: ModelSpec, content: bytes) -> Path:
    """Where the file belongs."""
    path = store.path(spec)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("lies", ["added", "of another program"])
def test_file_that_is_not_ours_is_used_after_its_hash_and_again_when_it_has_changed(
    lies: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    source = FileSource(tmp_path / "m.onnx") if lies == "added" else PackSource("buffalo_x", "m.onnx")
    spec, store = spec_of(b"right", source), ModelStore(tmp_path / "home")
    path = laid(store, spec, b"wrong")
    with pytest.raises(ChecksumError, match=r"m\.onnx has 5 bytes and sha256"):
        store.ensure(spec)
    assert path.read_bytes() == b"wrong", "it is not ours to replace"
    path.write_bytes(b"right")
    assert store.ensure(spec) == path
    changed_ns = path.stat().st_mtime_ns
    path.write_bytes(b"wrong")
    os.utime(path, ns=(changed_ns + 1, changed_ns + 1))
    with pytest.raises(ChecksumError):
        store.ensure(spec)


def test_file_that_is_not_ours_is_hashed_once(tmp_path: Path) -> None:
    spec = spec_of(b"mine", FileSource(tmp_path / "mine.onnx"))
    path = laid(ModelStore(tmp_path), spec, b"mine")
    checked, state = CheckedFiles(tmp_path / "checked.json"), path.stat()
    assert checked.is_right(path, spec.sha256, again=False)
    path.write_bytes(b"MINE")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # only a hash could tell
    assert checked.is_right(path, spec.sha256, again=False)
    assert not checked.is_right(path, spec.sha256, again=True)


def test_where_nothing_can_be_remembered_every_use_is_checked(tmp_path: Path) -> None:
    spec = spec_of(b"mine", FileSource(tmp_path / "mine.onnx"))
    path = laid(ModelStore(tmp_path), spec, b"mine")
    (tmp_path / "checked.json").mkdir()
    checked, state = CheckedFiles(tmp_path / "checked.json"), path.stat()
    assert checked.is_right(path, spec.sha256, again=False)
    path.write_bytes(b"MINE")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert not checked.is_right(path, spec.sha256, again=False)


def test_damaged_memory_of_checks_is_none(tmp_path: Path) -> None:
    spec = spec_of(b"mine", FileSource(tmp_path / "mine.onnx"))
    path = laid(ModelStore(tmp_path), spec, b"MINE")
    (tmp_path / "checked.json").write_text("{broken")
    assert not CheckedFiles(tmp_path / "checked.json").is_right(path, spec.sha256, again=False)
