"""What an install brings: never two wheels of ONNX Runtime, never two of OpenCV, and nothing that only trains."""

import re
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
ORT, OPENCV = re.compile(r"^(onnxruntime[\w-]*)==", re.MULTILINE), re.compile(r"^(opencv[\w-]*)==", re.MULTILINE)


def exported(*options: str) -> subprocess.CompletedProcess[str]:
    """What uv.lock installs for these options."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not on the path")
    command = [uv, "export", "--frozen", "--offline", "--no-hashes", "--no-header", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("options", "runtimes"),
    [
        ("", []),
        ("--extra cpu", ["onnxruntime"]),
        ("--extra cuda", ["onnxruntime-gpu"]),
        ("--extra cpu --extra insightface", ["onnxruntime"]),
        ("--extra cuda --extra insightface", ["onnxruntime-gpu"]),
        ("--extra cpu --extra rtx --extra openvino", ["onnxruntime"]),
        ("--extra cuda --extra tensorrt", ["onnxruntime-gpu"]),
        ("--group dev", ["onnxruntime"]),
        ("--group dev --extra cpu", ["onnxruntime"]),
    ],
)
def test_install_brings_one_onnx_runtime_and_the_headless_opencv(options: str, runtimes: list[str]) -> None:
    done = exported(*options.split())
    assert done.returncode == 0, done.stderr
    assert ORT.findall(done.stdout) == runtimes
    assert OPENCV.findall(done.stdout) == ["opencv-python-headless"]


@pytest.mark.parametrize("options", ["--extra cpu --extra cuda", "--group dev --extra cuda"])
def test_wheels_that_overwrite_each_other_cannot_be_asked_for_together(options: str) -> None:
    done = exported(*options.split())
    assert done.returncode != 0
    assert "incompatible" in done.stderr


def test_wheel_has_our_network_and_not_its_training(tmp_path: Path) -> None:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not on the path")
    done = subprocess.run(
        [uv, "build", "--wheel", "--out-dir", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0 and "hatchling" in done.stderr:
        pytest.skip(f"the build backend cannot be fetched: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert [name for name in names if name.startswith("models/training")] == []
    made = {"engines/data/compositor.onnx", "engines/data/compositor.tflite", "engines/data/face_basis.npz"}
    assert made <= set(names)
    assert "models/manifest.toml" in names
