"""`liveswap consent`, and runs whose consent is taken back."""

import json
from pathlib import Path

import pytest

from liveswap import UserError, swap_file
from realtime.faces import consent_watch
from realtime.faces.consent import Answer, ConsentLedger, How, Scope, Terms, key_of
from tests.realtime.commandline import invoke

PHOTO = b"picture of Alice"


@pytest.fixture
def agreed(tmp_path: Path) -> Path:
    """A home whose owner was asked about alice.jpg."""
    (tmp_path / "alice.jpg").write_bytes(PHOTO)
    ledger, both = ConsentLedger(tmp_path / "home"), tuple(Scope)
    ledger.require(key_of(PHOTO), "alice.jpg", both, Answer(given=How.FLAG))
    ledger.require(key_of(PHOTO, "eve"), "alice.jpg", both, Answer(given=How.PAGE, terms=Terms()))
    return tmp_path / "home"


@pytest.mark.smoke
def test_list_has_a_line_an_entry(agreed: Path) -> None:
    told = invoke("consent", "list", home=agreed)
    rows = [line.split("\t") for line in told.stdout.splitlines()]
    assert [(row[0], row[1], *row[3:]) for row in rows] == [
        (key_of(PHOTO)[:12], "owner", "flag", "live+file", "-", "holds"),
        (key_of(PHOTO)[:12], "visitor", "page", "live+file", "-", "holds"),
    ]


@pytest.mark.parametrize("what", ["photo", "digits"])
def test_revoked_photo_is_shown_as_such_and_refused(agreed: Path, tmp_path: Path, what: str) -> None:
    photo = str(tmp_path / "alice.jpg") if what == "photo" else key_of(PHOTO)[:8]
    assert invoke("consent", "show", photo, home=agreed).returncode == 0
    told = invoke("consent", "revoke", photo, home=agreed)
    assert (told.returncode, told.stdout) == (0, f"revoked: {key_of(PHOTO)[:12]} (2 records)\n")
    shown = invoke("consent", "show", photo, home=agreed)
    assert (shown.returncode, len(shown.stdout.splitlines())) == (4, 4)
    assert "revoked" in invoke("consent", "list", home=agreed).stdout
    again = invoke("consent", "revoke", photo, home=agreed)
    assert (again.returncode, "no consent that holds" in again.stderr) == (2, True)
    where = ("--input", "test", "--output", "null", "--i-have-consent")
    refused = invoke("run", "--face", tmp_path / "alice.jpg", *where, home=agreed)
    assert (refused.returncode, "was revoked" in refused.stderr) == (2, True)


def test_export_is_lines_of_json_without_a_name(agreed: Path) -> None:
    told = invoke("consent", "export", home=agreed)
    changes = [json.loads(line) for line in told.stdout.splitlines()]
    assert {change["photo"].partition("/")[0] for change in changes} == {key_of(PHOTO)}
    assert "alice" not in told.stdout


@pytest.mark.parametrize("photo", ["nobody.jpg", "00000000"])
def test_photo_that_is_not_known_is_a_mistake(agreed: Path, photo: str) -> None:
    told = invoke("consent", "revoke", photo, home=agreed)
    assert (told.returncode, photo in told.stderr) == (2, True)


def test_run_says_for_what_and_until_when(home: Path, portrait: Path, tmp_path: Path) -> None:
    live = ("run", "--face", portrait, "--input", "test", "--output", "null", "--duration", "0.1", "--i-have-consent")
    assert invoke(*live, "--consent-for", "file", home=home).returncode == 2
    assert invoke(*live, "--consent-for", "live", "--consent-until", "2999-12-31", home=home).returncode == 0
    [entry] = ConsentLedger(home).entries().values()
    assert (entry.scopes, entry.until) == (("live",), "2999-12-31")
    words = ("run", "--face", portrait, "--input", "test", "--output", tmp_path / "out.mp4", "--duration", "0.1")
    assert invoke(*words, home=home).returncode == 2


def test_film_whose_consent_is_revoked_ends_with_an_error_and_leaves_no_file(
    home: Path, portrait: Path, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(home / "models")
    monkeypatch.setenv("LIVESWAP_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(consent_watch, "LOOK_S", 0.0)
    sha256 = key_of(portrait.read_bytes())

    def revoke(_progress: object) -> None:
        ConsentLedger(tmp_path / "home").revoke(sha256)

    with pytest.raises(UserError, match="was revoked"):
        swap_file(video, tmp_path / "out.mp4", face=portrait, on_progress=revoke, i_have_consent=True)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    with pytest.raises(UserError, match="was revoked"):
        swap_file(video, tmp_path / "out.mp4", face=portrait, i_have_consent=True)
