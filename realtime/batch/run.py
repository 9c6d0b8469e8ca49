"""Makes every result of a batch: one file after another with the same engines, and one that fails stops none.

    0    every result is there
    2    some are not, each for a reason that a person can mend
    3    all were made, but in some nobody was swapped
    1    some are not, because of a bug

The worst that happened is the exit status: 1, then 2, then 3. Knows the order of things; plan.py knows names,
record.py what is finished, app.py how one result is made.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from models.errors import UserError
from models.store import ModelStore
from realtime.app import build_run
from realtime.batch.plan import Batch, Job
from realtime.batch.record import NAME, BatchRecord, Standing, settings_of
from realtime.cli.console import Measured, RunDisplay, say, shown_name, tell
from realtime.config import RunConfig
from realtime.faces.loaded_faces import LoadedFaces
from realtime.outputs.partial_file import writable_target
from realtime.outputs.write_errors import write_failure
from realtime.refusals import can_be_joined
from realtime.segments.crew import Crew
from realtime.segments.joined_run import JoinedRun
from realtime.segments.video import VideoInSegments
from realtime.stream.metrics import Snapshot
from realtime.stream.run_notes import nobody_swapped
from realtime.stream.runner import StreamRunner

logger = logging.getLogger(__name__)


class Became(StrEnum):
    """What became of one input."""

    MADE = "made"
    NOBODY = "nobody swapped"
    FINISHED = "finished before"
    FAILED = "failed"
    BUG = "failed because of a bug"
    INTERRUPTED = "interrupted"


STATUS = {Became.BUG: 1, Became.FAILED: 2, Became.NOBODY: 3}
"""Exit statuses, the worst first."""


@dataclass(frozen=True, slots=True)
class Result:
    """reason: why it failed, or nobody was swapped. numbers: of what was made."""

    job: Job
    became: Became
    reason: str = ""
    numbers: Snapshot | None = None


class BatchRun:
    """One run of a batch. load: gives the engines and faces, once, when there is something to do.

    crew: makes the videos that can be made of segments; None where all is made here.
    results: of the inputs so far, in their order. Makes the folder. Raises UserError when the batch cannot begin.
    """

    def __init__(
        self,
        config: RunConfig,
        batch: Batch,
        store: ModelStore,
        load: Callable[[], LoadedFaces],
        crew: Crew | None = None,
    ) -> None:
        self._config, self._batch, self._store, self._load, self._crew = config, batch, store, load, crew
        self._runner: StreamRunner | JoinedRun | None = None
        self._stop_asked = False
        self.results: list[Result] = []
        _make_folder(batch.folder)
        writable_target(batch.folder / NAME)
        self._record = BatchRecord(batch.folder, settings_of(config))

    def stop(self) -> None:
        """End soon: what is being made now is cut short, the rest is left. Any thread, any time."""
        self._stop_asked = True
        if self._runner is not None:
            self._runner.stop()

    def run(self) -> None:
        """Make what is not there yet, telling of each. Raises UserError when the faces cannot be loaded."""
        standings = self._record.standings(self._batch.jobs)
        if finished := standings.count(Standing.FINISHED):
            say(f"{finished} of {len(standings)} are finished already")
        if not {Standing.MISSING, Standing.OUTDATED} & set(standings):
            self.results = [
                self._left(job, standing) for job, standing in zip(self._batch.jobs, standings, strict=True)
            ]
            return
        faces = self._load()
        try:
            for number, (job, standing) in enumerate(zip(self._batch.jobs, standings, strict=True), 1):
                if self._stop_asked:
                    return
                self.results.append(self._result_of(job, standing, faces, f"{number} of {len(standings)}"))
        finally:
            faces.close()

    @property
    def status(self) -> int:
        """The exit status that says how it went."""
        found = {result.became for result in self.results}
        return next((status for became, status in STATUS.items() if became in found), 0)

    @property
    def counts(self) -> Counter[Became]:
        return Counter(result.became for result in self.results)

    def _left(self, job: Job, standing: Standing) -> Result:
        """What is finished, or nobody's to overwrite."""
        if standing is Standing.FINISHED:
            reason = self._record.reason(job)
            return Result(job, Became.NOBODY if reason else Became.FINISHED, reason)
        problem = f"{job.target} exists, and no batch made it as it is now"
        tell(problem, "move it away, or give --output another folder")
        return Result(job, Became.FAILED, problem)

    def _result_of(self, job: Job, standing: Standing, faces: LoadedFaces, place: str) -> Result:
        if standing in {Standing.FINISHED, Standing.FOREIGN}:
            return self._left(job, standing)
        try:
            return self._make(job, faces, place)
        except UserError as error:
            tell(f"{place}: {error}", error.remedy)
            return Result(job, Became.FAILED, str(error))
        except Exception as error:
            logger.exception("%s: %s", place, job.name)
            return Result(job, Became.BUG, repr(error))
        finally:
            self._runner = None

    def _make(self, job: Job, faces: LoadedFaces, place: str) -> Result:
        _make_folder(job.target.parent)
        one = replace(self._config, input=str(job.source), outputs=(str(job.target),), metrics_file=None)
        if job.is_picture:
            one = replace(one, at_s=None, duration_s=None, trim=None)  # those are meant for the videos
        if self._crew is not None and not job.is_picture and can_be_joined(one.outputs[0]):
            numbers = self._made_together(one, job, faces, place, self._crew)
        else:
            numbers = self._made_here(one, job, faces, place)
        if self._stop_asked:
            return Result(job, Became.INTERRUPTED, numbers=numbers)
        note = nobody_swapped(numbers)
        self._record.finish(job, note.problem if note else "")
        swapped = f"{numbers['outcomes']['swapped']} of {numbers['frames_out']} frames swapped"
        swapped = swapped if numbers["frames_out"] > 1 else "swapped"
        say(f"{place}  {shown_name(job.name)}: {note.problem if note else swapped}, {numbers['wall_s']:.1f} s")
        return Result(job, Became.NOBODY if note else Became.MADE, note.problem if note else "", numbers)

    def _made_here(self, config: RunConfig, job: Job, faces: LoadedFaces, place: str) -> Snapshot:
        built = build_run(config, self._store, lent=faces)
        self._run(job, place, built.runner, built.metrics, built.info.frame_count)
        return built.metrics.snapshot()

    def _made_together(self, config: RunConfig, job: Job, faces: LoadedFaces, place: str, crew: Crew) -> Snapshot:
        video = VideoInSegments(config, self._store, crew)
        with video.opened() as run:
            self._run(job, place, run, run.progress, video.info.frame_count)
            return run.snapshot(config.swapper, faces.engines.device)

    def _run(
        self, job: Job, place: str, runner: StreamRunner | JoinedRun, measured: Measured, total: int | None
    ) -> None:
        self._runner = runner
        self._record.begin(job)
        if self._stop_asked:
            runner.stop()
        with RunDisplay(measured, title=f"{place}  {job.name}", video=True, total_frames=total):
            runner.run()


def _make_folder(folder: Path) -> None:
    """Raises SinkError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_failure(folder, error, otherwise="give --output another folder") from error
