"""The shape of the code is a promise too: layers, vendors, budgets, and nobody else's pictures or weights."""

import ast
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = {
    "models": {"models"},
    "engines": {"engines", "models"},
    "realtime": {"realtime", "engines", "models"},
    "benchmarks": {"benchmarks", "realtime", "engines", "models"},
    "tests": {"tests", "benchmarks", "realtime", "engines", "models"},
}
TRAINING = "models/training/"
"""A layer of its own within `models`: it may import engines, and nobody but its tests imports it."""
PRODUCT = ("models", "engines", "realtime")
VENDORS = {
    "ai_edge_litert": {"engines/backends/litert.py", "models/training/export.py"},
    "ai_edge_quantizer": {"models/training/export.py"},
    "litert_torch": {"models/training/export.py"},
    "torch": {TRAINING},
    "numba": {
        "engines/compositor/",
        "engines/image/matvec.py",
        "engines/image/paste.py",
        "engines/image/tensors.py",
        "engines/image/tone_map.py",
        "engines/image/yuv.py",
        "engines/mesh/raster.py",
        "engines/mesh/shape.py",
        "engines/mesh/warp.py",
    },
    "onnxruntime": {"engines/backends/onnx_file.py", "engines/backends/onnxruntime.py", "models/training/export.py"},
    "onnx": {"engines/backends/onnx_file.py", "models/training/export.py"},
    "openvino": {"engines/backends/openvino.py"},
    "insightface": {"models/fetch/pack.py"},
    "tomli_w": {"models/library.py"},
    "tensorrt": set(),
    "av": {
        "realtime/bench/webrtc.py",
        "realtime/media/colour.py",
        "realtime/media/ffmpeg.py",
        "realtime/media/hdr.py",
        "realtime/media/joined_streams.py",
        "realtime/outputs/",
        "realtime/pictures/decoder.py",
        "realtime/provenance/marks.py",
        "realtime/sources/",
        "realtime/web/",
    },
    "aiohttp": {
        "realtime/bench/webrtc.py",
        *(f"realtime/cluster/{name}.py" for name in ("behind", "front", "host", "proxy", "routing")),
        *(f"realtime/web/{name}.py" for name in ("client", "opened", "page_files", "request_parts", "serve", "server")),
        *(f"realtime/web/{name}.py" for name in ("api", "faces_api", "photo_api", "socket", "video_api")),
    },
    "aiortc": {"realtime/bench/webrtc.py", "realtime/web/"},
    "prometheus_client": {"realtime/cluster/merged_metrics.py", "realtime/web/status.py"},
    "mss": {"realtime/sources/screen.py"},
    "PIL": {"realtime/outputs/picture_file.py", "realtime/pictures/"},
    "pi_heif": {"realtime/pictures/decoder.py"},
    "typer": {
        "realtime/cli/consents.py",
        "realtime/cli/help.py",
        "realtime/cli/main.py",
        "realtime/cli/models.py",
        "realtime/cli/options.py",
        "realtime/cli/disclosure_options.py",
        "realtime/cli/server_options.py",
        "realtime/cli/words.py",
    },
    "rich": {
        "realtime/bench/report.py",
        "realtime/cli/serve_command.py",
        "realtime/cli/console.py",
        "realtime/cli/main.py",
        "realtime/cli/model_commands.py",
    },
    "matplotlib": {"realtime/bench/plots.py", "models/training/progress.py"},
    "platformdirs": {"models/store.py"},
    "c2pa": {"realtime/provenance/signing.py"},
    "cryptography": {"realtime/provenance/certificate.py", "realtime/web/tls.py"},
    "filelock": {
        "realtime/cluster/crew_folder.py",
        "realtime/cluster/seat.py",
        "models/store.py",
        "engines/backends/trt_cache.py",
        "realtime/outputs/partial_file.py",
        "realtime/web/videos/private_folder.py",
    },
    "cuda": {"engines/backends/cuda.py"},
    "sounddevice": {"realtime/outputs/microphone.py"},
    "pyvirtualcam": {"realtime/outputs/virtual.py"},
    "ray": {"realtime/cluster/"},
    "threading": {
        "engines/backends/",
        "realtime/api.py",
        "realtime/bench/processes.py",
        "realtime/cli/ctl.py",
        "realtime/cli/keys.py",
        "realtime/cli/launch.py",
        "realtime/cluster/",
        "realtime/faces/source_bank.py",
        "realtime/fakes.py",
        "realtime/outputs/",
        "realtime/segments/",
        "realtime/sources/",
        "realtime/stream/frame_queue.py",
        "realtime/stream/live_settings.py",
        "realtime/stream/metrics.py",
        "realtime/stream/ordered.py",
        "realtime/stream/runner.py",
        "realtime/stream/watchdog.py",
        "realtime/web/aiortc_patches.py",
        "realtime/web/decoder_queue.py",
        "realtime/web/server_process.py",
        "realtime/web/session.py",
        "realtime/web/target_photo.py",
        "realtime/web/videos/",
    },
}
"""Who may import what is not ours; a name with a slash at its end is a folder."""
MAX_MODULE_LINES, MAX_FUNCTION_LINES = 250, 40
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
PRODUCT_MODULES = [path for path in MODULES if path.relative_to(ROOT).parts[0] in PRODUCT]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(path)))


