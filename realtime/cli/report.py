"""What came of a run, for people and in --metrics: its numbers, where its files are, what is to be known.

Knows the end of one run; run_notes.py knows what there is to be said of its numbers.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from realtime.cli.console import say, shown_name, stderr, summary, tell
from realtime.config import RunConfig
from realtime.media.local_path import is_file
from realtime.stream.metrics import Snapshot
from realtime.stream.run_notes import Note
from realtime.types import FileSink, FrameSink


def report(
    config: RunConfig, numbers: Snapshot, sinks: Sequence[FrameSink], rate: Fraction | None, notes: Sequence[Note]
) -> None:
    """Tell of a run that has ended. rate: nominal frames a second of a video; None live. `numbers` gets the notes."""
    from realtime.app import write_metrics  # noqa: PLC0415  loads the engines

    numbers["notes"] = [told.problem for told in notes]
    if config.metrics_file is not None:
        write_metrics(config.metrics_file, numbers)
    stderr.print(summary(numbers, rate), soft_wrap=True)
    if not numbers["frames_out"]:
        say("nothing was written: no frame came through in that time")
    for line in filter(None, map(_where_it_is, sinks)):
        say(line)
    for told in notes:
        tell(told.problem, told.remedy)


def _where_it_is(sink: FrameSink) -> str | None:
    """For people: the file that an output left, and under which name when that is not the one asked for."""
    if not isinstance(sink, FileSink) or sink.written is None:
        return None
    asked = Path(sink.name)
    if not is_file(asked):
        return f"-> {shown_name(str(sink.written))}"
    if sink.written.samefile(asked):
        return f"-> {shown_name(sink.name)}"
    return f"-> {shown_name(str(sink.written))} (it ended early; the older {shown_name(sink.name)} is untouched)"
