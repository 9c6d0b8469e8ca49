"""Why pictures went out without the visible badge: kept on this machine, and told to the manifests of files.

    LIVESWAP_HOME/no-badge.jsonl    a line for each face, by its key in the record of consents: when, for what, and why

The manifest says it to whoever gets a file. The record says it to the person whose face it is, and of what carries no
manifest: live pictures, Matroska, WebM. It holds no picture and no name. Knows reasons; knows nothing of badges.
"""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import UserError
from models.records import RecordLog, require_kinds

LOG = "no-badge.jsonl"
REMEDY = "make that folder writable, or set LIVESWAP_HOME to another one; or keep the badge"
KINDS = {"at": str, "scopes": list, "no_badge": str}
"""Of an entry."""
NOBODY = "-"
"""In place of a key, where no face of the record is worn."""


@dataclass(slots=True)
class NoBadgeRecord:
    """Of one run. home: where it is kept. faces: gives their keys in the record of consents.

    scopes: live, file. reasons: of this run, in the order they came.
    """

    home: Path
    faces: Callable[[], Collection[str]]
    scopes: Sequence[str]
    reasons: list[str] = field(default_factory=list)

    def note(self, reason: str) -> None:
        """From now on there is no badge. Raises UserError where that cannot be written; then it is not to go."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{self.home} cannot be made: {error.strerror}", remedy=REMEDY) from error
        log, known = _log(self.home), dict(_entries(self.home))
        entry = {"at": _now(), "scopes": list(self.scopes), "no_badge": reason}
        for face in self.faces() or [NOBODY]:
            if not _is_said(known.get(face), entry):
                log.note(face, entry)
        self.reasons.append(reason)


def reasons_of(home: Path, sha256: str | None = None) -> list[dict[str, Any]]:
    """Every entry, the oldest first. sha256: of a photo; None for those of all. Raises UserError for a damaged one."""
    entries = _entries(home)
    return [{"photo": key, **entry} for key, entry in entries if sha256 in {None, key.partition("/")[0]}]


def _log(home: Path) -> RecordLog:
    return RecordLog(home / LOG, "reasons for no badge", remedy=REMEDY, error=UserError)


def _entries(home: Path) -> list[tuple[str, dict[str, Any]]]:
    entries = _log(home).history()
    try:
        for _, entry in entries:
            require_kinds(entry, KINDS)
    except (KeyError, TypeError) as error:
        problem = f"the record of reasons for no badge {home / LOG} has a line that is none: {error}"
        raise UserError(problem, remedy="remove that line, or delete the file") from error
    return entries


def _is_said(last: dict[str, Any] | None, entry: dict[str, Any]) -> bool:
    """Whether the same was recorded today: of each picture of a folder, or each look at a photo, once is enough."""
    return last is not None and {**last, "at": last["at"][:10]} == {**entry, "at": entry["at"][:10]}


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
