"""Which machine a benchmark ran on: without that its numbers say nothing.

Knows where to look; nothing here raises, and what cannot be seen is "unknown".
"""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from engines.backends.cores import available_cores
from realtime.cli.doctor import installed

PACKAGES = (
    "liveswap",
    "numpy",
    "opencv-python-headless",
    "numba",
    "ai-edge-litert",
    "onnxruntime",
    "onnxruntime-gpu",
    "av",
    "aiortc",
)
UNKNOWN = "unknown"


def machine() -> dict[str, str]:
    """What matters, by name, for people and for comparing."""
    return {
        "cpu": _cpu(),
        "cores": str(available_cores()),
        "memory": _memory(),
        "gpu": _gpu(),
        "power": _power(),
        "load": f"{os.getloadavg()[0]:.1f} before it began" if hasattr(os, "getloadavg") else UNKNOWN,
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {version}" for name, version in installed(PACKAGES).items()),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine() or UNKNOWN
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (AttributeError, ValueError, OSError):
        return UNKNOWN


def _gpu() -> str:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "none that nvidia-smi knows"
    ask = [tool, "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(ask, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return "; ".join(done.stdout.strip().splitlines()) or UNKNOWN


def _power() -> str:
    """Battery or mains, and the governor: a laptop on battery measures its battery."""
    supplies = sorted(Path("/sys/class/power_supply").glob("*/online"))
    found = ["on mains" if _text(supply) == "1" else "on battery" for supply in supplies]
    governor = _text(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"))
    found += [f"governor {governor}"] if governor else []
    return ", ".join(dict.fromkeys(found)) or UNKNOWN


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
