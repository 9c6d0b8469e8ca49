"""Signed manifests (C2PA, "Content Credentials") in what is written: who made it, of what, and a hash of all of it.

A file keeps every byte that it had beside the manifest. A film is copied once: its bytes pass through in blocks, and
c2pa keeps the copy in between in the system's temporary folder (TMPDIR). What cannot be signed is kept as it is, with
its other marks, and that is said once. c2pa is loaded when the first file is finished.
Knows c2pa; credit.py knows what is said, certificate.py who signs.
"""

import base64
import io
import json
import logging
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realtime.errors import SigningError
from realtime.provenance.credit import Credit

if TYPE_CHECKING:
    from realtime.provenance.certificate import Certificate

logger = logging.getLogger(__name__)

MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
}
"""By the ending of a file that carries a manifest."""
UNSIGNED = {
    ".apng": ("XMP", "c2pa puts it before the animation's head, and ffmpeg then sees one picture"),
    ".mkv": ("the tag COMMENT", "C2PA has no place for it in Matroska"),
    ".webm": ("the tag COMMENT", "C2PA has no place for it in WebM"),
}
"""Other endings: where their mark is, and why they carry no manifest."""
IN_MEMORY_MB, CHUNK_KB = 32, 1024
"""Of a file that is copied and hashed in memory; and what is hashed at once of a larger one, of which c2pa would hold
up to 512 MB."""
SETTINGS: dict[str, dict[str, Any]] = {
    "builder": {"thumbnail": {"enabled": False}},
    "core": {"backing_store_memory_threshold_in_mb": IN_MEMORY_MB},
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
}
IN_CHUNKS = {**SETTINGS, "core": {**SETTINGS["core"], "merkle_tree_chunk_size_in_kb": CHUNK_KB}}
UNKNOWN_SIGNER = "signingCredential.untrusted"
"""c2pa's word for one that nobody who is trusted vouches for."""
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
"""A picture of one pixel: PNG, base64."""
REMEDY = "pip install --force-reinstall c2pa-python; liveswap doctor tells whether it works"


class ManifestSigner:
    """Signs the files of one output. credit: what is said of them; None where nothing is to be signed."""

    def __init__(self, credit: Credit | None) -> None:
        self._credit = credit
        self._certificate: Certificate | None = None
        self._manifest: dict[str, Any] | None = None
        self._no_badge: tuple[str, ...] = ()
        self._is_told = False

    def picture(self, content: bytes, path: Path) -> bytes:
        """The picture file with its manifest; as it is, with a warning, where that cannot be made."""
        if not self.can_sign(path):
            return content
        signed = io.BytesIO()
        try:
            self._sign(io.BytesIO(content), signed, path)
        except SigningError as error:
            self.tell(path, error)
            return content
        return signed.getvalue()

    def can_sign(self, path: Path) -> bool:
        """Whether a file of that name is to get a manifest."""
        return self._credit is not None and path.suffix.lower() in MEDIA_TYPES

    def film(self, old: io.FileIO, new: io.FileIO, path: Path) -> None:
        """Write `old` to `new` with its manifest. path: of its name. Raises SigningError."""
        _require_room(path.parent, old.seek(0, io.SEEK_END))
        old.seek(0)
        self._sign(old, new, path)

    def tell(self, path: Path, error: Exception) -> None:
        """Say that a file has no manifest; of many, once."""
        if not self._is_told:
            hint = f" ({error.remedy})" if isinstance(error, SigningError) else ""
            logger.warning("%s has no signed manifest: %s%s", path, error, hint)
        self._is_told = True

    def _sign(self, source: Any, target: Any, path: Path) -> None:
        if self._credit is None:
            raise ValueError("nothing to be said of a file that is signed")
        no_badge = tuple(self._credit.no_badge)
        if self._certificate is None:
            self._certificate = working_certificate(self._credit.home)
        if self._manifest is None or no_badge != self._no_badge:  # once for all pictures of one input, which is hashed
            self._manifest, self._no_badge = self._credit.manifest(), no_badge
        _sign(self._manifest, self._certificate, MEDIA_TYPES[path.suffix.lower()], source, target)


def working_certificate(home: Path) -> "Certificate":
    """The certificate in `home`, made if there is none, tried on a small picture: c2pa signs with a wrong one, too.

    Raises SigningError.
    """
    from realtime.provenance.certificate import FOLDER, REPLACE, own_certificate  # noqa: PLC0415  as c2pa, below

    c2pa, own, signed = load_c2pa(), own_certificate(home), io.BytesIO()
    _sign(Credit(home, "none").manifest(), own, "image/png", io.BytesIO(base64.b64decode(DOT)), signed)
    with c2pa.Context.from_dict(SETTINGS) as context, c2pa.Reader("image/png", signed, context=context) as reader:
        report = json.loads(reader.json())["validation_results"]["activeManifest"]["failure"]
    wrong = [each["explanation"] for each in report if each["code"] != UNKNOWN_SIGNER]
    if wrong:
        raise SigningError(f"the certificate in {home / FOLDER} does not sign: {'; '.join(wrong)}", remedy=REPLACE)
    return own


def _sign(manifest: dict[str, Any], own: "Certificate", media_type: str, source: Any, target: Any) -> None:
    c2pa = load_c2pa()
    settings = IN_CHUNKS if source.seek(0, io.SEEK_END) > IN_MEMORY_MB << 20 else SETTINGS
    source.seek(0)
    try:
        facts = c2pa.C2paSignerInfo(own.algorithm, own.chain, own.key, None)
        with (
            c2pa.Signer.from_info(facts) as signer,
            c2pa.Context.from_dict(settings) as context,
            c2pa.Builder(manifest, context) as builder,
        ):
            builder.sign(signer, media_type, source, target)
    except c2pa.C2paError as error:
        raise SigningError(f"c2pa: {error}", remedy="liveswap doctor tells whether signing works here") from error


def load_c2pa() -> Any:
    """The library. Raises SigningError where it is missing or does not load."""
    try:
        import c2pa  # noqa: PLC0415  takes 50 ms, and nothing needs it before a file is finished
    except (ImportError, OSError, RuntimeError) as error:
        raise SigningError(f"c2pa-python does not load: {error}", remedy=REMEDY) from error
    return c2pa


def _require_room(larger: Path, size: int) -> None:
    """Raises SigningError when a film's copy does not fit into the temporary folder. larger: one where it may."""
    folder = Path(tempfile.gettempdir())
    if size > IN_MEMORY_MB << 20 and shutil.disk_usage(folder).free < size * 1.05:
        raise SigningError(
            f"there is no room for a copy of {size / 1e6:.0f} MB in {folder}",
            remedy=f"set TMPDIR to a folder with room, e.g. TMPDIR={larger}",
        )
