"""What `liveswap consent ...` does: list, show, revoke, export.

Knows the record and the terminal; faces/consent.py knows what the entries mean.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from models.errors import UserError
from models.store import home_folder
from realtime.cli.console import say, show, stdout, write_row
from realtime.faces.consent import Consent, ConsentLedger, Scope, key_of
from realtime.faces.person import content_of
from realtime.media.local_path import local_path
from realtime.provenance.no_badge import reasons_of
from realtime.wording import counted

PREFIX = re.compile(r"[0-9a-f]{8,64}")
NOT_NOW = 4
"""Exit status of a photo that may not be worn now."""


def list_consents() -> None:
    """All entries: a line with tabs each, for programs and people."""
    entries = ConsentLedger(home_folder()).entries()
    if not entries and stdout.is_terminal:
        say("nobody was asked yet")
    for key, entry in sorted(entries.items(), key=lambda item: item[1].at):
        write_row(*_cells(key, entry))


def show_consent(photo: str) -> int:
    """The history of a photo, and when it was worn without the badge, a line each. Returns the exit status."""
    ledger = ConsentLedger(home_folder())
    sha256 = _sha256(photo, ledger)
    _write([*ledger.history(sha256), *reasons_of(home_folder(), sha256)])
    scopes = [scope for scope in Scope if ledger.holds(sha256, scope)]
    say(f"may be worn: {', '.join(scopes)}" if scopes else "may not be worn", "green" if scopes else "yellow")
    return 0 if scopes else NOT_NOW


def revoke_consent(photo: str) -> None:
    """Raises UserError where nothing is to be revoked."""
    ledger = ConsentLedger(home_folder())
    sha256 = _sha256(photo, ledger)
    count = ledger.revoke(sha256)
    if not count:
        raise UserError(f"{photo} has no consent that holds", remedy="liveswap consent list shows what there is")
    show(f"revoked: {sha256[:12]} ({counted(count, 'record')})")
    say("streams that wear it go dark and videos end without a file, within a second; files made before stay")


def export_consents() -> None:
    """Everything, as it is recorded, and when faces were worn without the badge, and why."""
    ledger = ConsentLedger(home_folder())
    for sha256 in dict.fromkeys(key.partition("/")[0] for key in ledger.entries()):
        _write(ledger.history(sha256))
    _write(reasons_of(home_folder()))


def _write(changes: Iterable[dict[str, Any]]) -> None:
    """The oldest first, a line of JSON each."""
    for change in sorted(changes, key=lambda change: str(change["at"])):
        stdout.file.write(json.dumps(change) + "\n")


def _cells(key: str, entry: Consent) -> tuple[str, ...]:
    sha256, _, visitor = key.partition("/")
    state = f"revoked {entry.revoked[:10]}" if entry.revoked else "" if _is_current(entry) else "run out"
    whose = "visitor" if visitor else "owner"
    return sha256[:12], whose, entry.at, entry.how, "+".join(entry.scopes), entry.until or "-", state or "holds"


def _is_current(entry: Consent) -> bool:
    return any(entry.covers(scope) for scope in Scope)


def _sha256(photo: str, ledger: ConsentLedger) -> str:
    """Of the photo that is meant. Raises UserError for none, or several."""
    path = local_path(photo)
    if path.exists():
        return key_of(content_of(path))
    if not PREFIX.fullmatch(photo):
        raise UserError(f"there is no photo {photo}", remedy="give the photo, or 8 digits or more of its sha256")
    found = {key.partition("/")[0] for key in ledger.entries() if key.startswith(photo)}
    if len(found) != 1:
        many = "several photos begin" if found else "no photo begins"
        raise UserError(f"{many} with {photo}", remedy="liveswap consent list shows what there is")
    return found.pop()
