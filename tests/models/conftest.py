"""Builders for models that exist only in a test."""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.spec import HttpsSource, ModelSpec, PypiSource, Source
from tests.models.servers import Behaviour, serving

CONTENT = bytes(range(256)) * 4096  # 1 MiB, so that it comes in several chunks
FAR_AWAY: dict[str, Source] = {
    "https": HttpsSource("https://example.org/a.onnx"),
    "pypi": PypiSource("a==1.0", "a.onnx"),
}


def spec_of(content: bytes, source: Source, name: str = "tiny") -> ModelSpec:
    """A row that promises `content`."""
    return ModelSpec(
        name=name,
        task="detect",
        family="blazeface",
        input=None,
        licence="CC0-1.0",
        credit="this test",
        source=source,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        default=False,
    )


def leftovers(home: Path) -> list[str]:
    """What lies in the store, but for the lock files, which stay."""
    return sorted(path.name for path in (home / "models").iterdir() if path.suffix != ".lock")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Behaviour]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(CONTENT) as behaviour:
        yield behaviour


@pytest.fixture
def wheelhouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is pip's only index, with a wheel tiny_models 1.0 that holds a.bin and b.bin."""
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tiny_models-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny/a.bin", b"model a")
        wheel.writestr("tiny/b.bin", b"model b")
        wheel.writestr("tiny_models-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-models\nVersion: 1.0\n")
        wheel.writestr(
            "tiny_models-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("tiny_models-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder
