"""Bytes on their way to a final name: written beside it, checked, then renamed.

Knows files, hashes and what a full or forbidden disk looks like; knows nothing of where the bytes come from.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.errors import ChecksumError, DownloadError
from models.spec import ModelSpec

MB = 1_000_000
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file that is not whole yet, and beside it the validator: which version of the original its bytes are from."""

    path: Path

    @property
    def length_bytes(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def validator(self) -> str | None:
        """An ETag or a date; None where the server gave none, and such bytes cannot be continued."""
        return self._validator_path.read_text(encoding="utf-8") if self._validator_path.exists() else None

    @property
    def _validator_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}-validator")

    def restart(self, validator: str | None = None) -> None:
        """Empty it. The old bytes go before the new validator comes: killed in between, nothing false is left."""
        self._validator_path.unlink(missing_ok=True)
        self.path.write_bytes(b"")
        if validator is not None:
            self._validator_path.write_text(validator, encoding="utf-8")

    def append(self, chunks: Iterable[bytes], *, limit_bytes: int) -> None:
        """Add `chunks`, and stop once past the limit: what is too long is wrong already."""
        length = self.length_bytes
        with self.path.open("ab") as file:
            for chunk in chunks:
                file.write(chunk)
                length += len(chunk)
                if length > limit_bytes:
                    break
            file.flush()
            os.fsync(file.fileno())  # or a power cut could keep the rename and lose the bytes

    def publish(self, final: Path, spec: ModelSpec) -> None:
        """Give it its final name, or remove it and raise ChecksumError when it is not the file of `spec`."""
        length, sha256 = self.length_bytes, sha256_of(self.path)
        right = spec.bytes in {None, length} and sha256 == spec.sha256
        if right:
            self.path.replace(final)
        self.discard()
        if not right:
            raise ChecksumError(
                f"{spec.name}: expected {_expected(spec)}sha256 {spec.sha256}, "
                f"got {_count(length, spec.most_bytes)} with sha256 {sha256}; they were thrown away",
                remedy=f"liveswap models pull {spec.name}; if it happens again, a proxy or mirror alters the file, "
                "or its publisher did: try another network, or update liveswap",
            )

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._validator_path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Hex digits, small letters."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """An empty folder that is gone afterwards. Its name is fixed, so a later run clears what a killed one left."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def disk_errors(folder: Path, needed_bytes: int | None) -> Iterator[None]:
    """Turn an OSError into a DownloadError that says what is needed in `folder` and what to do."""
    try:
        yield
    except OSError as error:
        raise _explain(error, folder, needed_bytes) from error


def _explain(error: OSError, folder: Path, needed_bytes: int | None) -> DownloadError:
    if error.errno in NO_ROOM:
        needed = f"at least {needed_bytes / MB:.1f} MB" if needed_bytes else "more room"
        return DownloadError(
            f"the disk is full: {folder} needs {needed} ({error})",
            remedy="make room there, or set LIVESWAP_HOME to a folder on another disk",
        )
    if error.errno in NO_PERMISSION:
        return DownloadError(
            f"no permission to write in {folder}: {error}",
            remedy="give yourself that permission, or set LIVESWAP_HOME to a folder of your own",
        )
    return DownloadError(f"{folder} cannot be used: {error}", remedy="set LIVESWAP_HOME to another folder")


def _expected(spec: ModelSpec) -> str:
    return f"{spec.bytes} bytes with " if spec.bytes else ""


def _count(length_bytes: int, expected_bytes: int) -> str:
    return f"more than {expected_bytes} bytes" if length_bytes > expected_bytes else f"{length_bytes} bytes"
