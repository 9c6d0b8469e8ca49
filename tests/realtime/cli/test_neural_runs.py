"""Neural swappers from the command line: on generated networks, ONNX Runtime and a real portrait."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.common import onnx_detectors, onnx_zoo
from engines.backends.probe import probe
from engines.image.geometry import roi_from_detection
from engines.types import Image
from models.progress import ignore_progress
from models.store import ModelStore
from realtime.cli.commands import NOBODY_SWAPPED
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines
from realtime.pictures.reading import read_image
from tests.conftest import BUILT_IN
from tests.realtime.commandline import invoke

FILES: dict[str, Callable[[Path], Path]] = {
    "inswapper_128.onnx": lambda path: onnx_zoo.swapper(path, 128, emap_at=-1),
    "hyperswap_1a_256.onnx": lambda path: onnx_zoo.swapper(path, 256, signed=True, mask=True),
    "uniface_256.onnx": lambda path: onnx_zoo.picture_swapper(
        path, 256, 256, names=("target", "source", "out"), signed=True
    ),
    "somebody.dfm": lambda path: onnx_zoo.dfm(path, 224),
    "arcface_w600k_r50.onnx": onnx_zoo.recogniser,
    "gpen_bfr_256.onnx": lambda path: onnx_zoo.enhancer(path, 256),
    "xseg_1.onnx": onnx_zoo.occluder,
    "bisenet_resnet_34.onnx": onnx_zoo.parser,
    "det_10g.onnx": lambda path: onnx_detectors.scrfd(path, bias=-4),  # landmarks are looked for in each box
}


@pytest.fixture(scope="module")
def neural_home(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Path:
    """A home whose user added a model of each kind."""
    folder = tmp_path_factory.mktemp("neural")
    (folder / "models").mkdir()
    for name in BUILT_IN:
        cached = model_file(name)
        (folder / "models" / cached.name).symlink_to(cached)
    files = [make(folder / name) for name, make in FILES.items()]
    done = invoke("models", "add", *files, home=folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(FILES)
    return folder


def swap(home: Path, portrait: Path, target: Path, out: Path, *options: str | Path) -> None:
    run = ("run", "--face", portrait, "--input", target, "--output", out, "--i-have-consent")
    done = invoke(*run, *options, home=home)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--swapper", "inswapper_128"),
        ("--swapper", "inswapper_128", "--strength", "1", "--pixel-boost", "2"),
        ("--swapper", "hyperswap_1a_256", "--occluder", "xseg_1", "--regions", "bisenet_resnet_34"),
        ("--swapper", "uniface_256", "--enhancer", "gpen_bfr_256"),
        ("--swapper", "somebody", "--morph", "0.2"),
        ("--swapper", "mesh", "--enhancer", "gpen_bfr_256"),
        ("--mouth", "wearer", "--swapper", "hyperswap_1a_256"),
    ],
    ids=lambda options: " ".join(options[1:3]),
)
def test_picture_is_swapped_around_the_face_only(
    neural_home: Path, portrait: Path, model_file: Callable[[str], Path], tmp_path: Path, options: tuple[str, ...]
) -> None:
    target = model_file("hopper")
    swap(neural_home, portrait, target, tmp_path / "out.png", "--no-badge", "a test", *options)
    before, after = read_image(target), read_image(tmp_path / "out.png")
    changed = (before != after).any(axis=2)
    assert changed.mean() > 0.02
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert rows[-1] < 0.8 * len(before)
    assert columns[0] > 0.05 * before.shape[1]


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_run_says_what_it_ran_on_and_why_on_nothing_better(
    neural_home: Path, portrait: Path, video: Path, tmp_path: Path, device: str
) -> None:
    numbers = tmp_path / "m.json"
    run = ("run", "--face", portrait, "--input", video, "--output", "null", "--duration", "0.5", "--i-have-consent")
    done = invoke(*run, "--swapper", "inswapper_128", "--device", device, "--metrics", numbers, home=neural_home)
    assert done.returncode == 0, done.stderr
    found = json.loads(numbers.read_text())
    if found["device"] != "cpu":
        pytest.skip(f"{found['device']} works on this machine")
    assert found["swapper"] == "inswapper_128"
    assert found["outcomes"]["swapped"] == found["frames_out"] > 5
    assert ("runs on cpu (tensorrt: no NVIDIA driver; rtx: " in done.stderr) == (device == "auto")


@pytest.mark.gpu
@pytest.mark.parametrize("device", ["cuda", "tensorrt", "rtx"])
@pytest.mark.parametrize("swapper", ["inswapper_128", "hyperswap_1a_256", "somebody"])
def test_gpu_paints_what_the_cpu_paints(
    neural_home: Path, portrait: Path, model_file: Callable[[str], Path], tmp_path: Path, device: str, swapper: str
) -> None:
    if reason := probe(device).reason:
        pytest.skip(f"no {device}: {reason}")
    painted = []
    for where in ("cpu", device):
        out = tmp_path / f"{where}.png"
        options = ("--no-badge", "a test", "--swapper", swapper, "--device", where)
        swap(neural_home, portrait, model_file("hopper"), out, *options)
        painted.append(read_image(out).astype(int))
    assert np.abs(painted[0] - painted[1]).max() <= 2  # of 255: fp16 beside fp32


MISTAKES = {
    "no such swapper": (
        ["--swapper", "inswaper_128"],
        "there is no swapper 'inswaper_128'",
        "did you mean inswapper_128",
    ),
    "no such built-in swapper": (["--swapper", "mseh"], "there is no swapper 'mseh'", "did you mean mesh?"),
    "nothing like a swapper": (
        ["--swapper", "xyz"],
        "there is no swapper 'xyz'",
        "use --swapper mesh, or one of",
    ),
    "no swapper at all": (
        ["--swapper", "gpen_bfr_256"],
        "does not swap faces: its task is to enhance",
        "--swapper mesh",
    ),
    "licence": (["--swapper", "hyperswap_1b_256"], "licence of hyperswap_1b_256 was not accepted", "--accept-licence"),
    "strength": (["--swapper", "inswapper_128", "--strength", "2"], "--strength 2", "0 to 1"),
    "strength of a picture": (["--swapper", "uniface_256", "--strength", "1"], "no strength to set", "omit --strength"),
    "morph of no dfm": (["--swapper", "inswapper_128", "--morph", "1"], "has no morph", "DFM"),
    "boost": (["--swapper", "inswapper_128", "--pixel-boost", "99"], "--pixel-boost 99", "1 to 8"),
    "boost of a dfm": (["--swapper", "somebody", "--pixel-boost", "2"], "neither strength nor pixel boost", "--morph"),
    "occluder of the mesh": (["--occluder", "xseg_1"], "are for neural swappers", "--swapper NAME"),
    "no occluder": (["--swapper", "inswapper_128", "--occluder", "det_10g"], "not to occlude", "xseg_1"),
    "device": (["--swapper", "inswapper_128", "--device", "gpu"], "no device 'gpu'", "cuda"),
    "detector size": (["--detector", "det_10g@333"], "333 px", "multiple of 32"),
    "precision": (["--swapper", "inswapper_128", "--precision", "fp8"], "no precision 'fp8'", "fp16"),
}


@pytest.mark.parametrize(("options", "problem", "remedy"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_gets_error_and_hint(
    neural_home: Path, portrait: Path, video: Path, options: list[str], problem: str, remedy: str
) -> None:
    run = ("run", "--face", portrait, "--input", video, "--output", "null", "--i-have-consent")
    done = invoke(*run, *options, home=neural_home)
    assert done.returncode == 2, done.stderr
    error, hint = done.stderr.strip().splitlines()[-2:]
    assert (error[:7], hint[:6]) == ("error: ", "hint: ")
    assert problem in error
    assert remedy in hint


@pytest.mark.parametrize("device", ["cuda", "tensorrt", "rtx", "coreml", "directml"])
def test_device_that_is_not_here_is_an_error_and_never_a_cpu_run(
    neural_home: Path, portrait: Path, video: Path, device: str
) -> None:
    run = ("run", "--face", portrait, "--input", video, "--output", "null", "--i-have-consent")
    done = invoke(*run, "--swapper", "inswapper_128", "--device", device, home=neural_home)
    if done.returncode == 0:
        pytest.skip(f"{device} works on this machine")
    assert done.returncode == 2, done.stderr
    assert f"error: --device {device} does not work here" in done.stderr
    assert "hint: " in done.stderr
    assert "frames" not in done.stderr


@pytest.mark.parametrize("detector", ["det_10g", "det_10g@320"])
def test_other_detector_may_be_asked_for(neural_home: Path, portrait: Path, video: Path, detector: str) -> None:
    run = ("run", "--face", portrait, "--input", video, "--output", "null", "--duration", "0.05", "--i-have-consent")
    done = invoke(*run, "--detector", detector, home=neural_home)
    assert done.returncode in {0, NOBODY_SWAPPED}, done.stderr  # its random weights find faces anywhere, eyes elsewhere


def test_person_of_a_dfm_is_asked_for_too(neural_home: Path, video: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for part in ("models", "models.toml"):
        (home / part).symlink_to(neural_home / part)
    run = ("run", "--input", video, "--output", "null", "--duration", "0.2", "--swapper", "somebody")
    refused = invoke(*run, home=home)
    assert refused.returncode == 2
    assert "no consent for the face in somebody" in refused.stderr
    assert invoke(*run, "--i-have-consent", home=home).returncode == 0


def test_files_of_other_programs_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = tmp_path / ".insightface" / "models" / "buffalo_l"
    onnx_zoo.recogniser(pack / "w600k_r50.onnx")
    onnx_zoo.swapper(tmp_path / "facefusion" / ".assets" / "models" / "hyperswap_1c_256.onnx", 256)
    (pack / "notes.onnx").write_text("no model")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    done = invoke("models", "add", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "w600k_r50.onnx is w600k_r50 (recognise)",
        "hyperswap_1c_256.onnx is hyperswap_1c_256: --swapper hyperswap_1c_256",
    ]
    assert "left: " in done.stderr
    assert "2 of 3 files added" in done.stderr
    listed = invoke("models", "list", home=tmp_path / "home").stdout
    assert "hyperswap_1c_256\tswap\t0.0\tyours" in listed


def test_swapper_and_strength_change_while_a_stream_would_run(neural_home: Path, portrait: Path) -> None:
    config = RunConfig(faces_from=(portrait,), input="test", outputs=("null",))
    engines = FaceEngines(config, ModelStore(neural_home), live=True, progress=ignore_progress)
    source_bank = engines.source_bank(config.sources)
    canvas = read_image(portrait)
    [seen] = engines.detector.detect(canvas)
    face = engines.landmarker.locate(canvas, roi_from_detection(seen))

    def painted() -> Image:
        picture = canvas.copy()
        next(iter(source_bank)).paint(picture, face)
        return picture

    pictures = [painted()]
    for change in ({"swapper": "inswapper_128"}, {"strength": 1.0}):
        source_bank.apply_settings(**change)
        source_bank.settle()
        assert source_bank.notice == ""
        pictures.append(painted())
    assert all((earlier != later).any() for earlier, later in itertools.pairwise(pictures))
    source_bank.apply_settings(swapper="somebody")
    source_bank.settle()
    assert "one person's network" in source_bank.notice
    source_bank.apply_settings(swapper="ghost_1_256")
    source_bank.settle()
    assert "not on this disk" in source_bank.notice
    assert (painted() == pictures[-1]).all()
    for strength in (0.5, 1.0):
        source_bank.apply_settings(swapper="mesh", strength=strength)
        source_bank.settle()
        assert source_bank.notice == ""
        pictures.append(painted())
    assert (pictures[-2] != pictures[0]).sum() == 0
    assert (pictures[-1] != pictures[-2]).any()
    source_bank.close()
    engines.close()
