"""Signed manifests: in every file that can carry one, and the file is otherwise as it was."""

import datetime as dt
import hashlib
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import PIL.Image
import PIL.ImageSequence
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from realtime.errors import SigningError
from realtime.outputs.animated import KINDS
from realtime.outputs.codecs import CONTAINERS
from realtime.outputs.faststart import whole_boxes
from realtime.outputs.picture_file import FORMATS
from realtime.provenance import signing
from realtime.provenance.certificate import own_certificate
from realtime.provenance.credit import Credit
from realtime.provenance.reading import Status, examine
from realtime.provenance.signing import MEDIA_TYPES, UNSIGNED, load_c2pa
from realtime.provenance.words import SOURCE_TYPE
from tests.realtime.provenance.made import SIGNED, decoded, write

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@pytest.fixture
def credit(tmp_path: Path) -> Credit:
    source = tmp_path / "holiday of Alice.mp4"
    source.write_bytes(b"a film of somebody")
    return Credit(tmp_path / "home", "mesh", source)


@pytest.mark.parametrize("ending", SIGNED)
def test_file_is_signed_and_otherwise_the_same(tmp_path: Path, credit: Credit, ending: str) -> None:
    plain, signed = write(tmp_path / f"plain{ending}", None), write(tmp_path / f"signed{ending}", credit)
    found = examine(signed)
    assert found.status is Status.VALID, found
    assert (found.signature_holds, found.content_matches, found.is_signer_known) == (True, True, False)
    assert decoded(signed) == decoded(plain)
    assert found.claim is not None
    assert found.claim.model == "mesh"
    assert found.claim.actions == ("c2pa.opened", "c2pa.edited")
    assert found.claim.source_types == (SOURCE_TYPE.rpartition("/")[2],)
    assert found.claim.input_sha256 == hashlib.sha256(b"a film of somebody").hexdigest()
    content = signed.read_bytes()
    assert not any(word in content for word in (b"Alice", b"thumbnail", str(tmp_path).encode()))


def test_animated_webp_is_signed_and_otherwise_the_same(tmp_path: Path, credit: Credit) -> None:
    plain, signed = write(tmp_path / "moving.webp", None), write(tmp_path / "signed moving.webp", credit)
    assert examine(signed).status is Status.VALID
    with PIL.Image.open(plain) as one, PIL.Image.open(signed) as other:
        frames = [[(each.info, each.tobytes()) for each in PIL.ImageSequence.Iterator(im)] for im in (one, other)]
    assert len(frames[0]) == 8
    assert frames[0] == frames[1]


def test_every_ending_is_signed_or_known_to_hold_no_manifest() -> None:
    assert {*FORMATS, *KINDS, *CONTAINERS} == MEDIA_TYPES.keys() | UNSIGNED.keys()
    assert not MEDIA_TYPES.keys() & UNSIGNED.keys()
    assert set(MEDIA_TYPES.values()) <= {*load_c2pa().Builder.get_supported_mime_types()}


@pytest.mark.parametrize("ending", UNSIGNED)
def test_what_holds_no_manifest_keeps_its_mark(tmp_path: Path, credit: Credit, ending: str) -> None:
    found = examine(write(tmp_path / f"out{ending}", credit))
    assert (found.status, found.mark) == (Status.MARKED, SOURCE_TYPE.rpartition("/")[2])


@pytest.mark.parametrize("ending", [".mp4", ".mov"])
def test_index_of_a_signed_video_stands_before_its_pictures(tmp_path: Path, credit: Credit, ending: str) -> None:
    with write(tmp_path / f"out{ending}", credit).open("rb") as file:
        kinds = [box.kind for box in whole_boxes(file)]
    assert kinds.index(b"uuid") < kinds.index(b"moov") < kinds.index(b"mdat")


def test_what_has_no_file_as_input_was_created(tmp_path: Path) -> None:
    found = examine(write(tmp_path / "out.mp4", Credit(tmp_path / "home", "mesh")))
    assert found.claim is not None
    assert found.claim.actions == ("c2pa.created", "c2pa.edited")
    assert found.claim.input_sha256 is None


