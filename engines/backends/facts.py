"""What can be seen of this machine's runtimes in a fraction of a second, without opening a model.

Knows where to look; judges nothing (engines/backends/probe.py does). Nothing here raises.
"""

import ctypes
import ctypes.util
import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

ORT_WHEELS = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino", "onnxruntime-silicon")
DRIVERS = {"Linux": "libcuda.so.1", "Windows": "nvcuda.dll"}
CUDA_LIBRARIES = {"Linux": ("libcublasLt.so.13", "libcudnn.so.9"), "Windows": ("cublasLt64_13.dll", "cudnn64_9.dll")}
CUDA_PACKAGES = ("nvidia-cublas", "nvidia-cudnn-cu13", "nvidia-cuda-runtime")
CUDA_SUCCESS = 0
COMPUTE_CAPABILITY = (75, 76)
"""cuda.h: CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR."""


@dataclass(frozen=True, slots=True)
class Driver:
    """NVIDIA's driver.

    cuda: the newest CUDA it serves. gpus: how many it sees. problem: why it sees none. compute: the compute capability
    of the first, which is the one that is used.
    """

    cuda: tuple[int, int] = (0, 0)
    gpus: int = 0
    problem: str = ""
    compute: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is here. wheels: versions of installed distributions. driver: None when it cannot be loaded."""

    system: str = "Linux"
    wheels: Mapping[str, str] = field(default_factory=dict)
    driver: Driver | None = None
    cuda_libraries_missing: tuple[str, ...] = ()

    @property
    def ort_wheels(self) -> dict[str, str]:
        """The distributions of ONNX Runtime that are installed: one is right, two overwrite each other."""
        return {name: version for name, version in self.wheels.items() if name in ORT_WHEELS}


def gather() -> Facts:
    """Look at this machine."""
    names = (
        *ORT_WHEELS,
        "openvino",
        "tensorrt-rtx",
        "tensorrt-cu13",
        "tensorrt-cu12",
        "tensorrt",
        "cuda-python",
        "onnx",
    )
    system = platform.system()
    return Facts(
        system=system,
        wheels={name: version for name in (*names, *CUDA_PACKAGES) if (version := _version(name))},
        driver=_driver(system),
        cuda_libraries_missing=_missing_libraries(system),
    )


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _driver(system: str) -> Driver | None:
    """Ask the driver itself; libraries of CUDA are not needed for that."""
    if system not in DRIVERS:
        return None
    try:
        driver = ctypes.CDLL(DRIVERS[system])
    except OSError:
        return None
    code = driver.cuInit(0)
    version, count = ctypes.c_int(0), ctypes.c_int(0)
    driver.cuDriverGetVersion(ctypes.byref(version))
    cuda = version.value // 1000, version.value % 1000 // 10
    if code != CUDA_SUCCESS:
        return Driver(cuda, 0, f"cuInit answers {code}")
    driver.cuDeviceGetCount(ctypes.byref(count))
    return Driver(cuda, count.value, compute=_compute_capability(driver) if count.value else (0, 0))


def _compute_capability(driver: ctypes.CDLL) -> tuple[int, int]:
    """Of the first GPU."""
    major, minor = ctypes.c_int(0), ctypes.c_int(0)
    for number, attribute in zip((major, minor), COMPUTE_CAPABILITY, strict=True):
        driver.cuDeviceGetAttribute(ctypes.byref(number), attribute, 0)
    return major.value, minor.value


def _missing_libraries(system: str) -> tuple[str, ...]:
    """CUDA libraries that ONNX Runtime's CUDA provider needs and that neither the system nor a package has."""
    if find_spec("nvidia") is not None and all(map(_version, CUDA_PACKAGES[:2])):
        return ()
    missing = []
    for name in CUDA_LIBRARIES.get(system, ()):
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return tuple(missing)
