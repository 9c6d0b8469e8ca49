"""What must be agreed to or said before a run: consent, the licences of what is fetched, why there is no badge.

The same for the command line and the Python API. Knows who must have agreed; asks nobody itself (it is given a way to
ask).
"""

import re
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from models.licences import LicenceDesk
from models.progress import Progress, ignore_progress
from models.store import ModelStore
from realtime.config import RunConfig
from realtime.faces.consent import Answer, ConsentLedger, Scope, key_of
from realtime.faces.consent_watch import ConsentWatch
from realtime.faces.person import content_of
from realtime.provenance.no_badge import NoBadgeRecord

LIVE = re.compile(r"null$|virtual(:|$)|(rtmps?|srt|udp)://", re.IGNORECASE)
"""Outputs of which nothing stays."""


def require_consent(config: RunConfig, home: Path, answer: Answer, lent: Collection[Path] = ()) -> None:
    """Return when there is consent for every photo, and for whom a network was trained on; else raise UserError.

    home: where answers are kept. lent: photos of ours, which need none.
    """
    ledger, scopes = ConsentLedger(home), scopes_of(config)
    for key, name in _photos_of(config, lent).items():
        ledger.require(key, name, scopes, answer)
    person = _trained_on(config)
    if person is not None:
        ledger.require(*person, scopes, answer)


def consent_watch(config: RunConfig, home: Path) -> ConsentWatch:
    """Watches those of a run's faces for whom there was consent when it began."""
    ledger = ConsentLedger(home)
    if not ledger.entries():
        return ConsentWatch(ledger, {}, ())
    person = _trained_on(config)
    faces = _photos_of(config) | ({} if person is None else dict([person]))
    return ConsentWatch(ledger, faces, scopes_of(config))


def scopes_of(config: RunConfig) -> frozenset[Scope]:
    """What a run's faces are worn in: files that stay, or pictures that pass. Of a server, both."""
    if not config.outputs:
        return frozenset(Scope)
    return frozenset(Scope.LIVE if LIVE.match(where) else Scope.FILE for where in config.outputs)


def no_badge_record(config: RunConfig, home: Path) -> NoBadgeRecord:
    """Of one run, with the reason that it begins with, if any, which `note_no_badge` has recorded."""
    reason = config.disclosure.no_badge
    return NoBadgeRecord(home, partial(_faces_of, config), sorted(scopes_of(config)), [reason] if reason else [])


def note_no_badge(config: RunConfig, home: Path) -> None:
    """Record why a run's pictures carry no badge, if they do not. Raises UserError where that cannot be written."""
    if config.disclosure.no_badge:
        no_badge_record(config, home).note(config.disclosure.no_badge)


def _faces_of(config: RunConfig) -> list[str]:
    """The keys of a run's faces in the record of consents."""
    person = _trained_on(config)
    return [*_photos_of(config), *([] if person is None else person[:1])]


def _photos_of(config: RunConfig, lent: Collection[Path] = ()) -> dict[str, str]:
    """Their names by their keys in the record."""
    return {key_of(content_of(photo)): photo.name for photo in config.sources if photo not in lent}


def _trained_on(config: RunConfig) -> tuple[str, str] | None:
    """Whom a network was trained on: their key in the record, and their name."""
    from realtime.swapper_options import person_in_weights  # noqa: PLC0415  seconds that a question need not wait

    person = person_in_weights(config)
    return None if person is None else (key_of(person.sha256.encode()), person.name)


def store_of(
    home: Path, *, accepts_licences: bool, ask: Callable[[str], bool] | None, progress: Progress = ignore_progress
) -> ModelStore:
    """The models in `home`, of which none is fetched before its licence is accepted. ask: see LicenceDesk."""
    return ModelStore(home, progress, LicenceDesk(home / "licences.json", given=accepts_licences, ask=ask).require)
