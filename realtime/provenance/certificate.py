"""The certificate that signs what this machine makes: made on first use, or the user's own in its place.

    LIVESWAP_HOME/signing/certificate.pem    the signer's, then whoever vouches for it, PEM
    LIVESWAP_HOME/signing/key.pem            its key: EC P-256, P-384 or P-521, Ed25519 or RSA, without a password

Ours names no person and no machine; nobody vouches for it, so readers call its signer unknown. The key of its root is
forgotten at once. Knows certificates; knows nothing of manifests.
"""

import contextlib
import datetime as dt
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from realtime.errors import SigningError

FOLDER, CERTIFICATE, KEY = "signing", "certificate.pem", "key.pem"
ORGANISATION = "liveswap (self-made certificate)"
VALID = dt.timedelta(days=3650)
BACKDATED = dt.timedelta(days=1)
"""Clocks of readers may be behind."""
CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
REPLACE = "put a certificate chain and its key there, as PEM, or remove the folder and a new one is made"


@dataclass(frozen=True, slots=True)
class Certificate:
    """chain, key: PEM. algorithm: C2PA's name of how the key signs."""

    chain: bytes
    key: bytes
    algorithm: str


def own_certificate(home: Path) -> Certificate:
    """The certificate in `home`; made if there is none, and anew if ours is not valid by the clock as it is now.

    Raises SigningError.
    """
    folder = home / FOLDER
    try:
        if folder.exists() and _is_ours_of_another_time(folder):
            _discard(folder)
        if not folder.exists():
            _make(folder)
        chain, written = (folder / CERTIFICATE).read_bytes(), (folder / KEY).read_bytes()
    except OSError as error:
        raise SigningError(
            f"{error.filename or folder} cannot be read or made: {error.strerror}", remedy=REPLACE
        ) from error
    try:
        key = serialization.load_pem_private_key(written, password=None)
    except (ValueError, TypeError) as error:
        raise SigningError(f"{folder / KEY} is no private key without a password: {error}", remedy=REPLACE) from error
    algorithm = _algorithm(key)
    if algorithm is None:
        raise SigningError(f"{folder / KEY} is a key of a kind that C2PA does not sign with", remedy=REPLACE)
    return Certificate(chain, _pem(key), algorithm)


def _is_ours_of_another_time(folder: Path) -> bool:
    """As when the clock was wrong on the day on which it was made: nothing could be signed until that day came."""
    try:
        signer = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
    except ValueError:
        return False
    names = signer.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    is_ours = [name.value for name in names] == [ORGANISATION]
    return is_ours and not signer.not_valid_before_utc <= dt.datetime.now(dt.UTC) < signer.not_valid_after_utc


def _discard(folder: Path) -> None:
    """At once: another process may be reading it, or do the same."""
    away = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder.parent))
    try:
        with contextlib.suppress(FileNotFoundError):
            folder.rename(away / FOLDER)
    finally:
        shutil.rmtree(away, ignore_errors=True)


def _algorithm(key: PrivateKeyTypes) -> str | None:
    match key:
        case ec.EllipticCurvePrivateKey():
            return CURVES.get(key.curve.name)
        case ed25519.Ed25519PrivateKey():
            return "ed25519"
        case rsa.RSAPrivateKey():
            return "ps256"
        case _:
            return None


def _pem(key: PrivateKeyTypes) -> bytes:
    """In the one form that c2pa reads."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _make(folder: Path) -> None:
    """All of it or nothing: two processes may begin at once, and the first one's is kept."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder.parent))  # for its owner only
    try:
        chain, key = _chain()
        (made / CERTIFICATE).write_bytes(chain)
        (made / KEY).touch(mode=0o600)
        (made / KEY).write_bytes(key)
        with contextlib.suppress(OSError):  # another process was first
            made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _chain() -> tuple[bytes, bytes]:
    """A root, a certificate below it (C2PA takes none that signed itself), and the latter's key; all PEM."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _name("liveswap root"), _name("liveswap on this machine")
    root = _begun(root_name, root_name, root_key)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = root.add_extension(_usage("key_cert_sign"), critical=True)
    leaf = _begun(name, root_name, key)
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    leaf = leaf.add_extension(_usage("digital_signature"), critical=True)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    leaf = leaf.add_extension(issuer, critical=False)
    signed = [each.sign(root_key, hashes.SHA256()) for each in (leaf, root)]
    chain = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in signed)
    return chain, _pem(key)


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now, public = dt.datetime.now(dt.UTC), key.public_key()
    builder = x509.CertificateBuilder(
        issuer, subject, public, x509.random_serial_number(), now - BACKDATED, now + VALID
    )
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _usage(allowed: str) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign"
        " encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: name == allowed for name in names.split()})
