"""What an install brings: never two wheels of ONNX Runtime, never two of OpenCV, and nothing that only trains."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from docs import sbom

ROOT = Path(__file__).parent.parent
ORT, OPENCV = re.compile(r"^(onnxruntime[\w-]*)==", re.MULTILINE), re.compile(r"^(opencv[\w-]*)==", re.MULTILINE)


def found_uv() -> str:
    """On the path, or where README's command puts it. Skips where it is in neither place."""
    beside = ROOT / ".uv" / ("Scripts" if os.name == "nt" else "bin")
    uv = shutil.which("uv") or shutil.which("uv", path=str(beside))
    if uv is None:
        pytest.skip(f"uv is neither on the path nor in {beside}")
    return uv


def exported(*options: str) -> subprocess.CompletedProcess[str]:
    """What uv.lock installs for these options."""
    command = [found_uv(), "export", "--frozen", "--offline", "--no-hashes", "--no-header", *options]
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
        ("--extra all-cpu", ["onnxruntime"]),
        ("--extra all-cuda", ["onnxruntime-gpu"]),
        ("--extra all-cpu --extra cpu --extra rtx", ["onnxruntime"]),
        ("--group dev --extra all-cpu", ["onnxruntime"]),
    ],
)
def test_install_brings_one_onnx_runtime_and_the_headless_opencv(options: str, runtimes: list[str]) -> None:
    done = exported(*options.split())
    assert done.returncode == 0, done.stderr
    assert ORT.findall(done.stdout) == runtimes
    assert OPENCV.findall(done.stdout) == ["opencv-python-headless"]


@pytest.mark.parametrize(
    "options",
    [
        "--extra cpu --extra cuda",
        "--extra all-cpu --extra cuda",
        "--extra cpu --extra all-cuda",
        "--extra all-cpu --extra all-cuda",
        "--group dev --extra cuda",
        "--group dev --extra all-cuda",
    ],
)
def test_wheels_that_overwrite_each_other_cannot_be_asked_for_together(options: str) -> None:
    done = exported(*options.split())
    assert done.returncode != 0
    assert "incompatible" in done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an install gets."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [found_uv(), "build", "--wheel", "--out-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 and "hatchling" in done.stderr:
        pytest.skip(f"the build backend cannot be fetched: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    [made] = folder.glob("*.whl")
    return made


def test_wheel_that_is_built_again_is_the_same(wheel: Path, tmp_path: Path) -> None:
    done = subprocess.run([found_uv(), "build", "--wheel", "--out-dir", str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == 0
    [again] = tmp_path.glob("*.whl")
    assert again.read_bytes() == wheel.read_bytes()


def test_bill_of_materials_has_every_package_with_its_hash_and_licence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom, "EXPORT", (found_uv(), *sbom.EXPORT[1:], "--offline"))
    made = sbom.bill(["all-cpu"])
    assert made == sbom.bill(["all-cpu"])
    names = {component["name"] for component in made["components"]}
    listed = re.findall(r"^([\w.-]+)==", exported("--extra", "all-cpu").stdout, re.MULTILINE)
    assert set(listed) == names
    assert all(each["externalReferences"][0]["hashes"][0]["alg"] == "SHA-256" for each in made["components"])
    licences = {each["name"]: licence_in(each) for each in made["components"] if "licenses" in each}
    assert licences["av"] == "BSD-3-Clause"
    av = next(each for each in made["components"] if each["name"] == "av")
    assert "GPL-2.0-or-later" in map(licence_in, av["components"])


def licence_in(component: dict[str, Any]) -> str:
    return str(component["licenses"][0]["license"]["name"])


def test_wheel_has_our_network_and_not_its_training(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert [name for name in names if name.startswith("liveswap/models/training")] == []
    data = "liveswap/engines/data/"
    made = {f"{data}compositor.onnx", f"{data}compositor.tflite", f"{data}face_basis.npz"}
    assert made <= set(names)
    assert {"liveswap/models/manifest.toml", "liveswap/realtime/web/page/index.html", "liveswap/py.typed"} <= set(names)


def test_wheel_brings_one_package_that_a_folder_called_models_does_not_shadow(wheel: Path, tmp_path: Path) -> None:
    """As in the folder of somebody who has models, engines and a realtime of their own."""
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    tops = {path.name for path in (tmp_path / "site").iterdir() if path.suffix != ".dist-info"}
    assert tops == {"liveswap"}
    theirs = tmp_path / "theirs"
    for name in ("models", "engines", "realtime"):
        (theirs / name).mkdir(parents=True)
        (theirs / name / "__init__.py").write_text(f"raise SystemExit('their {name}')")
    code = "import liveswap, pkgutil; liveswap.Swapper; list(pkgutil.walk_packages(liveswap.__path__, 'liveswap.'))"
    once = {"PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"}  # nobody comes back to this folder
    for words in (["-c", code], ["-m", "liveswap", "--version"]):
        done = subprocess.run(
            [sys.executable, *words],
            cwd=theirs,
            env={**os.environ, **once},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_no_text_of_the_wheel_names_a_module_as_the_checkout_does(wheel: Path) -> None:
    """`python -m realtime.x` would be another one there: hatch_build.py changes imports, and nothing in strings."""
    with ZipFile(wheel) as archive:
        code = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")}
    module = re.compile(r"""["'](?:realtime|engines|models)\.(?!toml)\w[\w.]*["']""")
    assert {name: found for name, text in code.items() if (found := module.findall(text))} == {}


def test_a_tool_of_uv_starts_and_knows_what_it_is(wheel: Path, tmp_path: Path) -> None:
    """In the versions of uv.lock, most of which lie in uv's cache."""
    pinned = tmp_path / "pinned.txt"
    pinned.write_text("".join(line for line in exported("--no-emit-project").stdout.splitlines(True) if "==" in line))
    environment = {**os.environ, "UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    words = ["tool", "install", "--python", sys.executable, "--constraints", str(pinned), str(wheel)]
    done = subprocess.run([found_uv(), *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0 and ("Failed to fetch" in done.stderr or "error sending request" in done.stderr):
        pytest.skip(f"packages cannot be fetched: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    asked = {**environment, "LIVESWAP_HOME": str(tmp_path / "home")}
    served = subprocess.run(
        [tmp_path / "bin" / "liveswap", "serve"], env=asked, capture_output=True, text=True, check=False
    )
    assert served.returncode == 2
    assert "aiohttp is not installed" in served.stderr
    assert "uv tool install --force" in served.stderr
    assert "[web]" in served.stderr
