"""`liveswap verify`: what a file claims, whether it holds, and exit statuses for scripts."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import PIL.Image
import pytest

from realtime.outputs.faststart import whole_boxes
from realtime.provenance.certificate import own_certificate
from realtime.provenance.credit import Credit
from tests.realtime.commandline import invoke
from tests.realtime.provenance.made import write

SEED = 7


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("signed")
    for name in ("out.mp4", "out.png", "out.jpg", "out.mkv", "out.webp"):
        write(made / name, Credit(made / "home", "mesh"))
    return made


@pytest.mark.smoke
def test_signed_file_by_an_unknown_signer(folder: Path) -> None:
    told = invoke("verify", folder / "out.mp4", home=folder / "home")
    assert told.returncode == 0
    for words in ("signed, and unchanged since", "unknown signer", "mesh", "is what was signed", "liveswap"):
        assert words in told.stdout


def test_json_says_the_same(folder: Path) -> None:
    told = invoke("verify", folder / "out.png", "--json", home=folder / "home")
    found = json.loads(told.stdout)
    assert told.returncode == 0
    assert found["status"] == "valid"
    assert found["claim"]["model"] == "mesh"
    assert (found["signature_holds"], found["content_matches"], found["is_signer_known"]) == (True, True, False)


def test_signer_is_known_to_whoever_trusts_its_certificate(folder: Path, tmp_path: Path) -> None:
    own, other = folder / "home" / "signing" / "certificate.pem", tmp_path / "other.pem"
    other.write_bytes(own_certificate(tmp_path / "home").chain)
    told = invoke("verify", folder / "out.jpg", "--trust", own, home=folder / "home")
    assert (told.returncode, "  known signer" in told.stdout or "by known signer" in told.stdout) == (0, True)
    told = invoke("verify", folder / "out.jpg", "--trust", other, home=folder / "home")
    assert (told.returncode, "unknown signer" in told.stdout) == (7, True)


def content_of(path: Path) -> Iterator[range]:
    """Where a file's own bytes are: not the manifest, and not what C2PA leaves unsigned (the brands of an MP4)."""
    size = path.stat().st_size
    if path.suffix == ".mp4":
        with path.open("rb") as file:
            yield from (range(box.start, box.end) for box in whole_boxes(file) if box.kind in {b"moov", b"mdat"})
    elif path.suffix == ".webp":
        yield range(12, 400)  # before the manifest
    else:
        yield range(size - 400, size)  # behind it


@pytest.mark.parametrize("name", ["out.mp4", "out.png", "out.webp"])
def test_one_changed_byte_is_found(folder: Path, tmp_path: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    places = [at for span in content_of(folder / name) for at in span]
    for at in np.random.default_rng(SEED).choice(places, 12, replace=False):
        changed = bytearray(content)
        changed[at] ^= 1
        (tmp_path / name).write_bytes(changed)
        told = invoke("verify", tmp_path / name, home=folder / "home")
        assert (told.returncode, "broken" in told.stdout) == (4, True), at


def test_byte_of_the_claim_that_is_changed_is_found(folder: Path, tmp_path: Path) -> None:
    content = (folder / "out.png").read_bytes()
    (tmp_path / "out.png").write_bytes(content.replace(b"liveswap.modeldmesh", b"liveswap.modeldmess"))
    assert (tmp_path / "out.png").read_bytes() != content
    assert invoke("verify", tmp_path / "out.png", home=folder / "home").returncode == 4


def test_film_that_was_trimmed_is_broken(folder: Path, tmp_path: Path) -> None:
    words = ["-v", "error", "-i", str(folder / "out.mp4"), "-t", "0.4", "-c", "copy", str(tmp_path / "out.mp4")]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *words], check=True)
    told = invoke("verify", tmp_path / "out.mp4", home=folder / "home")
    assert (told.returncode, "the manifest that it signs is gone" in told.stdout) == (4, True)


@pytest.mark.parametrize("name", ["out.mp4", "out.png", "out.jpg"])
def test_file_that_was_cut_off_is_broken(folder: Path, tmp_path: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (tmp_path / name).write_bytes(content[:-200])
    assert invoke("verify", tmp_path / name, home=folder / "home").returncode == 4


def test_mark_without_a_signature(folder: Path) -> None:
    told = invoke("verify", folder / "out.mkv", home=folder / "home")
    assert (told.returncode, "not signed" in told.stdout) == (5, True)


@pytest.mark.parametrize("name", ["plain.png", "plain.bmp", "notes.txt", "empty.png"])
def test_file_without_a_mark(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.startswith("plain"):
        PIL.Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(path)
    else:
        path.write_text("" if name.startswith("empty") else "words")
    told = invoke("verify", path, home=tmp_path)
    assert (told.returncode, "no mark" in told.stdout) == (6, True)


def test_missing_file_is_a_mistake(tmp_path: Path) -> None:
    told = invoke("verify", tmp_path / "none.png", home=tmp_path)
    assert (told.returncode, "there is no file" in told.stderr) == (2, True)


def test_file_to_trust_that_is_none(folder: Path, tmp_path: Path) -> None:
    told = invoke("verify", folder / "out.png", "--trust", tmp_path / "none.pem", home=tmp_path)
    assert (told.returncode, "--trust" in told.stderr) == (2, True)