@pytest.mark.parametrize("name", ["out.mp4", "out.png", "frame-%03d.png"])
def test_without_the_library_the_file_is_there_and_that_is_said_once(
    tmp_path: Path, credit: Credit, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> None:
        raise SigningError("c2pa-python does not load: gone", remedy="install it")

    monkeypatch.setattr(signing, "load_c2pa", missing)
    with caplog.at_level(logging.WARNING):
        write(tmp_path / name, credit)
    made = sorted(tmp_path.glob("*.[mp][pn][4g]"))
    assert all(SOURCE_TYPE.encode() in path.read_bytes() for path in made if path.name != "holiday of Alice.mp4")
    assert [record.message for record in caplog.records if "no signed manifest" in record.message] == [
        f"{made[0] if '%' in name else tmp_path / name} has no signed manifest: "
        "c2pa-python does not load: gone (install it)"
    ]


def test_film_without_room_for_a_copy_keeps_its_other_marks(
    tmp_path: Path, credit: Credit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(signing, "IN_MEMORY_MB", 0)
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/proc")  # a disk with no room at all
    out = write(tmp_path / "out.mp4", credit)
    assert "TMPDIR" in caplog.text
    assert examine(out).status is Status.BROKEN  # whose manifest is missing
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out.mp4"]


KEYS: dict[str, Callable[[], Key]] = {
    "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ps256": lambda: rsa.generate_private_key(65_537, 2048),
}


@pytest.mark.parametrize("algorithm", KEYS)
def test_certificate_of_ones_own_signs(tmp_path: Path, credit: Credit, algorithm: str) -> None:
    key = KEYS[algorithm]()
    (credit.home / "signing").mkdir(parents=True)
    (credit.home / "signing" / "certificate.pem").write_bytes(certificate_of(key, "Example Films"))
    (credit.home / "signing" / "key.pem").write_bytes(pem_of(key))
    found = examine(write(tmp_path / "out.mp4", credit))
    assert (found.status, "Example Films" in (found.signer or "")) == (Status.VALID, True)
    assert own_certificate(credit.home).algorithm == algorithm


@pytest.mark.parametrize("key", [KEYS["ed25519"](), KEYS["es256"]()], ids=["other kind", "other key"])
def test_key_of_another_certificate_signs_nothing(
    tmp_path: Path, credit: Credit, key: Key, caplog: pytest.LogCaptureFixture
) -> None:
    own_certificate(credit.home)
    (credit.home / "signing" / "key.pem").write_bytes(pem_of(key))
    out = write(tmp_path / "out.png", credit)
    assert "does not sign" in caplog.text
    assert b"c2pa" not in out.read_bytes()


def pem_of(key: Key) -> bytes:
    """In the form that OpenSSL writes by default."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def certificate_of(key: Key, organisation: str) -> bytes:
    """As an authority issues one for signing; PEM."""
    now, root = dt.datetime.now(dt.UTC), ec.generate_private_key(ec.SECP256R1())
    names = [
        x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]) for name in (organisation, "An authority")
    ]
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
    usage |= dict.fromkeys(("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
    builder = (
        x509.CertificateBuilder(names[1], names[0], key.public_key(), 7, now, now + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("content", ["", "no key at all"])
def test_damaged_key_costs_the_manifest_and_not_the_file(
    tmp_path: Path, credit: Credit, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    own_certificate(credit.home)
    (credit.home / "signing" / "key.pem").write_text(content)
    out = write(tmp_path / "out.png", credit)
    assert "key.pem is no private key without a password" in caplog.text
    assert len(decoded(out)) == 1


def test_nothing_of_it_is_loaded_before_a_file_is_finished() -> None:
    code = "import sys, realtime.app; print([name for name in ('c2pa', 'cryptography') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


MEASURED = """
import resource, sys
from pathlib import Path
from realtime.outputs.partial_file import PartialFile
from realtime.provenance.credit import Credit
from realtime.provenance.signing import ManifestSigner, load_c2pa
load_c2pa()
part = PartialFile(Path(sys.argv[2]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(sys.argv[1], "rb", buffering=0) as film:
    ManifestSigner(Credit(Path(sys.argv[3]), "mesh")).film(film, part.file, Path(sys.argv[2]))
part.publish()
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_large_film_is_not_read_into_memory(tmp_path: Path) -> None:
    film = write(tmp_path / "film.mp4", None)
    with film.open("r+b") as file:
        last = whole_boxes(file)[-1]
        assert last.kind == b"mdat"
        file.seek(last.start)
        file.write((last.end - last.start + (256 << 20)).to_bytes(4, "big"))
        file.truncate(last.end + (256 << 20))
    words = [str(film), str(tmp_path / "out.mp4"), str(tmp_path / "home")]
    told = subprocess.run([sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, check=True)
    assert float(told.stdout) < 96  # MB, of 256
    assert examine(tmp_path / "out.mp4").status is Status.VALID
