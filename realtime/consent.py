"""Consent, asked once per source photo and remembered.

Knows which photos were agreed to, by their bytes; knows nothing of terminals (it is given a way to ask).
The record is a small JSON file beside the models: sha256 of the photo -> when and how. It holds no picture and no name.
"""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from models.errors import UserError

QUESTION = (
    "Do you have the consent of the person in {name} to appear with their face "
    "(or is it your own, a painting, or a picture made for this)?"
)


class ConsentLedger:
    """Remembers what was agreed to.

    path: the JSON file; its folder is made when needed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def require(self, photo: bytes, name: str, *, given: bool, ask: Callable[[str], bool] | None) -> None:
        """Return when there is consent for a photo, else raise UserError.

        photo: the file's content. name: for messages. given: said on the command line. ask: puts the question to a
        person, or None when nobody is there to answer.
        """
        key = hashlib.sha256(photo).hexdigest()
        if key in self._entries():
            return
        if given:
            self._record(key, "--i-have-consent")
        elif ask is not None and ask(QUESTION.format(name=name)):
            self._record(key, "answered")
        else:
            raise UserError(
                f"no consent for the face in {name}",
                remedy="if you have it, add --i-have-consent (asked once per photo); if not, use another photo",
            )

    def _entries(self) -> dict[str, dict[str, str]]:
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise UserError(
                f"the record of consents {self._path} cannot be read: {error}", remedy=f"delete {self._path}"
            ) from error
        if not isinstance(entries, dict):
            raise UserError(f"{self._path} is no record of consents", remedy=f"delete {self._path}")
        return entries

    def _record(self, key: str, how: str) -> None:
        entries = self._entries()
        entries[key] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "how": how}
        part = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(entries, indent=1), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            raise UserError(
                f"the consent cannot be recorded in {self._path}: {error}",
                remedy="make that folder writable, or set LIVESWAP_HOME to another one",
            ) from error
