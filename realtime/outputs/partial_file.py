"""The unfinished file of an output: written beside its target, given the target's name when it is whole.

    out.mp4                   the target: an older file stays as it is until the new one is whole
    out.mp4.3f9a2c41.part     what is being written, under a name that no other file has
    .out.mp4.lock             held meanwhile, so that a second run to the same target is refused before any work
    out.partial.mp4           what is incomplete but worth keeping, where the target's name is taken

The target is what `path` leads to: links are followed and stay. The lock is the system's own and goes with the process,
however that ends; where a file system knows no locks, two runs are not told of each other, and still neither can harm
the other's file. Knows names, locks and the disk; knows nothing of what is written.
"""

import contextlib
import hashlib
import io
import logging
import os
import re
import secrets
import shlex
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from realtime.errors import SinkError
from realtime.media.local_path import is_file, is_folder
from realtime.outputs.write_errors import write_failure

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

logger = logging.getLogger(__name__)

UNIQUE = r"[0-9a-f]{8}"
ADDED_BYTES = len(".00000000.part")
"""What a part's name has more than its target's; a lock's has less."""
NAME_MAX = 255
"""Bytes in a name, where the system does not say."""


class WholeWrites(io.FileIO):
    """A file whose `write` writes everything or raises OSError: never a part of it, as a nearly full disk would."""

    def write(self, block: "ReadableBuffer") -> int:
        rest = memoryview(block).cast("B")
        count = len(rest)
        while rest:
            rest = rest[super().write(rest) :]
        return count


_unfinished: "set[PartialFile]" = set()
"""Those of this process that nothing has ended."""


class PartialFile:
    """An output that is being written: `path`, open as `file` for reading and writing.

    Exactly one of `publish`, `keep` and `discard` ends it, and frees the target for other runs; all three may raise
    OSError. Raises SinkError when another run writes the same target, or its name or folder will not do.
    """

    def __init__(self, path: Path) -> None:
        self.target = writable_target(path)
        self._lock = _lock(self.target)
        try:
            self.path, self.file = _create(self.target)
        except OSError as error:
            self._unlock()
            raise write_failure(path, error, otherwise="give --output another folder") from error
        _unfinished.add(self)

    @property
    def leftovers(self) -> list[Path]:
        """Unfinished files of earlier runs to the same target that ended without a word. Reads the folder."""
        return [path for path in _parts_of(self.target) if path != self.path]

    def publish(self) -> Path:
        """Give the file its target's name, in place of an older one. Returns the target."""
        self._close()
        self.path.replace(self.target)
        self._unlock()
        return self.target

    def keep(self) -> Path:
        """Give the file a name that no other one has: the target's, else NAME.partial.ENDING. Returns it."""
        self._close()
        for name in _free_names(self.target):
            try:
                os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))  # whoever asked next gets another
            except FileExistsError:
                continue
            self.path.replace(name)
            self._unlock()
            return name
        raise AssertionError("names do not end")

    def discard(self) -> None:
        """Remove the file; what bears the target's name, if anything, stays."""
        self.file.close()
        self.path.unlink(missing_ok=True)
        self._unlock()

    def rewrite(self, make: Callable[[io.FileIO, io.FileIO], None]) -> None:
        """Replace what was written by what `make(old, new)` writes; what it raises leaves the old content."""
        path, file = _create(self.target)
        try:
            make(self.file, file)
            os.fsync(file.fileno())
        except BaseException:
            file.close()
            path.unlink(missing_ok=True)
            raise
        old, old_file, self.path, self.file = self.path, self.file, path, file
        old_file.close()
        old.unlink(missing_ok=True)

    def _close(self) -> None:
        if not self.file.closed:
            os.fsync(self.file.fileno())  # or a power cut right after the renaming could leave neither file
            self.file.close()

    def _unlock(self) -> None:
        _unfinished.discard(self)
        if self._lock is None:
            return
        with contextlib.suppress(OSError):  # Windows removes it when it is released
            Path(self._lock.lock_file).unlink()
        self._lock.release()
        self._lock = None


