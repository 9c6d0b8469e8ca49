"""What is signed is read by others: c2pa's build for browsers, and a check of the hash that is our own."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from realtime.provenance.credit import Credit
from realtime.provenance.signing import MEDIA_TYPES
from tests.realtime.provenance.made import SIGNED, write

PACKAGE = "@contentauth/c2pa-wasm@0.11.0"
READER = Path(__file__).with_name("second_reader.mjs")
SCANNED = (".png", ".jpg", ".webp", ".tif")
"""Formats that are hashed in one row, with the manifest in one piece: not MP4, box by box, nor GIF, in blocks."""


@pytest.fixture(scope="session")
def wasm(request: pytest.FixtureRequest) -> Path:
    """The folder of the package, fetched once into pytest's cache."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not here, which run c2pa's build for browsers")
    home = request.config.cache.mkdir("c2pa-wasm")
    folder: Path = home / "node_modules" / "@contentauth" / "c2pa-wasm"
    if not (folder / "pkg" / "c2pa.js").exists():
        words = [npm, "install", "--no-audit", "--no-fund", "--no-save", "--prefix", str(home), PACKAGE]
        told = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
        if told.returncode:
            pytest.skip(f"npm has no {PACKAGE}: {told.stderr.strip()[-200:]}")
    return folder


def read_by_others(wasm: Path, *files: Path) -> list[dict[str, Any]]:
    words = [word for path in files for word in (MEDIA_TYPES[path.suffix], str(path))]
    told = subprocess.run(["node", str(READER), str(wasm), *words], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.mark.network
def test_build_for_browsers_finds_every_file_valid_and_a_changed_one_not(tmp_path: Path, wasm: Path) -> None:
    credit = Credit(tmp_path / "home", "mesh", READER)
    files = [write(tmp_path / f"out{ending}", credit) for ending in SIGNED]
    only_unknown = {"state": "Valid", "failures": ["signingCredential.untrusted"]}
    assert read_by_others(wasm, *files) == [only_unknown] * len(files)
    for path in files:
        content = bytearray(path.read_bytes())
        content[20 if path.suffix == ".webp" else -60] ^= 1
        path.write_bytes(content)
    assert "Valid" not in [each["state"] for each in read_by_others(wasm, *files)]


@pytest.mark.parametrize("ending", SCANNED)
def test_hash_in_the_manifest_is_that_of_the_file(tmp_path: Path, ending: str) -> None:
    content = write(tmp_path / f"out{ending}", Credit(tmp_path / "home", "mesh")).read_bytes()
    found = hash_assertion(content)
    assert found["alg"] == "sha256"
    hashed, at = hashlib.sha256(), 0
    for gap in sorted(found["exclusions"], key=lambda each: each["start"]):
        hashed.update(content[at : gap["start"]])
        at = gap["start"] + gap["length"]
    hashed.update(content[at:])
    assert hashed.digest() == found["hash"]
    assert sum(gap["length"] for gap in found["exclusions"]) < 8000  # the manifest, and nothing beside it


def hash_assertion(content: bytes) -> dict[str, Any]:
    """The assertion c2pa.hash.data of a file: the JUMBF box of that label holds a box of CBOR (ISO 19566-5)."""
    at = content.index(b"c2pa.hash.data\0")
    value, _ = cbor(content, content.index(b"cbor", at) + 4)
    assert isinstance(value, dict)
    return value


def cbor(content: bytes, at: int) -> tuple[Any, int]:
    """A value and where it ends (RFC 8949): what this assertion is made of, and no more."""
    kind, small = content[at] >> 5, content[at] & 31
    length = {24: 1, 25: 2, 26: 4, 27: 8}.get(small, 0)
    number, at = int.from_bytes(content[at + 1 : at + 1 + length], "big") if length else small, at + 1 + length
    if kind == 0:
        return number, at
    if kind in {2, 3}:
        raw = content[at : at + number]
        return raw if kind == 2 else raw.decode(), at + number
    values = []
    for _ in range(number * (2 if kind == 5 else 1)):
        value, at = cbor(content, at)
        values.append(value)
    return dict(zip(values[::2], values[1::2], strict=True)) if kind == 5 else values, at
