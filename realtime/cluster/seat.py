"""A host's place on its node: a folder of its own with a name that stays, so that who comes after it finds its videos.

Knows folders and locks; knows nothing of what a host does.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from realtime.web.videos.private_folder import private

HOSTS = "hosts"


@dataclass(frozen=True, slots=True)
class Seat:
    """name: in the whole cluster."""

    name: str
    folder: Path


@contextmanager
def seated(home: Path) -> Iterator[Seat]:
    """The oldest folder that no host has, else a new one. It is free again when the process ends, however it does."""
    hosts = private(home / HOSTS)
    known = sorted((folder for folder in hosts.iterdir() if folder.is_dir()), key=lambda folder: folder.stat().st_ctime)
    for folder in [*known, hosts / secrets.token_hex(6)]:
        lock = filelock.FileLock(private(folder) / ".lock")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            continue
        try:
            yield Seat(folder.name, folder)
        finally:
            lock.release()
        return
