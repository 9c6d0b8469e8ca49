"""What visitors asked to be made of their videos: jobs on the disk, one after the other, in the order they came.

A job that was under way when the server ended, in whatever way, begins anew. The faces that it puts on lie beside it
for as long as it waits or runs. Knows jobs and their states; the process is job_process.py's, and whose a video is
`store`'s business.
"""

import math
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.errors import UserError
from models.records import require_kinds
from realtime.web.auth import RefusedError
from realtime.web.keys import new_key
from realtime.web.videos.private_folder import (
    PrivateFolder,
    discard,
    no_room,
    owner_in,
    private,
    record_in,
)

KIND, WORK, RESULT = "jobs", "work", "result"
KINDS = {
    **dict.fromkeys(("video", "command", "name", "key"), str),
    **dict.fromkeys(("words", "consents"), list),
    **dict.fromkeys(("wished", "told"), dict),
    "created_s": int | float,
}
"""Of what is recorded."""


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self not in {JobState.WAITING, JobState.RUNNING}


@dataclass(slots=True)
class Progress:
    """frames: made so far, of `total` if that is known. fps: of the last two seconds."""

    frames: int = 0
    total: int | None = None
    fps: float | None = None

    @property
    def eta_s(self) -> float | None:
        """How long it will still take."""
        if not self.fps or self.total is None:
            return None
        return round(max(0, self.total - self.frames) / self.fps, 1)


@dataclass(slots=True, eq=False)
class Job:
    """owner: see `owner_of`. video: the id. words: of `liveswap run`, for its process. command: the same for people.

    wished: what was asked for, to ask again. name: of the result. key: who has it may fetch the result. created_s:
    since 1970. told: what came of it: error and hint, or notes, outcomes and wall_s. consents: keys in the record.
    """

    id: str
    owner: str
    folder: Path
    video: str
    words: list[str]
    command: str
    wished: dict[str, Any]
    name: str
    created_s: float
    key: str
    consents: list[str] = field(default_factory=list)
    state: JobState = JobState.WAITING
    told: dict[str, Any] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)

    @property
    def work(self) -> Path:
        """Where its process works."""
        return self.folder / WORK

    @property
    def result(self) -> Path:
        """The video that was made."""
        return (self.folder / RESULT).with_suffix(Path(self.name).suffix)

    def save(self) -> None:
        """Raises UserError."""
        kept = ("video", "words", "command", "wished", "name", "created_s", "consents", "state", "key", "told")
        record_in(self.folder).write({each: getattr(self, each) for each in kept})

    @classmethod
    def load(cls, folder: Path) -> "Job":
        """As it was saved. Raises UserError, KeyError, TypeError and ValueError for what no job is."""
        known = record_in(folder).read()
        require_kinds(known, KINDS)
        state = JobState(known.pop("state"))
        if state is JobState.RUNNING:
            state = JobState.WAITING
        return cls(id=folder.name, owner=owner_in(folder), folder=folder, state=state, **known)


class JobStore:
    """Used in the event loop. make_key: of results."""

    def __init__(
        self, folders: PrivateFolder, *, most: int, kept_s: float, make_key: Callable[[int], str] = new_key
    ) -> None:
        self._folders, self._most, self._kept_s, self._make_key = folders, most, kept_s, make_key
        self._jobs: dict[str, Job] = {}

    def open(self) -> None:
        """Find what is on the disk; what cannot be read is thrown away."""
        found = sorted(self._folders.loaded(KIND, Job.load), key=lambda job: job.created_s)
        self._jobs = {job.id: job for job in found}

    def __iter__(self) -> Iterator[Job]:
        """In the order they came."""
        return iter(list(self._jobs.values()))

    def of(self, owner: str) -> list[Job]:
        """Those of one visitor, in the order they came."""
        return [job for job in self._jobs.values() if job.owner == owner]

    def using(self, video: str) -> list[Job]:
        """Those that need a video still."""
        return [job for job in self._jobs.values() if job.video == video and not job.state.is_over]

    def ahead_of(self, job: Job) -> int:
        """How many are made before."""
        unfinished = [each for each in self._jobs.values() if not each.state.is_over]
        return unfinished.index(job) if job in unfinished else 0

    def next(self) -> Job | None:
        """The one that waits longest."""
        return next((job for job in self._jobs.values() if job.state is JobState.WAITING), None)

    def require_place(self, owner: str) -> None:
        """Raises RefusedError (429) when this visitor has enough that wait."""
        if sum(not job.state.is_over for job in self.of(owner)) >= self._most:
            raise RefusedError(429, f"{self._most} of yours wait already", remedy="wait for one, or cancel one")

    def new_folder(self, owner: str) -> Path:
        """Of a job that is to be. Raises RefusedError (507)."""
        folder = self._folders.new(owner, KIND)
        private(folder / WORK)
        return folder

    def add(self, folder: Path, files: Mapping[str, bytes], known: Mapping[str, Any]) -> Job:
        """A new job. files: that its process needs, by their names. known: see Job.

        Raises RefusedError (507) or UserError, and keeps nothing, where the disk takes no more.
        """
        key, owner = self._make_key(32), owner_in(folder)
        job = Job(id=folder.name, owner=owner, folder=folder, created_s=self._now_s(), key=key, **known)
        try:
            for name, content in files.items():
                (job.work / name).parent.mkdir(exist_ok=True)
                (job.work / name).write_bytes(content)
            job.save()
        except UserError:
            discard(folder)
            raise
        except OSError as error:
            discard(folder)
            raise no_room(error) from error
        self._jobs[job.id] = job
        return job

    def find(self, owner: str, key: str) -> Job:
        """Raises RefusedError (404), for another visitor's too."""
        job = self._jobs.get(key)
        if job is None or job.owner != owner:
            raise RefusedError(404, "there is no such job of yours", remedy="GET /jobs lists them")
        return job

    def find_result(self, key: str) -> Job:
        """The job whose result may be fetched by this key. Raises RefusedError (404)."""
        for job in self._jobs.values():
            if secrets.compare_digest(job.key.encode(), key.encode(errors="replace")) and job.state is JobState.DONE:
                self._folders.uses.note(job.folder)
                return job
        raise RefusedError(
            404, "there is no such result", remedy="GET /jobs lists those that are there, with addresses"
        )

    def end(self, job: Job, state: JobState, **told: Any) -> None:
        """Nothing more comes of it: the faces that it needed go. Raises UserError when that cannot be kept."""
        job.state, job.told = state, told
        shutil.rmtree(job.work, ignore_errors=True)
        job.save()

    def _now_s(self) -> float:
        """Later than any job came, also when the clock was set back: they are made in the order in which they came."""
        last_s = max((job.created_s for job in self._jobs.values()), default=0.0)
        return max(time.time(), math.nextafter(last_s, math.inf))

    def remove(self, job: Job) -> None:
        """With its result."""
        self._jobs.pop(job.id, None)
        discard(job.folder)

    def expires_s(self, job: Job) -> float | None:
        """Seconds since 1970, by the wall's clock as it is now; None before it is over."""
        return time.time() + self._kept_s - self._folders.uses.ago_s(job.folder) if job.state.is_over else None

    def expired(self) -> list[Job]:
        """Those that nobody used for long."""
        over = [job for job in self._jobs.values() if job.state.is_over]
        return [job for job in over if self._folders.uses.ago_s(job.folder) >= self._kept_s]
