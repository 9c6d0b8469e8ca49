"""The certificate of this machine: made once, for its owner only, and anew where a clock was wrong."""

import datetime as dt
from pathlib import Path

import pytest

from realtime.provenance import certificate
from realtime.provenance.certificate import Certificate, own_certificate
from realtime.provenance.credit import Credit
from realtime.provenance.reading import Status, examine
from tests.realtime.provenance.made import write


def test_certificate_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    made = own_certificate(tmp_path / "home")
    assert own_certificate(tmp_path / "home") == made
    assert (tmp_path / "home" / "signing" / "key.pem").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["signing"]


def made_by_a_clock(monkeypatch: pytest.MonkeyPatch, home: Path, off_days: int) -> Certificate:
    """The certificate that is made in `home` while the clock is off by so much."""
    with monkeypatch.context() as wrong:
        wrong.setattr(certificate, "BACKDATED", certificate.BACKDATED - dt.timedelta(off_days))
        wrong.setattr(certificate, "VALID", certificate.VALID + dt.timedelta(off_days))
        return own_certificate(home)


@pytest.mark.parametrize("off_days", [2, -4000])
def test_certificate_that_was_made_by_a_wrong_clock_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off_days: int
) -> None:
    credit = Credit(tmp_path / "home", "mesh", None)
    before = made_by_a_clock(monkeypatch, credit.home, off_days)
    assert examine(write(tmp_path / "out.png", credit)).status is Status.VALID
    after = own_certificate(credit.home)
    assert after != before
    assert own_certificate(credit.home) == after
    assert [path.name for path in credit.home.iterdir()] == ["signing"]


@pytest.mark.parametrize("off_days", [2, -4000])
def test_certificate_of_ones_own_is_not_replaced_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off_days: int
) -> None:
    with monkeypatch.context() as theirs:
        theirs.setattr(certificate, "ORGANISATION", "Example Films")
        before = made_by_a_clock(monkeypatch, tmp_path, off_days)
    assert own_certificate(tmp_path) == before
