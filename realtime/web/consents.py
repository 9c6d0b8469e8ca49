"""Faces whose consent was revoked leave the server while it runs: its galleries, and the streams that may wear them.

Knows the record of consents, galleries and sessions; knows nothing of HTTP.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping

from models.errors import UserError
from realtime.faces.consent import Consent, ConsentLedger, Scope, is_withdrawn
from realtime.web.gallery import Entry
from realtime.web.sessions import Sessions
from realtime.web.visitors import Visitors

SWEEP_S = 1.0
WHY = "consent for a face of this session was revoked, or has run out: start again without it"


async def sweep_consents(ledger: ConsentLedger, visitors: Visitors, sessions: Sessions) -> None:
    """Look into the record, for ever; cancel it at the end. While it cannot be read, nobody is shown."""
    while True:
        await asyncio.sleep(SWEEP_S)
        try:
            is_gone = gone_by(await asyncio.to_thread(ledger.entries))
        except UserError as error:
            for session in sessions:
                session.stream.control.withhold(str(error))
            continue
        drop_revoked(is_gone, visitors, sessions)


def gone_by(entries: Mapping[str, Consent]) -> Callable[[Entry], bool]:
    """Tells whether a face may not be worn any more."""
    return lambda entry: is_revoked(entries, entry.consents, Scope.LIVE)


def is_revoked(entries: Mapping[str, Consent], keys: Collection[str], scope: Scope) -> bool:
    """Whether one of a face's photos may not be worn for this any more."""
    return any(is_withdrawn(entries, key, scope) for key in keys)


def drop_revoked(is_gone: Callable[[Entry], bool], visitors: Visitors, sessions: Sessions) -> None:
    """Withhold every stream that may wear such a face, and forget the face."""
    for session in sessions:
        if any(is_gone(entry) for entry in session.visitor.gallery.entries):
            session.stream.control.withhold(WHY)
    visitors.drop(is_gone)