def discard_unfinished() -> None:
    """Remove every file of this process that is being written: for who ends it before anything was made."""
    for part in [*_unfinished]:
        part.discard()


def writable_target(path: Path) -> Path:
    """The file that `path` leads to, which need not be there yet. Raises SinkError when it cannot be written."""
    with _telling(path):
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
        mode = _mode_of(target)
    if mode is not None and stat.S_ISDIR(mode):
        raise SinkError(f"{path} is a folder", remedy=f"name a file in it, e.g. {path / 'out.mp4'}")
    if mode is not None and not stat.S_ISREG(mode):
        raise SinkError(f"{path} is not a regular file", remedy="give --output another name")
    folder = target.parent
    if is_file(folder):
        raise SinkError(f"{folder} is a file, so nothing can lie in it", remedy="check the path of --output")
    if not is_folder(folder):
        raise SinkError(f"there is no folder {folder}", remedy=f"mkdir -p {shlex.quote(str(folder))}")
    if not os.access(folder, os.W_OK):
        raise SinkError(f"{folder} is not writable", remedy="use another folder, or change its permissions")
    return target


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise write_failure(path, error, otherwise="give --output another name") from error


def _mode_of(target: Path) -> int | None:
    """What kind of file it is; None when there is none. Raises OSError, e.g. for a name that is too long."""
    try:
        return target.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _lock(target: Path) -> filelock.BaseFileLock | None:
    """Hold the target's name for this run. None where the file system has no locks."""
    name = target.with_name(f".{_base(target)}.lock")
    lock = filelock.FileLock(name, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout as error:
        if not is_file(name):  # one that cannot be made, as in /proc, counts as taken
            return None
        raise SinkError(
            f"another liveswap run is writing {target}",
            remedy="wait until it has ended, or give --output another name",
        ) from error
    except OSError as error:
        logger.info("%s cannot be locked, so a second run to it would not be noticed: %s", target, error.strerror)
        return None
    return lock


def _create(target: Path) -> tuple[Path, WholeWrites]:
    """A new file beside `target`, never one that is there already, nor what a link leads to."""
    while True:
        path = target.with_name(f"{_base(target)}.{secrets.token_hex(4)}.part")
        try:
            number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        except FileExistsError:
            continue
        return path, WholeWrites(number, "r+")


def _parts_of(target: Path) -> list[Path]:
    """What `_create` made for `target` and nobody ended; ordinary files only."""
    part = re.compile(rf"{re.escape(_base(target))}\.{UNIQUE}\.part")
    try:
        with os.scandir(target.parent) as entries:
            found = [e for e in entries if part.fullmatch(e.name) and e.is_file(follow_symlinks=False)]
    except OSError as error:
        logger.info("%s cannot be listed: %s", target.parent, error.strerror)
        return []
    return sorted(Path(entry.path) for entry in found)


def _free_names(target: Path) -> Iterator[Path]:
    yield target
    stem, number = target.stem, 1
    while True:
        after = f".partial{target.suffix}" if number == 1 else f".partial-{number}{target.suffix}"
        while len(os.fsencode(stem + after)) > _most_bytes(target.parent):
            stem = stem[:-1]
        yield target.with_name(stem + after)
        number += 1


def _base(target: Path) -> str:
    """What the names of parts and locks begin with: the target's name, or a hash of it where that is too long."""
    name = os.fsencode(target.name)
    if len(name) + ADDED_BYTES <= _most_bytes(target.parent):
        return target.name
    return hashlib.sha256(name).hexdigest()[:16]


def _most_bytes(folder: Path) -> int:
    return os.pathconf(folder, "PC_NAME_MAX") if hasattr(os, "pathconf") else NAME_MAX
