"""Makes the jobs one after the other, each in a process of its own, until the server ends.

Knows when a job begins and how it ends; what is made is the process's business.
"""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from models.errors import UserError
from realtime.web.auth import RefusedError
from realtime.web.videos.jobs import Job, JobState, JobStore, Progress

logger = logging.getLogger(__name__)

REVOKED = "consent for a face of this video was revoked, or has run out"

RunWords: TypeAlias = Callable[[Sequence[str], Path, Callable[[dict[str, Any]], None]], Awaitable[int]]
"""Makes a video: words, the folder to work in, who is told. Returns the exit status of a process."""


class JobQueue:
    """Used in the event loop. run_words: see job_process.py. is_revoked: whether a face of these consents must not be
    worn any more; asked before a video is made, and before it is given out.
    """

    def __init__(
        self, jobs: JobStore, run_words: RunWords, is_revoked: Callable[[Sequence[str]], bool] = lambda _keys: False
    ) -> None:
        self._jobs, self._run_words, self._is_revoked = jobs, run_words, is_revoked
        self._wake = asyncio.Event()
        self._now: tuple[Job, asyncio.Task[None]] | None = None

    def wake(self) -> None:
        """A job was added."""
        self._wake.set()

    async def work(self) -> None:
        """For ever; cancel it at the end: the job under way stays on the disk, and begins anew at the next start."""
        while True:
            job = self._jobs.next()
            if job is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            task = asyncio.create_task(self._make(job), name=f"job {job.id}")
            self._now = job, task
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError:
                if _is_cancelled():  # the server ends; else the job alone was
                    await _cancelled(task)
                    raise
            finally:
                self._now = None

    async def cancel(self, job: Job) -> None:
        """End it at once; nothing of it stays. Raises RefusedError (409) when it is over."""
        if job.state.is_over:
            raise RefusedError(409, f"it is {job.state} already", remedy="ask for it anew")
        if self._now is not None and self._now[0] is job:
            await _cancelled(self._now[1])
        self._jobs.end(job, JobState.CANCELLED)

    async def _make(self, job: Job) -> None:
        last: dict[str, Any] = {}

        def tell(message: dict[str, Any]) -> None:
            if "frames" in message:
                job.progress = Progress(message["frames"], message["total"] or job.progress.total, message["fps"])
            else:
                last.update(message)

        job.state, job.progress = JobState.RUNNING, Progress(total=job.progress.total)
        try:
            _clear(job)
            status = 0 if self._is_revoked(job.consents) else await self._run_words(job.words, job.work, tell)
            self._finish(job, last, status)
        except Exception as error:  # the next job must not wait for this one
            logger.exception("job %s cannot be made", job.id[:4])
            self._give_up(job, error)

    def _give_up(self, job: Job, error: Exception) -> None:
        hint = error.remedy if isinstance(error, UserError) else "see the server's messages"
        try:
            self._jobs.end(job, JobState.FAILED, error=str(error), hint=hint)
        except UserError as unkept:  # its faces are gone all the same
            logger.error("that job %s failed is not kept: %s", job.id[:4], unkept)

    def _finish(self, job: Job, last: dict[str, Any], status: int) -> None:
        made = job.work / job.words[-1]
        if self._is_revoked(job.consents):
            self._jobs.end(job, JobState.FAILED, error=REVOKED, hint="ask for it without that face")
        elif last.pop("done", False) and made.is_file():
            made.replace(job.result)
            self._jobs.end(job, JobState.DONE, **last)
        elif "error" in last:
            self._jobs.end(job, JobState.FAILED, **last)
        else:
            problem = f"the process that made it ended with {status}"
            hint = "the machine may be short of memory: try again, or a smaller video"
            self._jobs.end(job, JobState.FAILED, error=problem, hint=hint)


def _clear(job: Job) -> None:
    """Throw away what a process left that was ended before it was done."""
    for path in job.work.iterdir():
        if path.name.startswith((job.words[-1], f".{job.words[-1]}")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_cancelled() -> bool:
    """Whether who asks is to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _cancelled(task: "asyncio.Task[None]") -> None:
    """Cancel it, and wait for its end."""
    task.cancel()
    await asyncio.wait([task])
