"""From what a visitor asks for to a job: its faces are put beside it, its words written, its place in the queue taken.

And what goes when nobody uses it. Knows orders, jobs and videos; knows no HTTP.
"""

import asyncio
import logging
import os
from functools import partial
from pathlib import Path
from typing import Any

import cv2

from engines.types import SourcePhoto
from models.errors import UserError
from realtime.faces.consent import Scope
from realtime.provenance.no_badge import NoBadgeRecord
from realtime.web.auth import RefusedError
from realtime.web.gallery import Entry
from realtime.web.videos.jobs import WORK, Job, JobState, JobStore
from realtime.web.videos.library import VideoLibrary, require_ready
from realtime.web.videos.order import Order, Places, command_line, words_of
from realtime.web.videos.private_folder import no_room
from realtime.web.videos.queue import JobQueue
from realtime.web.videos.store import StoredVideo

logger = logging.getLogger(__name__)

SWEEP_S = 60.0


class Workshop:
    """Used in the event loop. home: where it is kept why somebody left the badge out."""

    def __init__(self, library: VideoLibrary, jobs: JobStore, queue: JobQueue, home: Path) -> None:
        self.library, self.jobs, self.queue, self._home = library, jobs, queue, home

    def used_bytes(self, owner: str | None = None) -> int:
        """On the disk: of one visitor, or of all."""
        store = self.library.store
        videos = [video.bytes for video in store if owner in {None, video.owner}]
        results = [job.result.stat().st_size for job in self.jobs if owner in {None, job.owner} and _is_made(job)]
        return sum(videos) + sum(results)

    def command(self, video: StoredVideo, order: Order, names: tuple[str, ...]) -> str:
        """For a terminal, with the visitor's own names for files. names: of the faces."""
        places = Places(
            _plain(video.name), result_name(video, order), lambda n: f"{names[n]}.jpg", "person-{}.png".format
        )
        return command_line(words_of(order, places, self.library.more))

    async def add(self, video: StoredVideo, order: Order, faces: tuple[Entry, ...]) -> Job:
        """faces: those in `order.wear`. Raises RefusedError (409, 422, 429, 507)."""
        facts = require_ready(video)
        self.require_mapped(video, order)
        self.jobs.require_place(video.owner)
        if order.trim is not None and order.trim[0] >= facts.duration_s:
            raise UserError(f"{video.name} ends at {facts.duration_s:.2f} s", remedy='let "trim" begin before')
        consents = [key for face in faces for key in face.consents]
        if order.disclosure.no_badge:
            NoBadgeRecord(self._home, lambda: consents, [Scope.FILE]).note(order.disclosure.no_badge)
        folder = self.jobs.new_folder(video.owner)
        where = os.path.relpath(video.path, folder / WORK)
        places = Places(where, f"result.{order.ending}", "face-{}".format, "person-{}.png".format)
        files = await self.library.beside.now(
            partial(_files, self.library, video, order, tuple(face.photo for face in faces))
        )
        known = {
            "video": video.id,
            "words": words_of(order, places, self.library.more),
            "command": self.command(video, order, order.wear),
            "wished": {"video": video.id, **order.wished()},
            "name": result_name(video, order),
            "consents": consents,
        }
        job = self.jobs.add(folder, files, known)
        self.queue.wake()
        return job

    def require_mapped(self, video: StoredVideo, order: Order) -> None:
        """Raises RefusedError (422) for people who cannot be told apart here."""
        if order.people and not self.library.sight.can_recognise:
            raise RefusedError(
                422,
                "no recogniser is installed here, so people cannot be told apart",
                remedy="swap the largest face or all; or whoever runs the server adds one: liveswap models list",
            )
        people = video.people or ()
        for number in order.people:
            if number >= len(people) or not people[number].can_be_mapped:
                raise RefusedError(422, f"person {number} cannot be told apart", remedy="choose others")

    async def remove_video(self, video: StoredVideo) -> None:
        """Raises RefusedError (409) while a job needs it."""
        if self.jobs.using(video.id):
            raise RefusedError(409, f"{video.name} is needed by a job", remedy="cancel the job first")
        self.library.store.remove(video)

    async def remove_job(self, job: Job) -> None:
        """One that is not over is cancelled first."""
        if not job.state.is_over:
            await self.queue.cancel(job)
        self.jobs.remove(job)

    async def sweep(self) -> None:
        """Remove what nobody used for long, for ever; cancel it at the end.

        Not at once: a machine that has just started may have no right clock yet.
        """
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                self.forget()
            except OSError as error:  # of the disk, which may be well again the next time
                logger.warning("what nobody used for long cannot be removed now: %s", error)

    def forget(self) -> None:
        """Remove what nobody used for long."""
        store = self.library.store
        for job in self.jobs.expired():
            self.jobs.remove(job)
        for video in store.expired():
            if not self.jobs.using(video.id):
                store.remove(video)
        store.folders.uses.keep_right(each.folder for each in (*self.jobs, *store))
        store.folders.forget_empty()

    def job_state(self, job: Job) -> dict[str, Any]:
        """For JSON."""
        progress, expires_s = job.progress, self.jobs.expires_s(job)
        made = {"result": f"results/{job.key}", "bytes": job.result.stat().st_size} if _is_made(job) else {}
        known = {"id": job.id, "video": job.video, "name": job.name, "state": job.state, "command": job.command}
        how_far = {"frames": progress.frames, "total": progress.total, "fps": progress.fps, "eta_s": progress.eta_s}
        ends = None if expires_s is None else round(expires_s)
        return {
            **known,
            **how_far,
            "ahead": self.jobs.ahead_of(job),
            **job.told,
            **made,
            "wished": job.wished,
            "expires_s": ends,
        }


def result_name(video: StoredVideo, order: Order) -> str:
    """What the visitor will save it as."""
    return f"{Path(video.name).stem}-liveswap.{order.ending}"


def _files(
    library: VideoLibrary, video: StoredVideo, order: Order, photos: tuple[SourcePhoto, ...]
) -> dict[str, bytes]:
    """What the job's process needs beside the video, by names in its folder: a folder of photos for each face."""
    files = {
        f"face-{place}/{number}.png": cv2.imencode(".png", view.image)[1].tobytes()
        for place, photo in enumerate(photos)
        for number, view in enumerate(photo.views)
    }
    try:
        known = {f"person-{who}.png": Path(library.picture_name(video, who)).read_bytes() for who in order.people}
    except OSError as error:
        raise no_room(error) from error
    return {**files, **known}


def _plain(name: str) -> str:
    """A file's name that is no option of a command."""
    return f"./{name}" if name.startswith("-") else name


def _is_made(job: Job) -> bool:
    return job.state is JobState.DONE and job.result.is_file()
