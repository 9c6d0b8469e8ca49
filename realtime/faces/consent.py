"""Consent, asked once per source photo and remembered: when, how, for what, until when, and whether it was withdrawn.

    LIVESWAP_HOME/consent.jsonl    a line for each change; the last of a photo holds, all are kept as its history

A photo is known by its sha256, with one of the visitor behind it for a visitor of a server: their word is not the word
of whoever runs it. It holds no picture and no name. Once revoked, a photo is refused to everybody, and only a person
who is asked again can agree anew. That a last day is past is noted once it is seen, and holds though the clock is set
back. Knows answers; knows nothing of terminals (it is given a way to ask).
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.errors import UserError
from models.records import RecordFile, RecordLog
from realtime.errors import ConsentError

logger = logging.getLogger(__name__)

QUESTION = (
    "Do you have the consent of the person in {name} to appear with their face "
    "(or is it your own, a painting, or a picture made for this)?"
)
LOG, BEFORE = "consent.jsonl", "consent.json"
"""Names of the record: now, and of earlier versions."""
REMEDY = "make that folder writable, or set LIVESWAP_HOME to another one"
NOT_GIVEN = "if you have it, add --i-have-consent (asked once per photo); if not, use another photo"


class Scope(StrEnum):
    """What a face is worn in."""

    LIVE = "live"
    FILE = "file"


class How(StrEnum):
    """How consent was given."""

    TERMINAL = "terminal"
    FLAG = "flag"
    PAGE = "page"
    API = "api"


class ConsentFor(StrEnum):
    """Scopes as people choose them."""

    LIVE = "live"
    FILE = "file"
    BOTH = "both"

    @property
    def scopes(self) -> tuple[Scope, ...]:
        return tuple(Scope) if self is ConsentFor.BOTH else (Scope(self.value),)


OLD_WORDS = {"answered": How.TERMINAL, "said beside the upload": How.PAGE}
"""Of earlier records; the third was the option's."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed to. scopes: for what. until: the last day; None for no end."""

    scopes: tuple[Scope, ...] = (Scope.LIVE, Scope.FILE)
    until: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How consent may be had. given: said already, in this way. ask: puts the question; None when nobody is there."""

    given: How | None = None
    ask: Callable[[str], bool] | None = None
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class Consent:
    """at, revoked, ended: times, ISO 8601. until: a day. ended: when that was seen to be past. As a line says it."""

    at: str
    how: str
    scopes: tuple[str, ...]
    until: str | None = None
    revoked: str | None = None
    ended: str | None = None

    def require_sound(self) -> None:
        """Raises TypeError unless everything is a text, as it is to be."""
        needed, more = (self.at, self.how, *self.scopes), (self.until, self.revoked, self.ended)
        if not all(isinstance(text, str) for text in needed + tuple(filter(None, more))):
            raise TypeError("a consent is told in texts")
        if not all(text is None or text for text in more):
            raise TypeError("a day and a time are said, or not at all")

    def covers(self, scope: Scope) -> bool:
        """Whether it holds now, for this."""
        return self.revoked is None and scope in self.scopes and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether its last day is past."""
        return self.ended is not None or (self.until is not None and self.until < _today())


def key_of(photo: bytes, whose: str = "") -> str:
    """Of a photo in the record. photo: the file's content. whose: a visitor's key; "" for who owns this machine."""
    key = hashlib.sha256(photo).hexdigest()
    return f"{key}/{hashlib.sha256(whose.encode()).hexdigest()[:16]}" if whose else key