@cache
def modules_imported(path: Path) -> frozenset[str]:
    """Full names of all modules that a module imports from, wherever in it."""
    names = {node.module for node in nodes_of(path) if isinstance(node, ast.ImportFrom) and node.module}
    plain = {alias.name for node in nodes_of(path) if isinstance(node, ast.Import) for alias in node.names}
    return frozenset(names | plain)


def imported(path: Path) -> set[str]:
    """Their top-level names."""
    return {name.partition(".")[0] for name in modules_imported(path)}


def allowed(path: Path) -> set[str]:
    """The layers that a module may import from."""
    return LAYERS[path.relative_to(ROOT).parts[0]] | ({"engines"} if name_of(path).startswith(TRAINING) else set())


def belongs(vendor: str, path: Path) -> bool:
    """Whether a module is one that may import `vendor`."""
    return any(
        name_of(path) == place or (place.endswith("/") and name_of(path).startswith(place)) for place in VENDORS[vendor]
    )


def long_functions(path: Path) -> list[str]:
    functions = [node for node in nodes_of(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [f.name for f in functions if (f.end_lineno or 0) - f.lineno + 1 > MAX_FUNCTION_LINES]


@pytest.mark.smoke
def test_modules_import_only_from_their_layer_down() -> None:
    found = {name_of(path): strays for path in MODULES if (strays := imported(path) & LAYERS.keys() - allowed(path))}
    assert found == {}


def test_nobody_imports_the_training() -> None:
    others = [path for path in MODULES if not name_of(path).startswith((TRAINING, "tests/models/training/"))]
    found = [
        name_of(path)
        for path in others
        if any(f"{name}.".startswith("models.training.") for name in modules_imported(path))
    ]
    assert found == []


@pytest.mark.smoke
def test_vendors_are_imported_only_where_they_belong() -> None:
    found = [
        (name_of(path), vendor)
        for path in PRODUCT_MODULES
        for vendor in imported(path) & VENDORS.keys()
        if not belongs(vendor, path)
    ]
    assert found == []


def test_modules_and_their_functions_keep_to_the_house_numbers() -> None:
    """Where one does not: split it, and look for the missing idea."""
    lines = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > MAX_MODULE_LINES} == {}
    assert {name_of(path): names for path in MODULES if (names := long_functions(path))} == {}


def test_every_module_says_what_it_knows() -> None:
    silent = [path for path in PRODUCT_MODULES if path.stat().st_size and not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_only_the_command_line_prints_and_exits() -> None:
    calls = [
        f"{name_of(path)}: {node.func.id}"
        for path in PRODUCT_MODULES
        if name_of(path) not in {"realtime/cli/main.py", "models/training/command.py"}
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "exit", "quit"}
    ]
    assert calls == []


PICTURES, CLIPS = {".png", ".jpg", ".jpeg", ".webp"}, {".mp4", ".mov", ".mkv", ".webm"}
NOT_OURS = PICTURES | CLIPS | {".onnx", ".tflite", ".dfm", ".npy", ".npz", ".pkl"}
"""Those, weights, and arrays that could hold any of them."""
OURS = {
    *(f"benchmarks/pictures/{name}" for name in ("scaling.png", "soak.png", "video_curve.png")),
    *(f"docs/pictures/{name}.webp" for name in ("demo", "page-live", "page-phone", "page-photo", "page-video")),
    *(f"engines/data/{name}" for name in ("compositor.onnx", "compositor.tflite", "face_basis.npz")),
}


def test_no_picture_clip_or_weights_are_kept_but_our_own() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout: nobody can say what is kept")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    kept = {name for name in listed.stdout.split("\0") if Path(name).suffix.lower() in NOT_OURS}
    assert kept == OURS
