"""What a person agreed to, remembered: when each key was answered and how.

Knows answers; records.py knows the file, and nobody here what the keys mean or how people are asked.
"""

from datetime import UTC, datetime
from pathlib import Path

from models.records import RecordFile


class Ledger:
    """A record of answers.

    path: the JSON file; its folder is made when needed. what: what it holds, for messages, e.g. "consents".
    """

    def __init__(self, path: Path, what: str) -> None:
        self._file = RecordFile(path, what, remedy="make that folder writable, or set LIVESWAP_HOME to another one")

    def __contains__(self, key: str) -> bool:
        return key in self._file.read()

    def record(self, key: str, how: str) -> None:
        """Remember `key`. how: "answered", or the option that said it. Raises UserError when it cannot be written."""
        entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "how": how}
        self._file.write({**self._file.read(), key: entry})
