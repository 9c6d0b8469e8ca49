"""`liveswap models`: files that are missing, damaged, unknown or asked for in vain."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.realtime.commandline import invoke

NAME = "face_detection_back"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A home without models."""
    return tmp_path / "home"


def test_missing_models_are_listed_with_the_command_that_fetches_them(empty: Path) -> None:
    done = invoke("models", "verify", NAME, home=empty)
    assert done.returncode == 2
    assert f"error: damaged or missing: {NAME}" in done.stderr
    assert f"hint: liveswap models pull {NAME}" in done.stderr


def test_a_damaged_model_is_told_from_a_whole_one(empty: Path, model_file: Callable[[str], Path]) -> None:
    whole, damaged = model_file(NAME), model_file("hand_detector")
    (empty / "models").mkdir(parents=True)
    (empty / "models" / whole.name).symlink_to(whole)
    (empty / "models" / damaged.name).write_bytes(damaged.read_bytes()[:-1] + b"?")
    done = invoke("models", "verify", NAME, "hand_detector", home=empty)
    assert done.returncode == 2
    assert "error: damaged or missing: hand_detector" in done.stderr
    assert done.stdout.splitlines()[0].split() == ["ok", NAME]


def test_each_file_that_cannot_be_added_is_told_and_no_other_is_lost(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no model")
    done = invoke("models", "add", tmp_path / "text.onnx", tmp_path / "none.onnx", home=empty)
    assert done.returncode == 2
    assert "not added: text.onnx is not a usable ONNX model" in done.stderr
    assert f"error: there is no file {tmp_path / 'none.onnx'}" in done.stderr


def test_where_other_programs_have_no_models_files_are_asked_for(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    done = invoke("models", "add", home=empty)
    assert (done.returncode, "error: no models found in" in done.stderr) == (2, True)
    assert "hint: name the files: liveswap models add FILE.onnx" in done.stderr


@pytest.mark.parametrize(
    ("options", "problem", "remedy"),
    [
        (("--device", "cpu"), "--device cpu needs no engines", "--device rtx"),
        (("--precision", "fp8"), "no precision 'fp8'", "fp16"),
    ],
)
def test_engines_are_built_for_devices_that_have_them(
    empty: Path, options: tuple[str, str], problem: str, remedy: str
) -> None:
    pytest.importorskip("tensorrt_rtx")
    done = invoke("models", "build", "inswapper_128", *options, home=empty)
    assert done.returncode == 2
    error, hint = done.stderr.strip().splitlines()[-2:]
    assert problem in error
    assert remedy in hint
