"""What `liveswap run` does with many files: asks for the faces once, shows how it goes, and tells what became of each.

Knows the terminal and the order; run.py does the work.
"""

from collections.abc import Sequence
from contextlib import ExitStack

from realtime.app import write_metrics
from realtime.batch.plan import Batch
from realtime.batch.run import BatchRun, Became, Result
from realtime.cli.console import DownloadDisplay, say, show_table, shown_name, stderr
from realtime.cli.interrupts import interrupts
from realtime.cli.model_commands import open_store
from realtime.config import RunConfig
from realtime.faces.loaded_faces import LoadedFaces, load_faces
from realtime.outputs.partial_file import writable_target
from realtime.segments.crew import crew_of

MOST_ROWS = 40
"""A table that fits a terminal; of more, only what did not go well is shown."""
WELL = {Became.MADE, Became.FINISHED}


def run_batch(config: RunConfig, batch: Batch, *, accepts_licences: bool) -> int:
    """Make all results. Returns the exit status (see batch_run).

    Raises UserError when the batch cannot begin, KeyboardInterrupt after an interrupt, with everything told.
    """
    if config.metrics_file is not None:
        writable_target(config.metrics_file)
    progress = DownloadDisplay()
    store = open_store(progress, accepts_licences=accepts_licences)

    def load() -> LoadedFaces:
        with progress, stderr.status("preparing (a few seconds longer the first time)") as status:
            progress.on_pause = status.stop
            loaded = load_faces(config, store, live=False, progress=progress)
        for note in loaded.engines.notes:
            say(f"{config.swapper}: {note}", style="dim")
        return loaded

    with ExitStack() as opened:
        crew = None if config.cluster is None else opened.enter_context(crew_of(config, store.home))
        run = BatchRun(config, batch, store, load, crew)
        seen = opened.enter_context(interrupts(run.stop))
        try:
            run.run()
        finally:
            _report(config, batch, run)
    if seen:
        raise KeyboardInterrupt
    return run.status


def _report(config: RunConfig, batch: Batch, run: BatchRun) -> None:
    results = run.results
    if config.metrics_file is not None:
        write_metrics(config.metrics_file, {"files": [_as_numbers(result) for result in results]})
    rows = [_row(result) for result in results if len(results) <= MOST_ROWS or result.became not in WELL]
    if rows:
        show_table(("input", "became", "frames", "swapped", "why"), rows)
    said = [f"{count} {became}" for became in Became if (count := run.counts[became])]
    left = len(batch.jobs) - len(results)
    said += [f"{left} not begun"] if left else []
    said += [f"{batch.others} left out, being neither video nor picture"] if batch.others else []
    say(f"{len(batch.jobs)} to make: {', '.join(said)}")
    say(f"-> {shown_name(str(batch.folder))}/")


def _row(result: Result) -> Sequence[str]:
    numbers = result.numbers
    counts = ("", "") if numbers is None else (str(numbers["frames_out"]), str(numbers["outcomes"]["swapped"]))
    return shown_name(result.job.name), result.became, *counts, result.reason


def _as_numbers(result: Result) -> dict[str, object]:
    return {
        "input": str(result.job.source),
        "output": str(result.job.target),
        "became": result.became,
        "reason": result.reason,
        "numbers": result.numbers,
    }
