"""Whoever does not ask for a cluster needs no Ray."""

import ast
from pathlib import Path

import realtime.cluster

FOLDER = Path(realtime.cluster.__file__).parent


def test_ray_is_imported_within_functions_only() -> None:
    early = {
        path.name
        for path in FOLDER.glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        if name.partition(".")[0] == "ray"
    }
    assert early == set()
