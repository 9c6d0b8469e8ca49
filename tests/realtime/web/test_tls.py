"""https: by a certificate that a server makes for this machine, keeps, and makes anew when its addresses change."""

import datetime as dt
import ssl
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509

from models.errors import UserError
from realtime.web import tls
from realtime.web.serve import ServeOptions, own_hosts
from realtime.web.tls import FILE, FOLDER, own_certificate, tls_context
from tests.realtime.web.browsing import port_of, serving

HOSTS = ("localhost", "127.0.0.1", "192.168.1.5")


def test_certificate_is_made_once_and_for_the_user_alone(tmp_path: Path) -> None:
    first = own_certificate(tmp_path, HOSTS)
    assert first.path.stat().st_mode & 0o077 == 0
    assert first.path.parent.stat().st_mode & 0o077 == 0
    assert len(first.fingerprint.split(":")) == 32
    assert own_certificate(tmp_path, HOSTS[:2]) == first, "or browsers would ask at each start"
    assert [path.name for path in first.path.parent.iterdir()] == [FILE]
    tls_context(first.path, None)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_another_address_and_a_damaged_file_are_made_anew(tmp_path: Path, content: bytes | None) -> None:
    first = own_certificate(tmp_path, HOSTS)
    if content is not None:
        first.path.write_bytes(content)
    hosts = ("localhost", "10.0.0.9" if content is None else "127.0.0.1", "my-laptop.local")
    second = own_certificate(tmp_path, hosts)
    assert second.fingerprint != first.fingerprint
    named = x509.load_pem_x509_certificate(second.path.read_bytes()).extensions
    names = named.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "my-laptop.local"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == [hosts[1]]


@pytest.mark.parametrize("off_days", [2, -500])
def test_certificate_that_was_made_by_a_wrong_clock_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off_days: int
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setattr(tls, "BACKDATED", tls.BACKDATED - dt.timedelta(off_days))
        wrong.setattr(tls, "VALID", tls.VALID + dt.timedelta(off_days))
        before = own_certificate(tmp_path, HOSTS)
    after = own_certificate(tmp_path, HOSTS)
    assert after.fingerprint != before.fingerprint
    assert own_certificate(tmp_path, HOSTS) == after


def test_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_bytes(b"a file")
    with pytest.raises(UserError, match="cannot be read or made") as refused:
        own_certificate(tmp_path, HOSTS)
    assert "--tls-cert" in refused.value.remedy


def test_it_is_for_other_machines_and_goes_with_no_other_certificate() -> None:
    with pytest.raises(UserError) as refused:
        ServeOptions(self_signed=True)
    assert "--host 0.0.0.0" in refused.value.remedy
    with pytest.raises(UserError, match="do not go together"):
        ServeOptions(host="0.0.0.0", self_signed=True, tls_cert=Path("server.pem"))  # noqa: S104
    assert own_hosts(ServeOptions(host="192.168.1.5", self_signed=True))[-1] == "192.168.1.5"


def test_who_trusts_it_reaches_the_server_by_the_address_for_phones(home: Path) -> None:
    with serving(home, "--host", "0.0.0.0", "--self-signed") as server:  # noqa: S104
        assert server.url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(home / FOLDER / FILE))
        for host in own_hosts(ServeOptions(host="0.0.0.0"))[1:2]:  # noqa: S104
            address = f"https://{host}:{port_of(server)}/healthz"
            with urllib.request.urlopen(address, context=trusting) as answer:
                assert answer.status == 200
        with pytest.raises(OSError, match="certificate verify failed"):
            urllib.request.urlopen(server.url)  # noqa: S310
