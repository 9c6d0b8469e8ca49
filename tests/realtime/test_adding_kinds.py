"""Adding a swapper, a detector, an output or a device is one new file with one decorator: each is done with a toy.

The toy lies in a folder of its own that is put on the package's path, as a new file in the package would be; nothing
else is touched. It runs in a process of its own, because a name that was looked up once is known for good.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engines.kinds import DETECTORS, DEVICES, SWAPPERS, Registry
from realtime.outputs.kinds import OUTPUTS
from realtime.pictures.reading import read_image
from tests.realtime.commandline import environment

PIXELATE = """
from engines.image.geometry import box_of
from engines.kinds import SWAPPERS
from engines.swappers.blurred_face import blur_box
from engines.types import Coverage


class Pixelated:
    def paint(self, canvas, face):
        blur_box(canvas, box_of(face.points))
        return Coverage(1.0)


class PixelateSwapper:
    name = "toy_pixelate"

    def prepare(self, photo):
        return Pixelated()


@SWAPPERS.register("toy_pixelate")
def open_pixelate(choices):
    return PixelateSwapper()
"""
SHAPE = """
from realtime.outputs.kinds import OUTPUTS


class Shape:
    def __init__(self, where):
        self.name = where

    def send(self, frame):
        print(frame.image.shape)

    def close(self):
        pass


@OUTPUTS.register("toy_shape")
def open_shape(where, info, options):
    return Shape(where)
"""
SLEEPY = """
from engines.kinds import DETECTORS


@DETECTORS.register("toy_sleepy")
def open_sleepy(spec, session, /, *, size):
    return f"{spec}, {session}, {size}"
"""
DEVICE = """
from engines.backends.onnxruntime import OrtSession
from engines.kinds import device


@device("toy_device", ladder=("fp32",))
def open_toy(path, at):
    print("opened", path.name)
    return OrtSession(path)
"""
ROOT = Path(__file__).parents[2]


def files_that_know_it(folder: Path) -> list[Path]:
    """Of the program's files and those in `folder`: which name the toy."""
    ours = (path for layer in ("realtime", "engines", "models") for path in (ROOT / layer).rglob("*.py"))
    return [path for path in (*ours, *folder.rglob("*.py")) if "toy_" in path.read_text(encoding="utf-8")]


def with_a_new_file(package: str, text: str, folder: Path, home: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Runs `code` where `package` has one more module."""
    folder.mkdir()
    (folder / "toy.py").write_text(text)
    assert files_that_know_it(folder) == [folder / "toy.py"]
    begin = f"import sys, {package} as package; package.__path__.append({str(folder)!r})\n"
    return subprocess.run(
        [sys.executable, "-c", begin + code],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment(home),
        cwd=folder.parent,
    )


def run(*words: str | Path) -> str:
    argv = ["liveswap", "run", *map(str, words), "--i-have-consent"]
    return f"from realtime.cli.main import main\nsys.argv = {argv}\nmain()"


def test_a_swapper(tmp_path: Path, home: Path, portrait: Path) -> None:
    code = run(
        "--face",
        portrait,
        "--input",
        portrait,
        "--output",
        "out.png",
        "--swapper",
        "toy_pixelate",
        "--no-badge",
        "a test",
    )
    done = with_a_new_file("engines.swappers", PIXELATE, tmp_path / "toy", home, code)
    assert done.returncode == 0, done.stderr
    before, after = read_image(portrait), read_image(tmp_path / "out.png")
    changed = (before != after).any(axis=2)
    assert 0.02 < changed.mean() < 0.5
    rows, columns = np.nonzero(changed)
    cut = after[rows.min() : rows.max(), columns.min() : columns.max()]
    assert np.abs(np.diff(cut.astype(int), axis=1)).mean() < 3  # nothing fine is left of the face


def test_an_output(tmp_path: Path, home: Path, portrait: Path) -> None:
    code = run("--face", portrait, "--input", portrait, "--output", "toy_shape:here")
    done = with_a_new_file("realtime.outputs", SHAPE, tmp_path / "toy", home, code)
    assert done.returncode == 0, done.stderr
    assert str(read_image(portrait).shape) in done.stdout


def test_a_detector(tmp_path: Path, home: Path) -> None:
    code = "from engines.kinds import DETECTORS\nprint(DETECTORS.get('toy_sleepy')('row', 'session', size=3))"
    done = with_a_new_file("engines.detectors", SLEEPY, tmp_path / "toy", home, code)
    assert done.stdout.strip() == "row, session, 3", done.stderr


def test_a_device(tmp_path: Path, home: Path, portrait: Path) -> None:
    code = run("--face", portrait, "--input", portrait, "--output", "out.png", "--device", "toy_device")
    done = with_a_new_file("engines.devices", DEVICE, tmp_path / "toy", home, code)
    assert done.returncode == 0, done.stderr
    assert "opened compositor.onnx" in done.stdout
    assert (tmp_path / "out.png").is_file()


def test_what_is_there_by_itself() -> None:
    assert SWAPPERS.names() == ("mesh",)
    assert DETECTORS.names() == ("scrfd", "yunet")
    assert OUTPUTS.names() == ("null", "virtual")
    assert DEVICES.names() == ("coreml", "cpu", "cuda", "directml", "openvino", "rtx", "tensorrt")


def test_two_of_one_name_are_a_mistake() -> None:
    kinds = Registry[int]("engines.swappers")
    kinds.register("one")(1)
    with pytest.raises(ValueError, match="'one'"):
        kinds.register("one")(2)
