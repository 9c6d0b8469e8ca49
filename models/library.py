"""The rows of this user: those that ship with liveswap, and the files of their own that they added.

Knows the file LIVESWAP_HOME/models.toml; knows no network and no runtime.
"""

import os
from pathlib import Path
from typing import Any

import tomli_w

from models.errors import ManifestError
from models.manifest import Manifest, load_manifest
from models.spec import ByChannel, FileSource, IdentitySpec, InputSpec, ModelSpec, OutputSpec
from models.store import home_folder

FILE = "models.toml"


def known_models(home: Path | None = None) -> Manifest:
    """All rows. home: default `home_folder()`. Raises ManifestError for a damaged models.toml."""
    return load_manifest().with_rows(_own_rows(home or home_folder()))


def add_model(spec: ModelSpec, home: Path | None = None) -> Path:
    """Remember a file of the user's own; a row of the same name is replaced. Returns the file of rows."""
    folder = home or home_folder()
    rows = {own.name: own for own in _own_rows(folder)} | {spec.name: spec}
    path = folder / FILE
    part = path.with_name(f"{FILE}.{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text(tomli_w.dumps({name: _table(row) for name, row in rows.items()}), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ManifestError(
            f"{path} cannot be written: {error}",
            remedy="make that folder writable, or set LIVESWAP_HOME to another one",
        ) from error
    return path


def _own_rows(folder: Path) -> Manifest:
    path = folder / FILE
    return load_manifest(path) if path.is_file() else Manifest(())


def _table(spec: ModelSpec) -> dict[str, Any]:
    """The row as TOML tells it: what models/rows.py reads."""
    if not isinstance(spec.source, FileSource):
        raise ManifestError(f"{spec.name} is not a file that you added", remedy="add a file")
    row: dict[str, Any] = {key: getattr(spec, key) for key in ("task", "family", "licence", "credit", "sha256")}
    if spec.bytes is not None:
        row["bytes"] = spec.bytes
    row["source"] = {"file": str(spec.source.path)}
    if spec.input is not None:
        row["input"] = _input(spec.input)
    if spec.output is not None:
        row["output"] = _scale(spec.output)
    if spec.identity is not None:
        row["identity"] = _identity(spec.identity)
    return row


def _input(taken: InputSpec) -> dict[str, Any]:
    template = {"template": taken.template} if taken.template is not None else {}
    return {"size_px": taken.size_px, "order": taken.order, **_scale(taken), **template}


def _scale(spec: InputSpec | OutputSpec) -> dict[str, Any]:
    def number(values: ByChannel) -> Any:
        return values[0] if len(set(values)) == 1 else list(values)

    return {"mean": number(spec.mean), "std": number(spec.std)}


def _identity(identity: IdentitySpec) -> dict[str, Any]:
    if identity.picture is not None:
        return {"kind": identity.kind, "picture": _input(identity.picture)}
    converter = {"converter": identity.converter} if identity.converter is not None else {}
    return {"kind": identity.kind, "unit": identity.unit, **converter}
