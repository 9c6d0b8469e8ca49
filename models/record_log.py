"""A file of entries by their keys that grows by a line for each change: as cheap for the thousandth as for the first.

What a full disk or a crash cut off counts as not written. Several processes may add lines.
Knows the file; knows nothing of what the entries say.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.errors import UserError
from models.record_errors import RecordErrors

BEGINNING = '["'
"""Of each line: a key and its entry."""


class RecordLog:
    """One such file, in a folder that exists.

    what: what it holds, for messages, e.g. "a batch". remedy: where it cannot be written. error: what is raised.
    """

    def __init__(self, path: Path, what: str, *, remedy: str, error: type[UserError]) -> None:
        self._path, self._errors = path, RecordErrors(path, what, remedy, error)

    def read(self) -> dict[str, Any]:
        """The entries as they are on the disk, the latest of each key; none where there is no file."""
        try:
            return dict(_pairs(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise self._errors.unreadable(error) from error

    def note(self, key: str, entry: Any) -> None:
        """From now on this is the entry of `key`."""
        line = f"{json.dumps([key, entry])}\n".encode()
        try:
            with self._path.open("a+b", buffering=0) as file:
                if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) and file.read(1) != b"\n":
                    line = b"\n" + line  # after one that was cut off
                file.write(line)
        except OSError as error:
            raise self._errors.unwritable(error) from error


def _pairs(text: str) -> Iterator[tuple[str, Any]]:
    """Raises ValueError for what no such file holds."""
    for line in text.splitlines():
        try:
            key, entry = json.loads(line)
        except json.JSONDecodeError:
            if not (line.startswith(BEGINNING) or BEGINNING.startswith(line)):
                raise
            continue  # cut off
        yield key, entry
