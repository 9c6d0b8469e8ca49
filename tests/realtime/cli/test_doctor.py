"""The doctor: what is well, what is not, and what to type."""

from pathlib import Path

import pytest

from engines.backends.facts import Driver, Facts
from models.manifest import load_manifest
from models.store import ModelStore
from realtime.cli.doctor import (
    Check,
    Status,
    check_cameras,
    check_device,
    check_home,
    check_models,
    check_package,
    check_python,
    check_single,
    check_srt,
    run_checks,
)
from realtime.sources.camera_list import CameraListing

ORT = {"onnxruntime": "1.32.0"}
BOTH = {"onnxruntime": "1.32.0", "onnxruntime-gpu": "1.31.1"}


@pytest.mark.parametrize(
    ("check", "status", "says"),
    [
        (check_python((3, 12, 1)), Status.OK, "3.12.1"),
        (check_python((3, 10, 4)), Status.FAIL, "3.10.4"),
        (check_package("numpy"), Status.OK, "."),
        (check_package("no_such_package_of_ours"), Status.FAIL, "does not import"),
        (check_single("ONNX Runtime", ORT, needed=False), Status.OK, "1.32.0"),
        (check_single("ONNX Runtime", {}, needed=False), Status.OK, "not needed"),
        (check_single("ONNX Runtime", BOTH, needed=False), Status.FAIL, "onnxruntime-gpu 1.31.1"),
        (check_srt("/usr/bin/ffmpeg"), Status.OK, "/usr/bin/ffmpeg"),
        (check_srt(None), Status.WARN, "need the ffmpeg command"),
        (check_single("OpenCV", {}, needed=True), Status.FAIL, "not installed"),
        (check_device("cpu", Facts(wheels=ORT)), Status.OK, "works"),
        (check_device("rtx", Facts(wheels=ORT)), Status.WARN, "no NVIDIA driver"),
        (check_device("cuda", Facts(wheels=BOTH, driver=Driver((13, 0), 1))), Status.WARN, "overwrite each other"),
        (check_cameras(list), Status.WARN, "none found"),
        (check_cameras(lambda: [CameraListing("/dev/video0", "Cam")]), Status.OK, "/dev/video0 (Cam)"),
    ],
)
def test_finding_and_what_to_type(check: Check, status: Status, says: str) -> None:
    assert check.status is status
    assert says in check.found
    assert bool(check.remedy) == (status is not Status.OK)


def test_cure_for_two_runtimes_names_both() -> None:
    cure = check_single("ONNX Runtime", BOTH, needed=False).remedy
    assert cure == "pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime-gpu"


def test_models_that_are_missing_are_a_warning_and_damaged_ones_a_failure(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    assert check_models(store).status is Status.WARN
    assert check_models(store).remedy == "liveswap models pull"
    for spec in (spec for spec in load_manifest() if spec.default):
        store.path(spec).parent.mkdir(exist_ok=True)
        store.path(spec).write_bytes(bytes(spec.bytes or 0))
    assert check_models(store).status is Status.FAIL


def test_cache_folder_that_cannot_be_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert check_home(tmp_path / "new").status is Status.OK
    assert check_home(tmp_path / "file" / "home").status is Status.FAIL


def test_every_check_of_this_machine_gives_a_line() -> None:
    names = [check.name for check in run_checks()]
    assert names[0] == "Python"
    assert {"numpy", "cv2", "av", "ONNX Runtime", "OpenCV", "cache folder", "models", "cameras"} <= set(names)
