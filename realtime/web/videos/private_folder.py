"""Where a server keeps its visitors' videos, and what is made of them: folders that nobody else of the machine reads.

A visitor's folder is called by a hash of their key, so that it is not guessed and gives no key away; who has the key
finds it again after a restart. One server at a time uses it. Knows folders, who owns them and room on the disk; knows
nothing of videos.
"""

import hashlib
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import filelock

from models.errors import UserError
from models.records import RecordFile
from realtime.web.auth import RefusedError
from realtime.web.videos.last_use import LastUses

GB = 1_000_000_000
OWNER_DIGITS = 40
"""Of a sha256, in hexadecimal."""
PRIVATE = 0o700
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """most_bytes: of one video. of_visitor, of_all: bytes of videos and results together. free_bytes: of the disk,
    which stay free. kept_s: how long what nobody uses is kept. jobs: of one visitor that wait or run.
    """

    most_bytes: int = 2 * GB
    of_visitor: int = 4 * GB
    of_all: int = 24 * GB
    free_bytes: int = 1 * GB
    kept_s: float = 24 * 3600.0
    jobs: int = 8


def owner_of(key: str) -> str:
    """What a visitor's folder is called. key: the visitor's."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()[:OWNER_DIGITS]


class PrivateFolder:
    """Used in the event loop, once it is open. root: the folder, made when needed. uses: of the things in it."""

    def __init__(self, root: Path, uses: LastUses | None = None) -> None:
        self.root, self.uses = root, uses or LastUses()
        self._lock = filelock.FileLock(root / ".lock")

    def open(self) -> None:
        """Raises UserError when another server has it, or nothing can be put there."""
        try:
            private(self.root)
            self._lock.acquire(blocking=False)
            for removed in self.root.glob("*/*/.*"):  # as `discard` left it, when the server was killed
                shutil.rmtree(removed, ignore_errors=True)
        except filelock.Timeout as error:
            raise UserError(
                f"another liveswap server keeps its videos in {self.root}",
                remedy="end that one, or set LIVESWAP_HOME to another folder for this one",
            ) from error
        except OSError as error:
            raise UserError(
                f"{self.root} cannot be used for videos: {error.strerror}",
                remedy="set LIVESWAP_HOME to a folder that can be written to",
            ) from error

    def close(self) -> None:
        """May be called twice."""
        self._lock.release()

    def knows(self, key: str) -> bool:
        """Whether the visitor of this key has a folder."""
        return (self.root / owner_of(key)).is_dir()

    def new(self, owner: str, kind: str) -> Path:
        """The folder of a new thing of a visitor, called by its id. Raises RefusedError (507)."""
        folder = self.root / owner / kind / secrets.token_urlsafe(12).replace("-", "_")
        try:
            private(folder.parents[1])
            private(folder.parent)
            private(folder)
            self.uses.note(folder)
        except OSError as error:
            raise no_room(error) from error
        return folder

    def loaded(self, kind: str, load: Callable[[Path], T]) -> list[T]:
        """The things of one kind of all visitors; what cannot be read is thrown away.

        load: from a folder; raises UserError, KeyError, TypeError, ValueError or OSError for what is none.
        """
        found = []
        for folder in sorted(self.root.glob(f"*/{kind}/*")):
            if folder.name.startswith("."):  # as `discard` leaves it
                continue
            try:
                found.append(load(folder))
            except (KeyError, TypeError, ValueError, OSError, UserError):
                discard(folder)
        return found

    def forget_empty(self) -> None:
        """Remove the folders of visitors who have nothing here."""
        for folder in self.root.iterdir():
            if folder.is_dir() and not any(any(kind.iterdir()) for kind in folder.iterdir() if kind.is_dir()):
                shutil.rmtree(folder, ignore_errors=True)

    def free_bytes(self) -> int:
        """Of the disk."""
        return shutil.disk_usage(self.root).free


def owner_in(folder: Path) -> str:
    """Whose a thing in this folder is, see `owner_of`."""
    return folder.parents[1].name


def private(folder: Path) -> Path:
    """A folder for its owner alone, made when needed."""
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    folder.chmod(PRIVATE)
    return folder


def discard(folder: Path) -> None:
    """Remove a thing: under a hidden name first, so that it is gone at once and never found half removed."""
    hidden = folder.with_name(f".{folder.name}")
    try:
        folder.replace(hidden)
    except FileNotFoundError:
        return
    shutil.rmtree(hidden, ignore_errors=True)


def record_in(folder: Path) -> RecordFile:
    """What is known of the thing in a folder."""
    return RecordFile(folder / "record.json", "a video", remedy="make room on the disk of the server")


def no_room(error: OSError) -> RefusedError:
    """Raise this where the disk takes no more."""
    return RefusedError(
        507, f"the server's disk takes no more: {error.strerror}", remedy="delete videos here, or tell whoever runs it"
    )
