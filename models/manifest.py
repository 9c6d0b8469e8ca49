"""What models there are: one row of facts a model, read from a TOML file.

Knows names, tasks, licences, sources and hashes; touches no network and opens no model (see `models.store`).
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from models.errors import UnknownModelError, UserError

BUILT_IN = Path(__file__).with_name("manifest.toml")

Task: TypeAlias = Literal["detect", "landmarks", "picture"]
"""What a file is for: finding faces, placing landmarks, or being looked at."""

TASKS: tuple[Task, ...] = get_args(Task)


class ManifestError(UserError):
    """A manifest that cannot be read, or a row that is not what it should be."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """What a network takes: (1, size_px, size_px, 3) float32, (value - mean) / std of values 0..255."""

    size_px: int
    order: Literal["rgb", "bgr"]
    mean: float
    std: float


@dataclass(frozen=True, slots=True)
class PypiSource:
    """A member of a wheel on the package index that the user's pip is set up for."""

    requirement: str  # pinned: "name==1.2"
    member: str  # path inside the wheel


@dataclass(frozen=True, slots=True)
class HttpsSource:
    """A file behind an address."""

    url: str


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of the user's own, used where it lies."""

    path: Path


Source: TypeAlias = PypiSource | HttpsSource | FileSource


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One row: what a file is, where it comes from, and which bytes it must have."""

    name: str
    task: Task
    family: str  # which class of `engines` reads it
    input: InputSpec | None  # None: not a network
    licence: str
    credit: str  # who made it, and who packaged it
    source: Source
    sha256: str
    bytes: int
    default: bool  # the default install needs it

    @property
    def filename(self) -> str:
        """Its name in the cache. The hash is part of it, so a row that changes never meets the file of the old one."""
        match self.source:
            case PypiSource(member=place):
                pass
            case HttpsSource(url=url):
                place = urlsplit(url).path
            case FileSource(path=path):
                place = path.name
        return f"{self.name}-{self.sha256[:8]}{PurePosixPath(place).suffix}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The rows, in the order of the file."""

    specs: tuple[ModelSpec, ...]

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter(self.specs)

    def get(self, name: str) -> ModelSpec:
        """The row called `name`. Raises UnknownModelError, which suggests what may have been meant."""
        by_name = {spec.name: spec for spec in self.specs}
        if name in by_name:
            return by_name[name]
        close = difflib.get_close_matches(name, by_name, n=3)
        raise UnknownModelError(
            f"there is no model {name!r}",
            remedy=f"did you mean {' or '.join(close)}?" if close else f"choose one of: {', '.join(by_name)}",
        )

    def for_task(self, task: Task) -> tuple[ModelSpec, ...]:
        """The rows with this task."""
        return tuple(spec for spec in self.specs if spec.task == task)


def load_manifest(path: Path = BUILT_IN) -> Manifest:
    """Read and check a manifest.

    path: a TOML file; relative `file` sources in it are relative to its folder.
    Raises ManifestError with the row's name, what was expected and what is there.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise ManifestError(
            f"the manifest {path} cannot be read: {error}", remedy="mend or remove that file"
        ) from error
    return Manifest(tuple(_parse_row(name, table, path) for name, table in tables.items()))


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


NAME = re.compile(r"[a-z0-9][a-z0-9_]*")  # it becomes a file name
SHA256 = re.compile(r"[0-9a-f]{64}")
PINNED = re.compile(r"[A-Za-z0-9][\w.-]*==[\w.]+")  # and therefore no option of pip's
SOURCES = '{ pypi = "name==1.2", member = "path/in/wheel" }, { https = "https://..." } or { file = "path" }'
INPUT = '{ size_px = 256, order = "rgb" or "bgr", mean = 127.5, std = 127.5 }'
FIELDS = {
    "task": _Field(f"one of {', '.join(TASKS)}", lambda value: value in TASKS),
    "family": _Field("text", _is_text),
    "input": _Field(INPUT, _is_table, required=False),
    "licence": _Field("text", _is_text),
    "credit": _Field("text", _is_text),
    "source": _Field(SOURCES, _is_table),
    "sha256": _Field("64 hex digits, small letters", lambda value: _is_text(value) and bool(SHA256.fullmatch(value))),
    "bytes": _Field("a whole number above 0", lambda value: type(value) is int and value > 0),
    "default": _Field("true or false", lambda value: isinstance(value, bool), required=False),
}


def _parse_row(name: str, row: Any, manifest: Path) -> ModelSpec:
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
    return ModelSpec(
        name=name,
        input=_parse_input(row["input"], where) if "input" in row else None,
        source=_parse_source(row["source"], where, manifest.parent),
        default=row.get("default", False),
        **{key: row[key] for key in ("task", "family", "licence", "credit", "sha256", "bytes")},
    )


def _parse_input(table: dict[str, Any], where: str) -> InputSpec:
    match table:
        case {"size_px": int(), "order": "rgb" | "bgr", "mean": float(), "std": float(), **rest} if not rest:
            return InputSpec(**table)
    raise _malformed(f"{where}, input", INPUT, table)


def _parse_source(table: dict[str, Any], where: str, folder: Path) -> Source:
    match table:
        case {"pypi": str(pin), "member": str(member), **rest} if not rest and PINNED.fullmatch(pin):
            return PypiSource(pin, member)
        case {"https": str(url), **rest} if not rest:
            return HttpsSource(url)
        case {"file": str(path), **rest} if not rest:
            return FileSource(folder / Path(path).expanduser())
    raise _malformed(f"{where}, source", SOURCES, table)


def _malformed(where: str, expected: str, got: object) -> ManifestError:
    return ManifestError(f"{where}: expected {expected}, got {got!r}", remedy="mend that row of the manifest")
