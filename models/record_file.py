"""A small JSON file of entries by their keys: read whole, and replaced whole, so it is never half written.

Knows the file; knows nothing of what the entries say.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.record_errors import RecordErrors


class RecordFile:
    """One such file; its folder is made when needed.

    what: what it holds, for messages, e.g. "consents". remedy: where it cannot be written. Raises UserError.
    """

    def __init__(self, path: Path, what: str, *, remedy: str) -> None:
        self._path, self._errors = path, RecordErrors(path, what, remedy)

    def read(self) -> dict[str, Any]:
        """The entries as they are on the disk; none where there is no file."""
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise self._errors.unreadable(error) from error
        if not isinstance(entries, dict):
            raise self._errors.unreadable(ValueError("it is none"))
        return entries

    def write(self, entries: Mapping[str, Any]) -> None:
        """Put these in place of all before."""
        part = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(entries, indent=1), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            raise self._errors.unwritable(error) from error