class ConsentLedger:
    """Remembers what was agreed to. home: the folder it is in, made when needed. Raises UserError for a damaged one."""

    def __init__(self, home: Path) -> None:
        self._home, self.path = home, home / LOG
        self._log = RecordLog(self.path, "consents", remedy=REMEDY, error=UserError)
        self._ended: dict[tuple[str, Consent], Consent] = {}

    def entries(self) -> dict[str, Consent]:
        """The last of each photo, by `key_of`."""
        self._take_over()
        entries = {key: self._parsed(entry) for key, entry in self._log.read().items()}
        return {key: self._as_seen(key, entry) for key, entry in entries.items()}

    def holds(self, key: str, scope: Scope) -> bool:
        """Whether this photo may be worn now, for this."""
        return _holds(self.entries(), key, scope)

    def lacking(self, keys: Collection[str], scopes: Collection[Scope]) -> list[str]:
        """Those of these photos that may not be worn now, for all of this."""
        entries = self.entries()
        return [key for key in keys if not all(_holds(entries, key, scope) for scope in scopes)]

    def require(self, key: str, name: str, scopes: Collection[Scope], answer: Answer) -> None:
        """Return when there is consent for a photo, else raise ConsentError. name: for messages."""
        entries = self.entries()
        if all(_holds(entries, key, scope) for scope in scopes):
            return
        revoked = next((entry.revoked for entry in _all_of(entries, key) if entry.revoked), None)
        asked = answer.ask is not None and answer.given is None
        if revoked is not None and not asked:
            raise ConsentError(
                f"consent for the face in {name} was revoked ({revoked[:10]})",
                remedy="use another photo; if the person agreed again, run it in a terminal, which asks",
            )
        missing = set(scopes) - set(answer.terms.scopes)
        if missing:
            word = ", ".join(sorted(missing))
            raise ConsentError(f"this run is also {word}", remedy="--consent-for both, if the person agreed to that")
        if not (answer.given or (answer.ask is not None and answer.ask(QUESTION.format(name=name)))):
            raise ConsentError(f"no consent for the face in {name}", remedy=NOT_GIVEN)
        self._give(key, entries, answer)

    def revoke(self, sha256: str) -> int:
        """Withdraw consent for a photo, whoever gave it. Returns how many entries that changed."""
        found = {key: entry for key, entry in self.entries().items() if _photo(key) == sha256 and not entry.revoked}
        for key, entry in found.items():
            self._note(key, replace(entry, revoked=_now()))
        return len(found)

    def history(self, sha256: str) -> list[dict[str, Any]]:
        """Every change of a photo's entries, the oldest first."""
        self._take_over()
        changes = [(key, self._parsed(entry)) for key, entry in self._log.history() if _photo(key) == sha256]
        return [{"photo": key, **asdict(entry)} for key, entry in changes]

    def _give(self, key: str, entries: dict[str, Consent], answer: Answer) -> None:
        terms, before = answer.terms, entries.get(key)
        kept = [scope for scope in Scope if before is not None and before.covers(scope) and before.until is None]
        scopes = tuple(scope for scope in Scope if scope in terms.scopes or scope in kept)
        until = None if terms.until is None else terms.until.isoformat()
        self._note(key, Consent(_now(), answer.given or How.TERMINAL, scopes, until))

    def _note(self, key: str, consent: Consent) -> None:
        try:
            self._home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{self._home} cannot be made: {error.strerror}", remedy=REMEDY) from error
        self._log.note(key, asdict(consent))

    def _as_seen(self, key: str, entry: Consent) -> Consent:
        """The same, or that it is over, which is noted; where nothing can be, it holds for this process."""
        if entry.ended is None and entry.is_over and (key, entry) not in self._ended:
            self._ended[key, entry] = replace(entry, ended=_now())
            try:
                self._note(key, self._ended[key, entry])
            except UserError as error:
                logger.warning("that a consent has run out is not noted: %s", error)
        return self._ended.get((key, entry), entry)

    def _take_over(self) -> None:
        """Bring what an earlier version remembered into the record, and remove its file."""
        old = self._home / BEFORE
        if not old.exists():
            return
        known = self._log.read()
        for key, entry in RecordFile(old, "consents", remedy=REMEDY).read().items():
            if key not in known:
                at, how = (str(entry.get(what, "")) for what in ("at", "how")) if isinstance(entry, dict) else ("", "")
                self._note(key, Consent(at, OLD_WORDS.get(how, How.FLAG), tuple(Terms().scopes)))
        old.unlink(missing_ok=True)

    def _parsed(self, entry: Any) -> Consent:
        try:
            consent = Consent(**{**entry, "scopes": tuple(entry["scopes"])})
            consent.require_sound()
        except (TypeError, KeyError) as error:
            problem = f"the record of consents {self.path} has a line that is none: {str(entry)[:200]}"
            raise UserError(problem, remedy=f"remove that line, or delete {self.path}") from error
        return consent


def is_withdrawn(entries: Mapping[str, Consent], key: str, scope: Scope) -> bool:
    """Whether a photo may not be worn for this any more. One without an entry, as those we lend, needs none."""
    own, owner = entries.get(key), entries.get(_photo(key))
    return (own is not None and not own.covers(scope)) or (owner is not None and owner.revoked is not None)


def _holds(entries: Mapping[str, Consent], key: str, scope: Scope) -> bool:
    return key in entries and not is_withdrawn(entries, key, scope)


def _all_of(entries: dict[str, Consent], key: str) -> list[Consent]:
    """A photo's entry for whoever asks, and its owner's."""
    return [entries[each] for each in dict.fromkeys((key, _photo(key))) if each in entries]


def _photo(key: str) -> str:
    return key.partition("/")[0]


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
