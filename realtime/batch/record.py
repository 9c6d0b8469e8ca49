"""Which results in a folder are finished, so that a batch that is run again goes on where it ended.

A small hidden file beside the results says of each from which bytes and with which settings it was made, and which
bytes it then had. A result is finished when all of that still holds. What nobody here made, or somebody changed since,
is not touched.

Knows what a record says; models/records.py knows the file, and nobody here how results are made.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from enum import Enum, auto
from pathlib import Path
from typing import TypedDict

from models.records import RecordLog, require_kinds
from realtime.batch.plan import Job
from realtime.config import RunConfig
from realtime.errors import SinkError
from realtime.faces.person import content_of

NAME = ".liveswap-batch.jsonl"
NO_SETTINGS = ("input", "outputs", "recursive", "metrics_file", "faces_from", "maps", "workers", "cluster")
"""Of a RunConfig: what says where and by whom, not how; faces count by their content."""


KINDS = {"source": str, "made_of": dict, "settings": str, "result": dict | None, "reason": str}
"""Of an entry."""


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
        self._folder, self._settings = folder.absolute(), settings
        remedy = "make room, or the folder writable"
        self._log = RecordLog(self._folder / NAME, "a batch", remedy=remedy, error=SinkError)
        self._known = self._read()

    def standings(self, jobs: Iterable[Job]) -> list[Standing]:
        """How the result of each of `jobs` stands now."""
        self._known = self._read()  # another batch may write to the same folder
        return [self._standing(job, self._known.get(self._key(job))) for job in jobs]

    def begin(self, job: Job) -> None:
        """The result is being made: whatever lies there from now on is this batch's."""
        self._note(job, self._entry(job, None))

    def finish(self, job: Job, reason: str = "") -> None:
        """The result is whole. reason: why nobody in it was swapped."""
        self._note(job, self._entry(job, _stamp(job.target), reason))

    def reason(self, job: Job) -> str:
        """The one that was told when a result was finished that is so by the last `standings`."""
        return self._known[self._key(job)]["reason"]

    def _read(self) -> dict[str, Entry]:
        known = self._log.read()
        try:
            for entry in known.values():
                require_kinds(entry, KINDS)
        except (KeyError, TypeError) as error:
            problem = f"the record of a batch {self._folder / NAME} has a line that is none: {error}"
            raise SinkError(problem, remedy="remove that line, or delete the file") from error
        return known

    def _standing(self, job: Job, entry: Entry | None) -> Standing:
        if not job.target.exists():
            return Standing.MISSING
        if entry is not None and not job.source.exists():  # a link to nothing by now
            return Standing.OUTDATED
        if entry is None or (entry["result"] is not None and entry["result"] != _stamp(job.target)):
            return Standing.FOREIGN
        if entry["result"] is None or entry != self._entry(job, entry["result"], entry["reason"]):
            return Standing.OUTDATED
        return Standing.FINISHED

    def _key(self, job: Job) -> str:
        return str(job.target.relative_to(self._folder))

    def _entry(self, job: Job, result: Stamp | None, reason: str = "") -> Entry:
        made_of = _stamp(job.source)
        return Entry(source=str(job.source), made_of=made_of, settings=self._settings, result=result, reason=reason)

    def _note(self, job: Job, entry: Entry) -> None:
        self._log.note(self._key(job), entry)


def settings_of(config: RunConfig) -> str:
    """One word for everything but the input that a result depends on. Raises SourceError for a face that is missing."""
    settings = {name: value for name, value in asdict(config).items() if name not in NO_SETTINGS}
    faces = [hashlib.sha256(content_of(photo)).hexdigest() for pair in config.maps for photo in pair]
    faces += [hashlib.sha256(content_of(photo)).hexdigest() for photo in config.faces_from]
    return hashlib.sha256(json.dumps([settings, faces], default=str, sort_keys=True).encode()).hexdigest()[:32]


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return Stamp(bytes=found.st_size, modified_ns=found.st_mtime_ns)
