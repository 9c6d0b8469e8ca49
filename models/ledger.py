"""What a person agreed to, remembered: a small JSON file of keys, each with when and how.

Knows the file; knows neither what the keys mean nor how people are asked.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from models.errors import UserError


class Ledger:
    """A record of answers.

    path: the JSON file; its folder is made when needed. what: what it holds, for messages, e.g. "consents".
    """

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what = path, what

    def __contains__(self, key: str) -> bool:
        return key in self._entries()

    def record(self, key: str, how: str) -> None:
        """Remember `key`. how: "answered", or the option that said it. Raises UserError when it cannot be written."""
        entries = self._entries()
        entries[key] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "how": how}
        part = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(entries, indent=1), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            raise UserError(
                f"the record of {self._what} {self._path} cannot be written: {error}",
                remedy="make that folder writable, or set LIVESWAP_HOME to another one",
            ) from error

    def _entries(self) -> dict[str, dict[str, str]]:
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise UserError(
                f"the record of {self._what} {self._path} cannot be read: {error}", remedy=f"delete {self._path}"
            ) from error
        if not isinstance(entries, dict):
            raise UserError(f"{self._path} is no record of {self._what}", remedy=f"delete {self._path}")
        return entries
