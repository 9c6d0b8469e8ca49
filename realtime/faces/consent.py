"""Consent, asked once per source photo and remembered.

Knows which photos were agreed to, by their bytes; knows nothing of terminals (it is given a way to ask).
The record (`models.ledger`) has the sha256 of the photo as key, with one of the visitor behind it for a visitor of a
server: their word is not the word of whoever runs it. It holds no picture and no name.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from models.ledger import Ledger
from realtime.errors import ConsentError

QUESTION = (
    "Do you have the consent of the person in {name} to appear with their face "
    "(or is it your own, a painting, or a picture made for this)?"
)


class ConsentLedger:
    """Remembers what was agreed to.

    path: the JSON file; its folder is made when needed.
    """

    def __init__(self, path: Path) -> None:
        self._ledger = Ledger(path, "consents")

    def require(
        self, photo: bytes, name: str, *, given: bool, ask: Callable[[str], bool] | None, whose: str = ""
    ) -> None:
        """Return when there is consent for a photo, else raise ConsentError.

        photo: the file's content. name: for messages. given: said on the command line. ask: puts the question to a
        person, or None when nobody is there to answer. whose: a visitor's key; "" for whoever owns this machine.
        """
        key = hashlib.sha256(photo).hexdigest()
        if whose:
            key += f"/{hashlib.sha256(whose.encode()).hexdigest()[:16]}"
        if key in self._ledger:
            return
        if given:
            self._ledger.record(key, "said beside the upload" if whose else "--i-have-consent")
        elif ask is not None and ask(QUESTION.format(name=name)):
            self._ledger.record(key, "answered")
        else:
            raise ConsentError(
                f"no consent for the face in {name}",
                remedy="if you have it, add --i-have-consent (asked once per photo); if not, use another photo",
            )
