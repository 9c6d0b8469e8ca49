"""Whether faces that are in use may still be used, asked again and again.

    watch = ConsentWatch(ledger, {key: "alice.jpg"}, scopes)
    watch.require()      # raises ConsentError once a face was revoked, or its consent ran out

Knows the record and its file; what a stream does about it is stream/consent_gate.py's business.
"""

import time
from collections.abc import Collection, Mapping

from realtime.errors import ConsentError
from realtime.faces.consent import ConsentLedger, Scope

LOOK_S = 0.5
"""How old an answer may be."""


class ConsentWatch:
    """faces: names for messages by `key_of`. Faces without an entry, as those we lend, are not watched. Any thread."""

    def __init__(self, ledger: ConsentLedger, faces: Mapping[str, str], scopes: Collection[Scope]) -> None:
        known = ledger.entries()
        self._ledger, self._scopes = ledger, tuple(scopes)
        self._faces = {key: name for key, name in faces.items() if key in known}
        self._looked_s, self._withdrawn = -LOOK_S, ""

    def withdrawn(self) -> str:
        """The name of a face that may not be used any more; "" for none. Once withdrawn, it stays so."""
        if self._withdrawn or not self._faces or time.monotonic() - self._looked_s < LOOK_S:
            return self._withdrawn
        self._looked_s = time.monotonic()
        gone = self._ledger.lacking(self._faces, self._scopes)
        self._withdrawn = self._faces[gone[0]] if gone else ""
        return self._withdrawn

    def require(self) -> None:
        """Raise ConsentError when a face may not be used any more."""
        name = self.withdrawn()
        if name:
            raise ConsentError(
                f"consent for the face in {name} was revoked, or has run out", remedy="use another photo"
            )
