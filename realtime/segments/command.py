"""What `liveswap run --workers N` does: makes a video of segments, shows how it goes, and tells of it.

Knows the terminal and the order; joined_run.py does the work.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import count
from pathlib import Path

from models.errors import UserError
from models.store import ModelStore
from realtime.admission import consent_watch, no_badge_record
from realtime.app import credit_of, encoder_options, source_options
from realtime.cli.console import DownloadDisplay, RunDisplay, say, stderr
from realtime.cli.interrupts import interrupts
from realtime.cli.model_commands import open_store
from realtime.cli.report import report
from realtime.config import RunConfig
from realtime.faces.loaded_faces import load_faces
from realtime.media.local_path import local_path
from realtime.media.trim import Trim
from realtime.outputs.partial_file import writable_target
from realtime.outputs.recorder import VideoRecorder
from realtime.outputs.resize import resized
from realtime.outputs.write_errors import write_failure
from realtime.refusals import refuse_unfit
from realtime.segments.joined_run import JoinedRun, VideoJob
from realtime.segments.messages import Inbox
from realtime.segments.plan import Cuts, plan_segments
from realtime.segments.processes import WorkerProcess, share_of_cores
from realtime.sources import open_source
from realtime.sources.cuts import video_cuts
from realtime.stream.metrics import Snapshot
from realtime.stream.run_notes import nobody_swapped


def make_video(config: RunConfig, *, accepts_licences: bool) -> Snapshot:
    """Make it, with a display. Returns its numbers.

    Raises UserError, with what was made kept, and KeyboardInterrupt after an interrupt, with everything told.
    """
    progress = DownloadDisplay()
    store = open_store(progress, accepts_licences=accepts_licences)
    with progress, stderr.status("preparing (a few seconds longer the first time)") as status:
        progress.on_pause = status.stop
        video = VideoInSegments(config, store)
        try:
            faces = load_faces(config, store, live=False, progress=progress)  # asks and refuses, which workers cannot
            faces.close()
        except BaseException:
            video.sink.close()
            raise
    for note in faces.engines.notes:
        say(f"{config.swapper}: {note}", style="dim")
    if len(video.segments) == 1:
        say(f"{video.info.name} is made in one piece: it has no key frames to be cut at")
    with video.opened() as run, interrupts(run.stop) as seen:
        display = RunDisplay(run.progress, title=video.info.name, video=True, total_frames=video.info.frame_count)
        try:
            with display:
                run.run()
        finally:
            numbers = run.snapshot(config.swapper, faces.engines.device)
            told = nobody_swapped(numbers)
            report(config, numbers, [video.sink], video.info.rate, [] if told is None else [told])
    if seen:
        say("interrupted" if video.sink.written is None else "interrupted: what was made so far can be played")
        raise KeyboardInterrupt
    return numbers


class VideoInSegments:
    """A run of `liveswap run --workers`, ready to start. Raises UserError, with nothing written.

    info: of the video. run: to be run, once.
    """

    def __init__(self, config: RunConfig, store: ModelStore) -> None:
        if config.metrics_file is not None:
            writable_target(config.metrics_file)
        self._watch = consent_watch(config, store.home)
        source = open_source(config.input, source_options(config, store))
        source.close()
        self.info = source.info.first(config.duration_s)
        refuse_unfit(config, self.info)
        cuts = video_cuts(local_path(config.input))
        self.segments = plan_segments(cuts, wanted_part(config, cuts), config.workers)
        path = local_path(config.outputs[0])
        credited = replace(self.info, credit=credit_of(config, store, no_badge_record(config, store.home).reasons))
        self.sink = VideoRecorder(path, resized(credited, config.size_wh), encoder_options(config))
        if not self.sink.takes_copies:
            self.sink.close()
            raise UserError(
                f"{self.info.name} can be transparent, and what {path.name} keeps of that cannot be joined",
                remedy="omit --workers, or end the output's name in .mov or .mkv",
            )
        self._config, self._store, self._target = config, store, Path(os.path.realpath(path))

    @contextmanager
    def opened(self) -> Iterator[JoinedRun]:
        """In the block the segments have a folder, beside the video; the sink is closed at its end."""
        try:
            with _segments_folder(self._target) as folder:
                yield self._joined(folder)
        finally:
            self.sink.close()

    def _joined(self, folder: Path) -> JoinedRun:
        config, numbers = self._config, count(1)
        share = share_of_cores(min(config.workers, len(self.segments)))

        def start(inbox: Inbox) -> WorkerProcess:
            said = folder / f"worker-{next(numbers)}.said"
            return WorkerProcess(config, self._store.home, share, inbox, said)

        job = VideoJob(
            segments=self.segments,
            folder=folder,
            sink=self.sink,
            timeline=self.info.timeline,
            may_differ=not config.maps and config.faces.limit is not None,
            require_consent=self._watch.require,
        )
        return JoinedRun(job, start, config.workers)


def wanted_part(config: RunConfig, cuts: Cuts) -> Trim:
    """The part of the video that --trim and --duration leave."""
    trim = config.trim or Trim()
    if config.duration_s is None:
        return trim
    begins_s = max(trim.start_s, cuts.times[0] * cuts.base)
    end_s = begins_s + Fraction(config.duration_s)
    return Trim(trim.start_s, end_s if trim.end_s is None else min(trim.end_s, end_s))


@contextmanager
def _segments_folder(target: Path) -> Iterator[Path]:
    """Hidden, beside the video, whose lock is held: what is there is left from a run that was killed."""
    name = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    folder = target.with_name(f".{name}.segments")
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
    except OSError as error:
        raise write_failure(folder, error, otherwise="give --output another folder") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
