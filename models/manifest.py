"""What models there are: the rows that ship with liveswap, and those that a user added.

Knows files of rows; what a row means is models/spec.py, what it may hold models/rows.py. Touches no network and opens
no model (see `models.store`).
"""

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.errors import ManifestError, UnknownModelError
from models.rows import parse_row
from models.spec import ModelSpec, Task

BUILT_IN = Path(__file__).with_name("manifest.toml")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The rows, in the order of the file."""

    specs: tuple[ModelSpec, ...]

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter(self.specs)

    def __contains__(self, name: str) -> bool:
        return any(spec.name == name for spec in self.specs)

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

    def with_rows(self, others: "Manifest") -> "Manifest":
        """These rows and `others`; a row of the same name is replaced where it stands."""
        changed = {spec.name: spec for spec in others}
        kept = tuple(changed.pop(spec.name, spec) for spec in self.specs)
        return Manifest(kept + tuple(changed.values()))


def load_manifest(path: Path = BUILT_IN) -> Manifest:
    """Read and check a manifest.

    path: a TOML file; relative `file` sources in it are relative to its folder.
    Raises ManifestError with the row's name, what was expected and what is there.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise ManifestError(
            f"the manifest {path} cannot be read: {error}", remedy="correct or remove that file"
        ) from error
    return Manifest(tuple(parse_row(name, table, path) for name, table in tables.items()))
