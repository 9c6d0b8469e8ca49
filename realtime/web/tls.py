"""https for a server: by a certificate that is given, or by one that is made for this machine's own addresses.

    LIVESWAP_HOME/tls/server.pem    ours: its key, then the certificate, PEM, for the user alone

Nobody vouches for ours: a browser cannot tell whose server it is and warns, but whoever compares the fingerprint can.
It is kept, so that a browser warns once. Knows certificates; knows no HTTP and no network.
"""

import contextlib
import datetime as dt
import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from models.errors import UserError

FOLDER, FILE = "tls", "server.pem"
VALID, BACKDATED, RENEWED = dt.timedelta(days=397), dt.timedelta(days=1), dt.timedelta(days=14)
"""Apple takes none that is valid for longer than 398 days. Clocks may be behind. Made anew before the end."""


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """path: PEM, with its key. fingerprint: SHA-256, as browsers show it."""

    path: Path
    fingerprint: str


def tls_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """key: if it is not in the same file. Raises UserError for a certificate that cannot be used."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise UserError(
            f"--tls-cert {certificate} cannot be used: {error}",
            remedy="give a PEM file with the certificate, and --tls-key if the key is not in it",
        ) from error
    return context


def own_certificate(home: Path, hosts: Sequence[str]) -> OwnCertificate:
    """The one in `home`, made anew unless it is for now and for all of these names and addresses. Raises UserError."""
    path = home / FOLDER / FILE
    try:
        found = _kept(path)
        if found is None or not _is_fit(found, hosts):
            found = _make(path, hosts)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read or made: {error.strerror}", remedy="give a certificate of your own by --tls-cert"
        ) from error
    return OwnCertificate(path, found.fingerprint(hashes.SHA256()).hex(":").upper())


def _kept(path: Path) -> x509.Certificate | None:
    """None for no file, and for what is no certificate."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        return x509.load_pem_x509_certificate(path.read_bytes())
    return None


def _is_fit(certificate: x509.Certificate, hosts: Sequence[str]) -> bool:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    now = dt.datetime.now(dt.UTC)
    is_of_now = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEWED
    return is_of_now and all(_name(host) in names for host in hosts)


def _make(path: Path, hosts: Sequence[str]) -> x509.Certificate:
    """In place of an older one at once: another server may be reading it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "liveswap on this machine")])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - BACKDATED, now + VALID
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    made = builder.sign(key, hashes.SHA256())
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    content = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(encoding)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    part.replace(path)
    return made


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
