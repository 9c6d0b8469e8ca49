"""What `liveswap run --workers N` and `--cluster` do with one video: make it of segments, show how it goes, tell of it.

Knows the terminal and the order; joined_run.py does the work.
"""

from models.store import ModelStore
from realtime.cli.console import DownloadDisplay, RunDisplay, say, stderr
from realtime.cli.interrupts import interrupts
from realtime.cli.model_commands import open_store
from realtime.cli.report import report
from realtime.config import RunConfig
from realtime.faces.loaded_faces import LoadedFaces, load_faces
from realtime.segments.crew import Crew, crew_of
from realtime.segments.joined_run import JoinedRun
from realtime.segments.video import VideoInSegments
from realtime.stream.metrics import Snapshot
from realtime.stream.run_notes import nobody_swapped


def make_video(config: RunConfig, *, accepts_licences: bool) -> Snapshot:
    """Make it, with a display. Returns its numbers.

    Raises UserError, with what was made kept, and KeyboardInterrupt after an interrupt, with everything told.
    """
    progress = DownloadDisplay()
    store = open_store(progress, accepts_licences=accepts_licences)
    with crew_of(config, store.home) as crew:
        video, faces = _prepared(config, store, crew, progress)
        for note in faces.engines.notes:
            say(f"{config.swapper}: {note}", style="dim")
        if video.segments == 1 < crew.size:
            say(f"{video.info.name} is made in one piece: it has no key frames to be cut at")
        with video.opened() as run, interrupts(run.stop) as seen:
            numbers = _shown(config, video, run, faces.engines.device)
            is_kept = run.kept.has_some
    if seen:
        say("interrupted" if video.sink.written is None else "interrupted: what was made so far can be played")
        if is_kept:
            say("the same command goes on with the segments that are finished")
        raise KeyboardInterrupt
    return numbers


def _prepared(
    config: RunConfig, store: ModelStore, crew: Crew, progress: DownloadDisplay
) -> tuple[VideoInSegments, LoadedFaces]:
    """The faces are closed: loading them asks and refuses, which workers cannot."""
    with progress, stderr.status("preparing (a few seconds longer the first time)") as status:
        progress.on_pause = status.stop
        video = VideoInSegments(config, store, crew)
        crew.warm(video.segments)
        try:
            faces = load_faces(config, store, live=False, progress=progress)
            faces.close()
        except BaseException:
            video.sink.close()
            raise
    return video, faces


def _shown(config: RunConfig, video: VideoInSegments, run: JoinedRun, device: str) -> Snapshot:
    """Run it, with a display, and tell of it."""
    if run.finished_before:
        say(f"{run.finished_before} of its segments are there from an earlier run")
    display = RunDisplay(run.progress, title=video.info.name, video=True, total_frames=video.info.frame_count)
    try:
        with display:
            run.run()
    finally:
        numbers = run.snapshot(config.swapper, device)
        told = nobody_swapped(numbers)
        report(config, numbers, [video.sink], video.info.rate, [] if told is None else [told])
    return numbers
