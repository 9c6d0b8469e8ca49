"""Model files that lie outside the store, of the user or of another program: right when met, and again when changed.

A hash takes a second for half a gigabyte, so what was found right is remembered by its place, size and time of change.
Whoever can set that time can do all that the user can. Where nothing can be remembered, every use costs the hash.
Knows files and their hashes; knows nothing of where they come from.
"""

import logging
from pathlib import Path

from models.disk import sha256_of
from models.errors import UserError
from models.records import RecordFile

logger = logging.getLogger(__name__)


class CheckedFiles:
    """Which files were found right, remembered in the file `record`."""

    def __init__(self, record: Path) -> None:
        self._record = RecordFile(record, "checked models", remedy="set LIVESWAP_HOME to a folder of your own")

    def is_right(self, path: Path, sha256: str, *, again: bool) -> bool:
        """Whether `path` has that hash. again: read it, whatever is remembered. Raises OSError."""
        state = path.stat()
        seen = {"sha256": sha256, "bytes": state.st_size, "changed_ns": state.st_mtime_ns}
        if not again and self._entries().get(str(path)) == seen:
            return True
        if sha256_of(path) != sha256:
            return False
        try:
            self._record.write({**self._entries(), str(path): seen})
        except UserError as error:
            logger.info("%s", error)
        return True

    def _entries(self) -> dict[str, object]:
        try:
            return self._record.read()
        except UserError as error:  # then nothing was checked
            logger.info("%s", error)
            return {}
