"""Without the badge there is a reason, which is recorded and told; without a reason nothing happens."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.errors import UserError
from realtime.api import Swapper
from realtime.cli.no_badge import with_reason
from realtime.disclosure import LONGEST_CAPTION, LONGEST_REASON, Disclosure, parse_caption, parse_reason
from realtime.faces.consent import key_of
from realtime.pictures.reading import read_image
from realtime.provenance.no_badge import LOG, NOBODY, NoBadgeRecord, reasons_of
from realtime.provenance.reading import examine
from tests.realtime.commandline import invoke

REASON = "the film says it in its titles"


@pytest.mark.parametrize("text", ["", "  ", "--codec", "x" * (LONGEST_REASON + 1), "a\x1b[2Jb"])
def test_what_is_no_reason_is_refused_with_what_to_type(text: str) -> None:
    with pytest.raises(UserError, match="reason"):
        parse_reason(text)
    with pytest.raises(UserError):
        Disclosure().without_badge(text)


def test_a_reason_and_a_caption_are_one_line() -> None:
    assert parse_reason("  the film \n says it ") == "the film says it"
    assert parse_caption(" made \n with AI ") == "made with AI"
    assert parse_caption("  ") == ""
    with pytest.raises(UserError, match="at most"):
        parse_caption("x" * (LONGEST_CAPTION + 1))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["run", "--no-badge", "a test", "--crf", "20"], ["run", "--no-badge", "a test", "--crf", "20"]),
        (["run", "--no-badge=a test"], ["run", "--no-badge=a test"]),
        (["run", "--no-badge", "--codec", "ffv1"], ["run", "--no-badge=said", "--codec", "ffv1"]),
        (["run", "--crf", "20", "--no-badge"], ["run", "--crf", "20", "--no-badge=said"]),
        (["run", "--no-badge", ""], ["run", "--no-badge=said", ""]),
        (["run", "--badge", "--crf", "20"], ["run", "--crf", "20"]),
        (["run", "--no-badge", "--help"], ["run", "--no-badge", "--help"]),
    ],
)
def test_a_missing_reason_is_asked_for_where_somebody_is(words: list[str], meant: list[str]) -> None:
    assert with_reason(words, lambda _question: " said ") == meant


@pytest.mark.parametrize("ask", [None, lambda _question: ""])
def test_without_an_answer_a_script_is_told_what_to_type(ask: Callable[[str], str] | None) -> None:
    with pytest.raises(UserError, match="a reason is needed") as caught:
        with_reason(["run", "--no-badge", "--codec", "ffv1"], ask)
    assert '--no-badge "' in caught.value.remedy


def test_the_record_says_when_for_what_whose_and_why_once_a_day(tmp_path: Path) -> None:
    record = NoBadgeRecord(tmp_path / "new", lambda: ["a" * 64, "b" * 64], ["file"])
    record.note(REASON)
    record.note(REASON)
    record.note("another")
    assert record.reasons == [REASON, REASON, "another"]
    found = reasons_of(tmp_path / "new", "a" * 64)
    assert [(each["scopes"], each["no_badge"]) for each in found] == [(["file"], REASON), (["file"], "another")]
    assert len(reasons_of(tmp_path / "new")) == 4
    NoBadgeRecord(tmp_path / "new", list, ["live"]).note("nobody's face")
    assert reasons_of(tmp_path / "new")[-1]["photo"] == NOBODY


def test_a_reason_that_cannot_be_recorded_keeps_the_badge(tmp_path: Path) -> None:
    (tmp_path / LOG).mkdir()
    record = NoBadgeRecord(tmp_path, list, ["live"])
    with pytest.raises(UserError, match="cannot be"):
        record.note(REASON)
    assert record.reasons == []


def test_a_picture_without_it_says_why_in_its_manifest_and_in_the_record(
    home: Path, portrait: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.png"
    words = ("run", "--face", portrait, "--input", portrait, "--output", out, "--i-have-consent")
    refused = invoke(*words, "--no-badge", home=home)
    assert refused.returncode == 2
    assert "a reason is needed" in refused.stderr
    assert not out.exists()
    assert not (home / LOG).exists()
    assert invoke(*words, "--no-badge", REASON, home=home).returncode == 0
    claim = examine(out).claim
    assert claim is not None
    assert claim.no_badge == REASON
    key = key_of(portrait.read_bytes())
    assert [(each["photo"], each["no_badge"]) for each in reasons_of(home)] == [(key, REASON)]
    told = invoke("consent", "show", portrait, home=home).stdout
    assert json.loads(told.splitlines()[-1])["no_badge"] == REASON
    assert f"no badge  {REASON}" in invoke("verify", out, home=home).stdout


def test_python_asks_for_a_reason_too(home: Path, portrait: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVESWAP_HOME", str(home))
    for options in ({"badge": False}, {"no_badge": ""}):
        with pytest.raises(UserError) as caught:
            Swapper(portrait, i_have_consent=True, **options)
        assert 'no_badge="' in caught.value.remedy
    picture = read_image(portrait)
    with Swapper(portrait, i_have_consent=True, no_badge=REASON) as bare, Swapper(portrait) as marked:
        differs = (bare.swap(picture) != marked.swap(picture)).any(axis=2)
    assert 100 < np.count_nonzero(differs) < 0.02 * differs.size
    assert reasons_of(home)[-1]["no_badge"] == REASON


def test_damaged_record_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / LOG).write_text('["a", {"at": "2026-11-30T00:00:00+00:00", "scopes": ["live"]}]\n')
    for use in (reasons_of, lambda home: NoBadgeRecord(home, lambda: ["a"], ["live"]).note("a test")):
        with pytest.raises(UserError, match="a line that is none"):
            use(tmp_path)
