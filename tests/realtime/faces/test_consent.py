"""Consent: asked once per photo, remembered by its bytes, never assumed."""

from pathlib import Path

import pytest

from models.errors import UserError
from realtime.faces.consent import ConsentLedger

ALICE, BOB = b"picture of Alice", b"picture of Bob"


@pytest.fixture
def ledger(tmp_path: Path) -> ConsentLedger:
    return ConsentLedger(tmp_path / "home" / "consent.json")


def never_asked(_question: str) -> bool:
    raise AssertionError("asked again")


@pytest.mark.smoke
def test_person_is_asked_once_and_the_answer_is_remembered(ledger: ConsentLedger) -> None:
    asked: list[str] = []

    def agree(question: str) -> bool:
        asked.append(question)
        return True

    ledger.require(ALICE, "alice.jpg", given=False, ask=agree)
    ledger.require(ALICE, "alice.jpg", given=False, ask=never_asked)
    assert len(asked) == 1
    assert "alice.jpg" in asked[0]


def test_flag_counts_as_an_answer_and_is_remembered(ledger: ConsentLedger) -> None:
    ledger.require(ALICE, "alice.jpg", given=True, ask=None)
    ledger.require(ALICE, "alice.jpg", given=False, ask=None)


def test_same_name_with_another_picture_is_asked_again(ledger: ConsentLedger) -> None:
    ledger.require(ALICE, "alice.jpg", given=True, ask=None)
    with pytest.raises(UserError):
        ledger.require(BOB, "alice.jpg", given=False, ask=None)


@pytest.mark.parametrize("ask", [None, lambda _question: False], ids=["nobody there", "no"])
def test_without_consent_there_is_an_error_and_nothing_is_remembered(
    ledger: ConsentLedger, tmp_path: Path, ask: None
) -> None:
    with pytest.raises(UserError, match=r"alice\.jpg") as raised:
        ledger.require(ALICE, "alice.jpg", given=False, ask=ask)
    assert "--i-have-consent" in raised.value.remedy
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("content", ["{broken", "[1, 2]"])
def test_damaged_record_is_named_and_not_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "consent.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"consent\.json"):
        ConsentLedger(path).require(ALICE, "alice.jpg", given=True, ask=None)
    assert path.read_text() == content


def test_record_holds_no_picture_and_no_name(tmp_path: Path) -> None:
    path = tmp_path / "consent.json"
    ConsentLedger(path).require(ALICE, "alice.jpg", given=True, ask=None)
    assert "alice" not in path.read_text().lower()
