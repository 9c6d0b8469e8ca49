"""How this copy was installed, and what to type to add to it.

Knows uv's checkouts and tools, pipx, and pip; installs nothing. `uv sync`, `uv tool install` and `pipx install` take
away the extras that they are not told of, so those that are here are told again.
"""

import json
import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

KEPT = {
    "cpu": "onnxruntime",
    "cuda": "onnxruntime-gpu",
    "web": "aiortc",
    "virtual": "pyvirtualcam",
    "mic": "sounddevice",
    "bench": "matplotlib",
    "cluster": "ray",
    "openvino": "openvino",
    "rtx": "tensorrt-rtx",
    "tensorrt": "tensorrt-cu13",
}
"""Extras, and a distribution that came with each."""
RUNTIMES = {"cpu", "cuda"}
"""One excludes the other."""


class Way(Enum):
    """Who installed it."""

    CHECKOUT = "uv sync, in a copy of the repository"
    UV_TOOL = "uv tool install"
    PIPX = "pipx install"
    PIP = "pip install"


@dataclass(frozen=True, slots=True)
class Install:
    """One copy.

    source: the folder or address it came from; "" for a package index. is_editable: used where it lies. extras: that
    are here already.
    """

    way: Way
    source: str = ""
    is_editable: bool = False
    extras: tuple[str, ...] = ()
    uv: str = "uv"
    pip: str = "pip"

    def add(self, *wanted: str) -> str:
        """What to type to have these extras, too."""
        chosen = RUNTIMES & set(wanted)
        kept = [name for name in self.extras if name not in wanted and not (chosen and name in RUNTIMES)]
        match self.way:
            case Way.CHECKOUT:
                return " ".join([self.uv, "sync", *(f"--extra {name}" for name in (*wanted, *kept))])
            case Way.UV_TOOL:
                return f"{self.uv} tool install --force {self._named((*wanted, *kept))}"
            case Way.PIPX:
                return f"pipx install --force {self._named((*wanted, *kept))}"
        return f"{self.pip} install {'-e ' * self.is_editable}{self._named(wanted)}"

    def _named(self, extras: tuple[str, ...]) -> str:
        """As pip takes it; from an index only where it came from there: another project may have the name."""
        name = f"liveswap[{','.join(extras)}]"
        if "://" in self.source:
            return _quoted(f"{name} @ {self.source}")
        return _quoted(f"{self.source}[{','.join(extras)}]" if self.source else name)


def to_add(*extras: str) -> str:
    """What to type here to have these extras, too."""
    return this_install().add(*extras)


def this_install() -> Install:
    """The copy that runs. Looked up anew each time: it is asked for once something is amiss."""
    extras = tuple(extra for extra, name in KEPT.items() if _found(name) is not None)
    environment, found = Path(sys.prefix), _found("liveswap")
    source, is_editable = _source(found)
    if (environment / "uv-receipt.toml").is_file():
        return Install(Way.UV_TOOL, source, is_editable, extras)
    if (environment / "pipx_metadata.json").is_file():
        return Install(Way.PIPX, source, is_editable, extras)
    is_by_uv = found is not None and (found.read_text("INSTALLER") or "").strip() == "uv"
    if is_editable and is_by_uv and (Path(source) / "uv.lock").is_file():
        return Install(Way.CHECKOUT, source, is_editable, extras, uv=_uv(Path(source)))
    pip = f"{_quoted(sys.executable)} -m pip"
    return Install(Way.PIP, source, is_editable, extras, pip=pip)


def _found(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _source(found: Distribution | None) -> tuple[str, bool]:
    """Where a distribution came from (PEP 610), a folder as a path; and whether it is used where it lies."""
    said = json.loads((found.read_text("direct_url.json") if found else None) or "{}")
    url = str(said.get("url", ""))
    if "vcs_info" in said:
        return f"{said['vcs_info']['vcs']}+{url}", False
    folder = said.get("dir_info")
    if folder is None:
        return url, False
    return url2pathname(urlsplit(url).path), bool(folder.get("editable", False))


def _uv(root: Path) -> str:
    """uv, which README's command puts beside the checkout's own environment."""
    beside = Path(".uv", "Scripts" if os.name == "nt" else "bin", "uv")
    is_beside = any((root / beside).with_suffix(suffix).is_file() for suffix in ("", ".exe"))
    return str(beside) if shutil.which("uv") is None and is_beside else "uv"


def _quoted(text: str) -> str:
    """For the shell of this system."""
    if os.name == "nt":
        return f'"{text}"' if set(text) & set(' []@"') else text
    return shlex.quote(text)
