"""Consent: asked once per photo, remembered by its bytes, never assumed, and taken back."""

import datetime as dt
import json
from pathlib import Path

import pytest

from models.errors import UserError
from models.records import RecordLog
from realtime.cli.arguments import parse_day
from realtime.errors import ConsentError
from realtime.faces import consent, consent_watch
from realtime.faces.consent import Answer, ConsentLedger, How, Scope, Terms, key_of
from realtime.faces.consent_watch import ConsentWatch

ALICE, BOB = key_of(b"picture of Alice"), key_of(b"picture of Bob")
ALICE_BY_EVE = key_of(b"picture of Alice", "eve")
BOTH = tuple(Scope)
FLAG = Answer(given=How.FLAG)
TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture
def ledger(tmp_path: Path) -> ConsentLedger:
    return ConsentLedger(tmp_path / "home")


def never_asked(_question: str) -> bool:
    raise AssertionError("asked again")


def agree(_question: str) -> bool:
    return True


@pytest.mark.smoke
def test_person_is_asked_once_and_the_answer_is_remembered(ledger: ConsentLedger) -> None:
    asked: list[str] = []

    def answer(question: str) -> bool:
        asked.append(question)
        return True

    ledger.require(ALICE, "alice.jpg", BOTH, Answer(ask=answer))
    ledger.require(ALICE, "alice.jpg", BOTH, Answer(ask=never_asked))
    assert len(asked) == 1
    assert "alice.jpg" in asked[0]
    assert ledger.entries()[ALICE].how == How.TERMINAL


@pytest.mark.parametrize("how", How)
def test_what_was_said_counts_as_an_answer_and_how_is_remembered(ledger: ConsentLedger, how: How) -> None:
    ledger.require(ALICE, "alice.jpg", BOTH, Answer(given=how))
    ledger.require(ALICE, "alice.jpg", BOTH, Answer())
    entry = ledger.entries()[ALICE]
    assert (entry.how, entry.scopes, entry.until, entry.revoked) == (how, ("live", "file"), None, None)


def test_same_name_with_another_picture_is_asked_again(ledger: ConsentLedger) -> None:
    ledger.require(ALICE, "alice.jpg", BOTH, FLAG)
    with pytest.raises(ConsentError):
        ledger.require(BOB, "alice.jpg", BOTH, Answer())


@pytest.mark.parametrize("ask", [None, lambda _question: False], ids=["nobody there", "no"])
def test_without_consent_there_is_an_error_and_nothing_is_remembered(
    ledger: ConsentLedger, tmp_path: Path, ask: None
) -> None:
    with pytest.raises(ConsentError, match=r"alice\.jpg") as raised:
        ledger.require(ALICE, "alice.jpg", BOTH, Answer(ask=ask))
    assert "--i-have-consent" in raised.value.remedy
    assert not (tmp_path / "home").exists()


def test_consent_is_for_what_was_agreed_to(ledger: ConsentLedger) -> None:
    ledger.require(ALICE, "alice.jpg", [Scope.LIVE], Answer(given=How.FLAG, terms=Terms((Scope.LIVE,))))
    assert ledger.holds(ALICE, Scope.LIVE)
    assert not ledger.holds(ALICE, Scope.FILE)
    with pytest.raises(ConsentError, match="no consent"):
        ledger.require(ALICE, "alice.jpg", [Scope.FILE], Answer())
    with pytest.raises(ConsentError, match="also file"):
        ledger.require(ALICE, "alice.jpg", [Scope.FILE], Answer(given=How.FLAG, terms=Terms((Scope.LIVE,))))
    ledger.require(ALICE, "alice.jpg", [Scope.FILE], Answer(given=How.FLAG, terms=Terms((Scope.FILE,))))
    assert all(ledger.holds(ALICE, scope) for scope in Scope)


