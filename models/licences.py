"""Licences that must be accepted before a file is fetched, asked once each and remembered.

Knows which rows have terms; knows nothing of terminals (it is given a way to ask).
"""

from collections.abc import Callable
from pathlib import Path

from models.errors import LicenceError
from models.ledger import Ledger
from models.spec import ModelSpec

QUESTION = (
    "{name} is under the licence {licence!r} (by {credit}): {terms}\nDo you accept it, for your use of this file?"
)


class LicenceDesk:
    """Lets a model through once its licence was accepted.

    path: the JSON file of answers. given: accepted on the command line, for all that this command fetches. ask: puts
    the question to a person, or None when nobody is there to answer.
    """

    def __init__(self, path: Path, *, given: bool, ask: Callable[[str], bool] | None) -> None:
        self._ledger, self._given, self._ask = Ledger(path, "accepted licences"), given, ask

    def require(self, spec: ModelSpec) -> None:
        """Return when `spec` may be fetched. Raises LicenceError when its licence was not accepted."""
        if spec.terms is None:
            return
        key = f"{spec.terms} {spec.licence}"
        if key in self._ledger:
            return
        question = QUESTION.format(name=spec.name, licence=spec.licence, credit=spec.credit, terms=spec.terms)
        if self._given:
            self._ledger.record(key, "--accept-licence")
        elif self._ask is not None and self._ask(question):
            self._ledger.record(key, "answered")
        else:
            raise LicenceError(
                f"the licence of {spec.name} was not accepted: {spec.licence}, {spec.terms}",
                remedy=f"read it; if it allows what you do, run: liveswap models pull {spec.name} --accept-licence",
            )
