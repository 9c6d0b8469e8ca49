"""What a device may lack on a machine, one look each, and the command that cures it.

Judges facts (engines/backends/facts.py); opens nothing. The traps are those of shared/runtime-facts.md: ONNX Runtime's
own list of providers says what was compiled in, not what works, so it is not asked.
"""

from collections.abc import Callable
from typing import TypeAlias

from engines.backends.facts import Driver, Facts
from models.install import to_add

ORT_CUDA = (13, 0)
"""The CUDA that onnxruntime-gpu 1.31, TensorRT 11 and TensorRT-RTX 1.7 of the extras are built for."""
RTX_RUNS_ON = ((7, 5), (8, 0), (8, 6), (8, 9))
"""Compute capabilities of TensorRT-RTX 1.7, beside RTX_NEWER. Seen on an H200 (9.0): it builds, and refuses to run."""
RTX_NEWER = (12, 0)
NO_DRIVER_REMEDY = "install NVIDIA's driver (https://www.nvidia.com/drivers); without such a GPU use --device cpu"

Problem: TypeAlias = tuple[str, str]
"""A reason and its remedy."""
Look: TypeAlias = Callable[[Facts], Problem | None]


def two_wheels(facts: Facts) -> Problem | None:
    """Two wheels of ONNX Runtime in one environment: the last one written wins, and pip sees nothing wrong."""
    found = facts.ort_wheels
    if len(found) < 2:
        return None
    keep = next((name for name in found if name != "onnxruntime"), "onnxruntime")
    others = " ".join(name for name in found if name != keep)
    listed = " and ".join(f"{name} {version}" for name, version in found.items())
    return (
        f"{listed} are both installed and overwrite each other",
        f"pip uninstall -y {others} {keep} && pip install {keep}",
    )


def needs_wheel(*names: str, extra: str) -> Look:
    """One of these distributions, which `extra` brings."""

    def look(facts: Facts) -> Problem | None:
        if any(name in facts.wheels for name in names):
            return None
        found = ", ".join(facts.ort_wheels) if extra == "cuda" else ""
        instead = f" ({found} is, and cannot do it)" if found else ""
        return f"{names[0]} is not installed{instead}", to_add(*_with_runtime(extra))

    return look


def _with_runtime(extra: str) -> tuple[str, ...]:
    return (extra,) if extra in {"cpu", "cuda"} else (extra, "cpu")


def needs_system(system: str, device: str) -> Look:
    """A system, as `platform.system` calls it."""

    def look(facts: Facts) -> Problem | None:
        if facts.system == system:
            return None
        return f"{device} is for {'macOS' if system == 'Darwin' else system} only", "use another --device"

    return look


def driver(facts: Facts) -> Problem | None:
    """NVIDIA's, new enough, with a GPU."""
    if facts.system not in {"Linux", "Windows"}:
        return f"NVIDIA has no driver for {facts.system}", "use --device coreml or cpu"
    if facts.driver is None:
        return "no NVIDIA driver", NO_DRIVER_REMEDY
    if not facts.driver.gpus:
        return (
            f"NVIDIA's driver sees no GPU{_because(facts.driver)}",
            "check nvidia-smi; in a container, run it with --gpus all",
        )
    if facts.driver.cuda < ORT_CUDA:
        have, want = (".".join(map(str, version)) for version in (facts.driver.cuda, ORT_CUDA))
        return f"NVIDIA's driver is too old: it serves CUDA {have}, and {want} is needed", NO_DRIVER_REMEDY
    return None


def _because(driver: Driver) -> str:
    return f": {driver.problem}" if driver.problem else ""


def cuda_libraries(facts: Facts) -> Problem | None:
    """Those that ONNX Runtime opens by itself."""
    if not facts.cuda_libraries_missing:
        return None
    return (
        f"CUDA's libraries are missing: {', '.join(facts.cuda_libraries_missing)}",
        f"{to_add('cuda')} (or: pip install 'onnxruntime-gpu[cuda,cudnn]'; both extras, cuBLAS comes with cuDNN)",
    )


def tensorrt_11(facts: Facts) -> Problem | None:
    """Not the one before."""
    for name in ("tensorrt-cu13", "tensorrt"):
        version = facts.wheels.get(name, "")
        if version and int(version.partition(".")[0]) < 11:
            return (
                f"{name} {version} is too old, 11 is needed (only ONNX Runtime's own TensorRT provider needs 10)",
                f"pip uninstall -y {name} && pip install 'tensorrt-cu13>=11,<12'",
            )
    return None


def rtx_runs_here(facts: Facts) -> Problem | None:
    """A GPU of a kind that TensorRT-RTX knows."""
    compute = facts.driver.compute if facts.driver else RTX_NEWER
    if compute in RTX_RUNS_ON or compute >= RTX_NEWER:
        return None
    return (
        f"TensorRT-RTX does not run on GPUs of compute capability {compute[0]}.{compute[1]}",
        f"use --device cuda ({to_add('cuda')}), or tensorrt ({to_add('tensorrt', 'cuda')})",
    )
