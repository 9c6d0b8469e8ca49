"""Builds the wheel: all under one package, `liveswap`, so that no bare `models` or `engines` meets somebody else's.

In the checkout the code lies in `realtime`, `engines` and `models` and imports by these names. In a wheel they are
`liveswap.realtime` and so on, and their imports say so. An editable install has the checkout on its path, and a
`liveswap` that imports from there. Knows imports; runs nothing of what it copies.
"""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("realtime", "engines", "models")
LEFT_OUT = {"models/training"}
"""Trains our network; nobody who swaps faces needs it."""
IMPORT = re.compile(rf"^(\s*)(from|import) (?=(?:{'|'.join(PACKAGES)})\b)", re.MULTILINE)
MAIN = '"""`python -m liveswap`."""\n\nfrom realtime.cli.launch import main\n\nif __name__ == "__main__":\n    main()\n'


class CustomBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """version: "standard", or "editable"."""
        if self.target_name != "wheel":
            return
        self._made = Path(tempfile.mkdtemp(prefix="liveswap-wheel-"))
        root, package = Path(self.root), self._made / "liveswap"
        package.mkdir()
        is_nested = version != "editable"
        if is_nested:
            for name in PACKAGES:
                _copy(root, root / name, package / name)
        for name, text in (("__init__.py", (root / "realtime" / "package.py").read_text()), ("__main__.py", MAIN)):
            (package / name).write_text(_nested(text) if is_nested else text)
        (package / "py.typed").touch()
        key = "force_include" if is_nested else "force_include_editable"
        build_data[key][str(package)] = "liveswap"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """After the archive is written."""
        if self.target_name == "wheel":
            shutil.rmtree(self._made, ignore_errors=True)


def _copy(root: Path, source: Path, to: Path) -> None:
    """A package with its data, without what git ignores."""
    to.mkdir()
    for item in sorted(source.iterdir()):
        if item.name == "__pycache__" or item.relative_to(root).as_posix() in LEFT_OUT:
            continue
        if item.is_dir():
            _copy(root, item, to / item.name)
        elif item.suffix == ".py":
            (to / item.name).write_text(_nested(item.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            shutil.copy(item, to / item.name)


def _nested(text: str) -> str:
    """`from engines.types import Image` -> `from liveswap.engines.types import Image`."""
    return IMPORT.sub(r"\1\2 liveswap.", text)
