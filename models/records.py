"""Small files of entries by their keys, on the disk: what is in them is never half written, or lost without a word.

    RecordFile   read whole, and replaced whole
    RecordLog    grows by a line for each change: as cheap for the thousandth as for the first. What a full disk or a
                 crash cut off counts as not written. Several processes may add lines.

Knows files; knows nothing of what the entries say.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import UserError

LINE_BEGINS = '["'
"""Each line of a log: with a key and its entry."""


@dataclass(frozen=True, slots=True)
class _Errors:
    """What is said of a record that cannot be read or written. path, what, remedy: see RecordFile.

    kind: what is to be raised.
    """

    path: Path
    what: str
    remedy: str
    kind: type[UserError] = UserError

    def unreadable(self, reason: Exception) -> UserError:
        """Raise this where the file is there and its bytes or its entries cannot be read."""
        said = f"the record of {self.what} {self.path} cannot be read: {reason}"
        return self.kind(said, remedy=f"delete {self.path}")

    def unwritable(self, reason: OSError) -> UserError:
        """Raise this where nothing can be put there."""
        return self.kind(f"the record of {self.what} {self.path} cannot be written: {reason}", remedy=self.remedy)


class RecordFile:
    """One such file; its folder is made when needed.

    what: what it holds, for messages, e.g. "consents". remedy: where it cannot be written. Raises UserError.
    """

    def __init__(self, path: Path, what: str, *, remedy: str) -> None:
        self._path, self._errors = path, _Errors(path, what, remedy)

    def read(self) -> dict[str, Any]:
        """The entries as they are on the disk; none where there is no file."""
        try:
            entries = read_json(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise self._errors.unreadable(error) from error
        if not isinstance(entries, dict):
            raise self._errors.unreadable(ValueError("it holds no entries"))
        return entries

    def write(self, entries: Mapping[str, Any]) -> None:
        """Put these in place of all before."""
        part = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(entries, indent=1), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise self._errors.unwritable(error) from error


class RecordLog:
    """One such file, in a folder that exists.

    what: what it holds, for messages, e.g. "a batch". remedy: where it cannot be written. error: what is raised.
    """

    def __init__(self, path: Path, what: str, *, remedy: str, error: type[UserError]) -> None:
        self._path, self._errors = path, _Errors(path, what, remedy, error)

    def read(self) -> dict[str, Any]:
        """The entries as they are on the disk, the latest of each key; none where there is no file."""
        return dict(self.history())

    def history(self) -> list[tuple[str, Any]]:
        """Every change of every entry, the oldest first."""
        try:
            return list(_pairs(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise self._errors.unreadable(error) from error

    def note(self, key: str, entry: Any) -> None:
        """From now on this is the entry of `key`."""
        line = f"{json.dumps([key, entry])}\n".encode()
        try:
            with self._path.open("a+b", buffering=0) as file:
                if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) and file.read(1) != b"\n":
                    line = b"\n" + line  # after one that was cut off
                while line:  # a disk that is nearly full takes a part of it, and says so only the next time
                    line = line[file.write(line) :]
        except OSError as error:
            raise self._errors.unwritable(error) from error


def _pairs(text: str) -> Iterator[tuple[str, Any]]:
    """Raises ValueError for what no such file holds."""
    for line in text.splitlines():
        try:
            pair = read_json(line)
        except json.JSONDecodeError:
            if not (line.startswith(LINE_BEGINS) or LINE_BEGINS.startswith(line)):
                raise
            continue  # cut off
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise ValueError(f"a line is no key with its entry: {line[:80]}")
        yield pair[0], pair[1]


def require_kinds(entry: Mapping[str, Any], kinds: Mapping[str, Any]) -> None:
    """Raises TypeError or KeyError unless each of these entries is there and of its kind, as `isinstance` takes it."""
    for name, kind in kinds.items():
        if not isinstance(entry[name], kind):
            raise TypeError(f"{name} is {str(entry[name])[:40]!r}")


def read_json(text: str | bytes) -> Any:
    """Raises ValueError, for what is nested too deeply, too."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
