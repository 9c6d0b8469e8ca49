"""Which results in a folder are finished, so that a batch that is run again goes on where it ended.

A small hidden file beside the results says of each from which bytes and with which settings it was made, and which
bytes it then had. A result is finished when all of that still holds. What nobody here made, or somebody changed since,
is not touched.

Knows the record; knows nothing of how results are made.
"""

import hashlib
import json
import os
from dataclasses import asdict
from enum import Enum, auto
from pathlib import Path
from typing import TypedDict

from realtime.batch import Job
from realtime.config import RunConfig
from realtime.errors import SinkError
from realtime.person import content_of

NAME = ".liveswap-batch.json"
NO_SETTINGS = ("input", "outputs", "recursive", "metrics_file", "faces_from", "maps")
"""Of a RunConfig: what says where, not how; faces count by their content."""


class Standing(Enum):
    """What a result is before a batch begins."""

    MISSING = auto()
    FINISHED = auto()
    OUTDATED = auto()  # made here, of an older input or with other settings, or cut short
    FOREIGN = auto()  # somebody else's, or changed since: not to be overwritten


class Stamp(TypedDict):
    """Which bytes a file has, without reading them."""

    bytes: int
    modified_ns: int


class Entry(TypedDict):
    """Of one result. result: None while it is being made. reason: why nobody in it was swapped, "" if somebody was."""

    source: str
    made_of: Stamp
    settings: str
    result: Stamp | None
    reason: str


class BatchRecord:
    """The record of one folder, which must exist. settings: see `settings_of`. Raises SinkError for a spoilt record."""

    def __init__(self, folder: Path, settings: str) -> None:
        self._path, self._folder, self._settings = folder.absolute() / NAME, folder.absolute(), settings
        self._entries()

    def standing(self, job: Job) -> Standing:
        """How the result of `job` stands now."""
        entry = self._entries().get(self._key(job))
        if not job.target.exists():
            return Standing.MISSING
        if entry is None or (entry["result"] is not None and entry["result"] != _stamp(job.target)):
            return Standing.FOREIGN
        if entry["result"] is None or entry != self._entry(job, entry["result"], entry["reason"]):
            return Standing.OUTDATED
        return Standing.FINISHED

    def begin(self, job: Job) -> None:
        """The result is being made: whatever lies there from now on is this batch's."""
        self._write(job, self._entry(job, None))

    def finish(self, job: Job, reason: str = "") -> None:
        """The result is whole. reason: why nobody in it was swapped."""
        self._write(job, self._entry(job, _stamp(job.target), reason))

    def reason(self, job: Job) -> str:
        """The one that was told when the result was finished."""
        return self._entries()[self._key(job)]["reason"]

    def _key(self, job: Job) -> str:
        return str(job.target.relative_to(self._folder))

    def _entry(self, job: Job, result: Stamp | None, reason: str = "") -> Entry:
        made_of = _stamp(job.source)
        return Entry(source=str(job.source), made_of=made_of, settings=self._settings, result=result, reason=reason)

    def _entries(self) -> dict[str, Entry]:
        """As they are on the disk: another batch may write to the same folder."""
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise SinkError(
                f"the record {self._path} cannot be read: {error}", remedy=f"delete {self._path}"
            ) from error
        if not isinstance(entries, dict):
            raise SinkError(f"{self._path} is no record of a batch", remedy=f"delete {self._path}")
        return entries

    def _write(self, job: Job, entry: Entry) -> None:
        part = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            part.write_text(json.dumps({**self._entries(), self._key(job): entry}, indent=1), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            raise SinkError(
                f"the record {self._path} cannot be written: {error.strerror}",
                remedy="make room, or the folder writable",
            ) from error


def settings_of(config: RunConfig) -> str:
    """One word for everything but the input that a result depends on. Raises SourceError for a face that is missing."""
    settings = {name: value for name, value in asdict(config).items() if name not in NO_SETTINGS}
    faces = [hashlib.sha256(content_of(photo)).hexdigest() for pair in config.maps for photo in pair]
    faces += [hashlib.sha256(content_of(photo)).hexdigest() for photo in config.faces_from]
    return hashlib.sha256(json.dumps([settings, faces], default=str, sort_keys=True).encode()).hexdigest()[:32]


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return Stamp(bytes=found.st_size, modified_ns=found.st_mtime_ns)