def test_consent_ends_after_its_last_day(ledger: ConsentLedger) -> None:
    ledger.require(ALICE, "alice.jpg", BOTH, Answer(given=How.FLAG, terms=Terms(until=TODAY)))
    assert ledger.holds(ALICE, Scope.FILE)
    ledger.require(BOB, "bob.jpg", BOTH, Answer(given=How.FLAG, terms=Terms(until=TODAY - dt.timedelta(days=1))))
    assert not ledger.holds(BOB, Scope.FILE)
    ledger.require(BOB, "bob.jpg", BOTH, FLAG)  # which renews it
    assert ledger.holds(BOB, Scope.FILE)


@pytest.mark.parametrize("can_note", [True, False])
def test_consent_that_ran_out_does_not_come_back_with_the_clock(
    ledger: ConsentLedger, monkeypatch: pytest.MonkeyPatch, can_note: bool
) -> None:
    ledger.require(ALICE, "alice.jpg", BOTH, Answer(given=How.FLAG, terms=Terms(until=TODAY)))
    tomorrow = (TODAY + dt.timedelta(days=1)).isoformat()
    with monkeypatch.context() as later:
        later.setattr(consent, "_today", lambda: tomorrow)
        if not can_note:
            later.setattr(RecordLog, "note", refuse)
        assert ledger.lacking([ALICE], BOTH) == [ALICE]
    before = ledger.path.read_text()
    readers = [ledger, ConsentLedger(ledger.path.parent)] if can_note else [ledger]
    assert [reader.holds(ALICE, Scope.LIVE) for reader in readers] == [False] * len(readers)
    assert ledger.path.read_text() == before, "it is noted once"
    assert before.count('"ended": "20') == can_note
    ledger.require(ALICE, "alice.jpg", BOTH, FLAG)
    assert ledger.holds(ALICE, Scope.LIVE), "the person may agree anew"


def refuse(*_: object) -> None:
    raise UserError("the disk is full", remedy="make room")


@pytest.mark.parametrize("text", ["tomorrow", "2027-13-01", "2020-01-01"])
def test_last_day_that_is_none_or_over_is_a_mistake(text: str) -> None:
    with pytest.raises(UserError, match=text):
        parse_day(text)


def test_revoked_photo_is_refused_whoever_says_otherwise(ledger: ConsentLedger) -> None:
    ledger.require(ALICE, "alice.jpg", BOTH, FLAG)
    ledger.require(ALICE_BY_EVE, "alice.jpg", BOTH, Answer(given=How.PAGE))
    assert ledger.revoke(ALICE) == 2
    assert ledger.revoke(ALICE) == 0
    other = key_of(b"picture of Alice", "mallory")
    for key, how in ((ALICE, How.FLAG), (ALICE, How.API), (ALICE_BY_EVE, How.PAGE), (other, How.PAGE)):
        assert not any(ledger.holds(key, scope) for scope in Scope)
        with pytest.raises(ConsentError, match="was revoked"):
            ledger.require(key, "alice.jpg", BOTH, Answer(given=how))


def test_person_may_agree_anew_where_they_are_asked(ledger: ConsentLedger) -> None:
    ledger.require(ALICE, "alice.jpg", BOTH, FLAG)
    ledger.revoke(ALICE)
    ledger.require(ALICE, "alice.jpg", BOTH, Answer(ask=agree))
    assert ledger.holds(ALICE, Scope.LIVE)
    assert [change["revoked"] is None for change in ledger.history(ALICE)] == [True, False, True]


def test_earlier_record_is_taken_over(tmp_path: Path) -> None:
    at = "2025-11-03T10:00:00+00:00"
    old = {ALICE: "answered", BOB: "--i-have-consent", ALICE_BY_EVE: "said beside the upload"}
    (tmp_path / "consent.json").write_text(json.dumps({key: {"at": at, "how": how} for key, how in old.items()}))
    entries = ConsentLedger(tmp_path).entries()
    assert {key: (entry.at, entry.how) for key, entry in entries.items()} == {
        ALICE: (at, How.TERMINAL),
        BOB: (at, How.FLAG),
        ALICE_BY_EVE: (at, How.PAGE),
    }
    assert all(entry.covers(scope) for entry in entries.values() for scope in Scope)
    assert [path.name for path in tmp_path.iterdir()] == ["consent.jsonl"]


