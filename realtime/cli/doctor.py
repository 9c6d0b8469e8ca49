"""Is this machine ready, and what to type if not.

Each check looks at one thing and says ok, warn (something will not work, the rest does) or fail (nothing will), with
the command that mends it. Knows what to look at; knows nothing of how it is shown.
"""

import importlib
import importlib.metadata
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engines.backends.cores import available_cores
from engines.backends.facts import Facts, gather
from engines.backends.probe import probe
from engines.kinds import DEVICES
from models.errors import UserError
from models.install import to_add
from models.manifest import load_manifest
from models.store import FileStatus, ModelStore, home_folder
from realtime.media.ffmpeg import SRT_REMEDY, ffmpeg_command
from realtime.outputs.virtual import CURES
from realtime.provenance.certificate import FOLDER
from realtime.provenance.signing import working_certificate
from realtime.sources.camera import opens
from realtime.sources.camera_list import CameraListing, list_cameras, list_virtual_cameras

PACKAGES = ("numpy", "cv2", "av", "numba", "ai_edge_litert.interpreter")
"""Imported for real: a package can be installed and still miss a system library."""
OPENCV_DISTRIBUTIONS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
NEEDED_FREE_MB = 200


class Status(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. remedy: what to type; empty when all is well."""

    name: str
    status: Status
    found: str
    remedy: str = ""


def run_checks() -> Iterator[Check]:
    """All checks, one after another, as they finish."""
    yield check_python(sys.version_info[:3])
    for module in PACKAGES:
        yield check_package(module)
    facts = gather()
    yield check_single("ONNX Runtime", facts.ort_wheels, needed=False)
    for device, kind in DEVICES.items():
        if kind.system in {None, facts.system}:
            yield check_device(device, facts)
    yield check_single("OpenCV", installed(OPENCV_DISTRIBUTIONS), needed=True)
    yield check_home(home_folder())
    yield check_models(ModelStore())
    yield check_signing(home_folder())
    yield check_cameras(lambda: list_cameras(try_number=opens))
    yield check_virtual_camera(list_virtual_cameras(), platform.system())
    yield check_srt(ffmpeg_command())


def check_python(version: tuple[int, ...]) -> Check:
    found = f"{'.'.join(map(str, version))} on {platform.system()} {platform.machine()}, {available_cores()} cores"
    if version >= (3, 11):
        return Check("Python", Status.OK, found)
    return Check("Python", Status.FAIL, found, "install Python 3.11 or newer, or: uv python install 3.12")


def check_package(module: str) -> Check:
    """Import it: only that shows a missing system library."""
    name = module.partition(".")[0]
    try:
        version = getattr(importlib.import_module(module), "__version__", "")
    except ImportError as error:
        return Check(name, Status.FAIL, f"does not import: {error}", "pip install --force-reinstall liveswap")
    return Check(name, Status.OK, version or "imports")


def installed(distributions: tuple[str, ...]) -> dict[str, str]:
    """Those of `distributions` that are installed, with their versions."""
    found = {}
    for name in distributions:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def check_single(what: str, found: dict[str, str], *, needed: bool) -> Check:
    """Two wheels of one library overwrite each other's files; which one wins is a matter of luck."""
    listed = ", ".join(f"{name} {version}" for name, version in found.items())
    if len(found) > 1:
        cure = f"pip uninstall -y {' '.join(found)} && pip install {keep_of(found)}"
        return Check(what, Status.FAIL, f"{len(found)} wheels in each other's way: {listed}", cure)
    if not found and needed:
        return Check(what, Status.FAIL, "not installed", "pip install opencv-python-headless")
    return Check(what, Status.OK, listed or "not installed, and not needed by the mesh swapper")


def keep_of(found: dict[str, str]) -> str:
    """Of several wheels of one library the more capable one: the plain one came along with something else."""
    return max(found, key=lambda name: ("gpu" in name or "directml" in name or "headless" in name, name))


def check_device(device: str, facts: Facts) -> Check:
    """A device for neural swappers. None is needed by the mesh swapper, so a lack is no failure."""
    found = probe(device, facts)
    if found.usable:
        return Check(f"--device {device}", Status.OK, "works" if device == "cpu" else "everything it needs is here")
    return Check(f"--device {device}", Status.WARN, found.reason, found.remedy)


def check_home(home: Path) -> Check:
    """Models, the consent record and downloads need a folder of our own with some room."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            free_mb = shutil.disk_usage(home).free // 2**20
    except OSError as error:
        return Check(
            "cache folder", Status.FAIL, f"{home} is not writable: {error}", "set LIVESWAP_HOME to another folder"
        )
    if free_mb < NEEDED_FREE_MB:
        return Check("cache folder", Status.WARN, f"{home}: {free_mb} MB free", "make room, or set LIVESWAP_HOME")
    return Check("cache folder", Status.OK, f"{home}, {free_mb / 1024:.0f} GB free")


def check_signing(home: Path) -> Check:
    """Whether what is made gets a signed manifest."""
    try:
        own = working_certificate(home)
    except UserError as error:
        return Check("signed manifests", Status.WARN, str(error), error.remedy)
    return Check("signed manifests", Status.OK, f"{own.algorithm}, by the certificate in {home / FOLDER}")


def check_models(store: ModelStore) -> Check:
    """The models of the default install: there, and the promised bytes."""
    needed = [spec for spec in load_manifest() if spec.default]
    try:
        bad = [spec.name for spec in needed if store.is_cached(spec) and store.verify(spec) is FileStatus.WRONG]
    except UserError as error:
        return Check("models", Status.FAIL, str(error), error.remedy)
    missing = [spec.name for spec in needed if not store.is_cached(spec)]
    if bad:
        return Check("models", Status.FAIL, f"damaged: {', '.join(bad)}", "liveswap models pull")
    if missing:
        return Check("models", Status.WARN, f"not fetched yet: {', '.join(missing)}", "liveswap models pull")
    return Check("models", Status.OK, ", ".join(spec.name for spec in needed))


def check_virtual_camera(found: list[CameraListing], system: str) -> Check:
    """For --output virtual: the package, and on Linux the driver's device."""
    try:
        importlib.import_module("pyvirtualcam")
    except ImportError as error:
        return Check("virtual camera", Status.WARN, f"pyvirtualcam does not import: {error}", to_add("virtual"))
    if system == "Linux" and not found:
        return Check("virtual camera", Status.WARN, "no v4l2loopback device", CURES["Linux"])
    return Check("virtual camera", Status.OK, ", ".join(camera.where for camera in found) or "pyvirtualcam imports")


def check_cameras(listing: Callable[[], list[CameraListing]]) -> Check:
    cameras = listing()
    if not cameras:
        return Check("cameras", Status.WARN, "none found", "plug one in, or use --input test, a file or a URL")
    return Check("cameras", Status.OK, ", ".join(f"{camera.where} ({camera.name})" for camera in cameras))


def check_srt(command: str | None) -> Check:
    """For srt:// in and out. The other streams need nothing that is not installed anyway."""
    if command is None:
        return Check("srt streams", Status.WARN, "they need the ffmpeg command (rtmp and udp do not)", SRT_REMEDY)
    return Check("srt streams", Status.OK, command)
