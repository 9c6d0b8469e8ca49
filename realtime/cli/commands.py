"""What each command does, between the arguments (main.py) and the objects (app.py): ask, show, run, report.

Everything for people goes through console.py; nothing here knows how arguments are spelled.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import UserError
from models.store import home_folder
from realtime.admission import note_no_badge, require_consent
from realtime.batch.plan import Batch, plan_batch, wants_batch
from realtime.cli.console import DownloadDisplay, RunDisplay, ask_person, say, show, stderr
from realtime.cli.ctl import listening, send
from realtime.cli.interrupts import ends_at_once, interrupts
from realtime.cli.keys import keys_read
from realtime.cli.model_commands import open_store
from realtime.cli.report import report
from realtime.config import RunConfig
from realtime.faces.consent import Answer
from realtime.media.standard_streams import owns_terminal, person_is_there
from realtime.stream.live_keys import HELP, KEYS
from realtime.stream.metrics import Snapshot
from realtime.stream.run_notes import Note, nobody_swapped, too_many
from realtime.types import FileSink

if TYPE_CHECKING:
    from realtime.app import Run  # loads the engines

NOBODY_SWAPPED = 3
"""Exit status of a file that was written with nobody swapped: a script must not take it for one that was."""


def run(config: RunConfig, *, consent: Answer, accepts_licences: bool = False) -> None:
    """Swap from one input to some outputs, or from many to a folder, once there is consent for every photo."""
    batch = _batch_of(config)
    is_shared = config.workers > 1 or config.cluster is not None
    if is_shared:
        from realtime.refusals import refuse_what_cannot_be_cut  # noqa: PLC0415  loads the engines

        refuse_what_cannot_be_cut(config)
    require_consent(config, home_folder(), replace(consent, ask=asked()))
    note_no_badge(config, home_folder())
    if batch is not None:
        from realtime.cli.batch_command import run_batch  # noqa: PLC0415  as above

        raise SystemExit(run_batch(config, batch, accepts_licences=accepts_licences))
    if is_shared:
        from realtime.segments.command import make_video  # noqa: PLC0415  as above

        if nobody_swapped(make_video(config, accepts_licences=accepts_licences)) is not None:
            raise SystemExit(NOBODY_SWAPPED)
        return
    numbers, live = execute(config, accepts_licences=accepts_licences)
    if not live and nobody_swapped(numbers) is not None:
        raise SystemExit(NOBODY_SWAPPED)


def _batch_of(config: RunConfig) -> Batch | None:
    """What is to be made where many files are given, or a folder for the results. Raises UserError."""
    if not wants_batch(config.input, config.outputs):
        return None
    stills = config.at_s is not None
    return plan_batch(config.input, config.outputs[0], recursive=config.recursive, codec=config.codec, stills=stills)


def asked() -> Callable[[str], bool] | None:
    """The way to ask whoever sits there; None where nobody does."""
    return ask_person if person_is_there() else None


def bench(*, soak: str | None, quick: bool, only: str, as_json: bool, html: Path | None, compare: Path | None) -> None:
    """Measure this machine. soak: a length of time in words. Raises UserError."""
    from realtime.bench.command import BenchOptions, seconds_of  # noqa: PLC0415  loads the engines
    from realtime.bench.command import bench as measure  # noqa: PLC0415

    soak_s = None if soak is None else seconds_of(soak)
    measure(BenchOptions(quick=quick, only=only, soak_s=soak_s, as_json=as_json, html=html, compare_with=compare))


def execute(config: RunConfig, *, accepts_licences: bool = False) -> tuple[Snapshot, bool]:
    """Run to the end with a display. Returns the numbers, and whether it was live.

    Raises KeyboardInterrupt after an interrupt, when the outputs are finished and the numbers are written.
    """
    from realtime.app import build_run  # noqa: PLC0415  loads the engines
    from realtime.outputs.partial_file import discard_unfinished  # noqa: PLC0415  as above

    words = "preparing (a few seconds longer the first time)"
    with (
        DownloadDisplay() as progress,
        stderr.status(words) as status,
        ends_at_once(status.stop, progress.stop, discard_unfinished),
    ):
        progress.on_pause = status.stop
        built = build_run(config, open_store(progress, accepts_licences=accepts_licences), progress)
    for note in built.notes:
        say(f"{config.swapper}: {note}", style="dim")
    display = RunDisplay(
        built.metrics,
        title=built.info.name,
        video=not built.info.live,
        total_frames=built.info.frame_count,
        say=lambda: _now(built),
    )
    with interrupts(built.runner.stop) as seen, _controlled(built):
        try:
            with display:
                built.runner.run()
        finally:
            built.close()
            numbers = built.metrics.snapshot()
            report(config, numbers, built.sinks, None if built.info.live else built.info.rate, _notes(built, numbers))
    if seen:
        is_kept = any(isinstance(sink, FileSink) and sink.written is not None for sink in built.sinks)
        say("interrupted: what was made so far can be played" if is_kept else "interrupted")
        raise KeyboardInterrupt
    return numbers, built.info.live


def _notes(built: "Run", numbers: Snapshot) -> list[Note]:
    strangers = built.control.settings.strangers or built.strangers
    notes = nobody_swapped(numbers), too_many(numbers, built.most_faces, strangers)
    return [note for note in notes if note is not None]


def _now(built: "Run") -> str:
    """For the status line: what holds now, and what is amiss."""
    strangers = built.control.settings.strangers or built.strangers
    crowd = too_many(built.metrics.snapshot(), built.most_faces, strangers) if built.most_faces else None
    return ", ".join([built.control.status(), *([crowd.problem] if crowd is not None else [])])


@contextmanager
def _controlled(built: "Run") -> Iterator[None]:
    """A live stream listens to keys and to `liveswap ctl` in the block; a file to nothing."""
    if not built.info.live:
        yield
        return

    def on_key(key: str) -> None:
        if key == "q":
            built.runner.stop()
        elif key in KEYS:
            with suppress(UserError):  # a number beyond the last face
                built.control.apply(KEYS[key])

    if owns_terminal() and stderr.is_terminal:
        say(HELP, style="dim")
    with listening(home_folder(), built.control.apply), keys_read(on_key):
        yield


def control(command: str) -> None:
    """Send a command to the run that started last, and print what holds now."""
    show(send(home_folder(), command))