def test_earlier_record_brings_nothing_back_that_was_revoked(tmp_path: Path) -> None:
    ledger = ConsentLedger(tmp_path)
    ledger.require(ALICE, "alice.jpg", BOTH, FLAG)
    ledger.revoke(ALICE)
    (tmp_path / "consent.json").write_text(json.dumps({ALICE: {"at": "2025-11-03", "how": "answered"}}))
    assert not ledger.holds(ALICE, Scope.LIVE)


@pytest.mark.parametrize("name", ["consent.json", "consent.jsonl"])
@pytest.mark.parametrize("content", ["{broken", '["a", 2]', "[1, 2]"])
def test_damaged_record_is_named_and_not_overwritten(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UserError, match=r"consent\.json"):
        ConsentLedger(tmp_path).require(ALICE, "alice.jpg", BOTH, FLAG)
    assert path.read_text() == content


@pytest.mark.parametrize(
    "line",
    [
        *('[["a"], {}]', "[1, {}]", '["a"]', "null", "[" * 100_000, f'["{ALICE}", "text"]', f'["{ALICE}", {{}}]'),
        f'["{ALICE}", {{"at": "x", "how": "flag", "scopes": ["live"], "until": 5}}]',
        f'["{ALICE}", {{"at": "x", "how": "flag", "scopes": ["live"], "revoked": ""}}]',
        f'["{ALICE}", {{"at": "x", "how": "flag", "scopes": [["live"]]}}]',
    ],
)
def test_line_that_is_none_is_named_by_all_who_read_it(tmp_path: Path, line: str) -> None:
    """A server asks every second: an error of another kind ended that, and revoked faces stayed."""
    ledger = ConsentLedger(tmp_path)
    ledger.path.write_text(line + "\n")
    for ask in (ledger.entries, lambda: ledger.history(ALICE), lambda: ledger.holds(ALICE, Scope.LIVE)):
        with pytest.raises(UserError, match=r"consent\.jsonl"):
            ask()


@pytest.mark.parametrize("entry", ["null", "{}", '"text"', '{"at": 5, "how": []}'])
def test_earlier_record_without_its_words_is_taken_over_all_the_same(tmp_path: Path, entry: str) -> None:
    (tmp_path / "consent.json").write_text(f'{{"{ALICE}": {entry}}}')
    assert ConsentLedger(tmp_path).holds(ALICE, Scope.LIVE)


def test_line_that_a_crash_cut_off_is_no_damage(ledger: ConsentLedger) -> None:
    ledger.require(ALICE, "alice.jpg", BOTH, FLAG)
    with ledger.path.open("a") as file:
        file.write('["' + BOB[:20])
    ledger.revoke(ALICE)
    assert [change["photo"] for change in ledger.history(ALICE)] == [ALICE, ALICE]
    assert not ledger.holds(ALICE, Scope.LIVE)


def test_record_holds_no_picture_and_no_name(ledger: ConsentLedger) -> None:
    ledger.require(ALICE_BY_EVE, "alice.jpg", BOTH, FLAG)
    text = ledger.path.read_text().lower()
    assert "alice" not in text
    assert "eve" not in text


def test_watch_finds_what_is_revoked_while_it_runs(ledger: ConsentLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent_watch, "LOOK_S", 0.0)
    ledger.require(ALICE, "alice.jpg", BOTH, FLAG)
    watch = ConsentWatch(ledger, {ALICE: "alice.jpg", BOB: "a portrait that we lend"}, BOTH)
    watch.require()
    ConsentLedger(ledger.path.parent).revoke(ALICE)  # another process
    assert watch.withdrawn() == "alice.jpg"
    with pytest.raises(ConsentError, match=r"alice\.jpg"):
        watch.require()
