"""What a person sees in the terminal. While something runs, everything goes to stderr.

Knows rich; decides nothing. Without a terminal nothing moves: a file of logs gets the last line only.

    RunDisplay        a progress bar with the time left for files, a status line for live pictures
    DownloadDisplay   a bar per download
"""

import logging
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.progress_bar import ProgressBar
from rich.prompt import Confirm, Prompt
from rich.table import Table
from rich.text import Text

from realtime.media.damage import damage_words
from realtime.wording import counted, faces_words

if TYPE_CHECKING:
    from realtime.stream.metrics import Recent, Snapshot  # loads numpy, for which --help need not wait

stderr = Console(stderr=True, highlight=False, emoji=False)  # ":cat:" may be part of a name
stdout = Console(highlight=False, emoji=False)

REFRESHES_PER_S = 4
BAR_WIDTH = 28
OUTCOME_STYLES = {"swapped": "green", "no_face": "yellow", "withheld": "magenta", "failed": "red"}


UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What moves the cursor, commands the terminal, or is no character at all."""


def printable(text: str) -> str:
    """`text` with what a terminal must not get spelt out: names of files hold anything, also bytes that are no text."""
    return UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", text)


def shown_name(name: str) -> str:
    """The name of a file or device, on one line."""
    return printable(name).replace("\n", "\\n")


def say(text: str, style: str = "") -> None:
    """One line for people, on stderr, as it stands: brackets are no markup, and nothing is wrapped."""
    stderr.print(Text(printable(text), style), soft_wrap=True)


def show(*parts: str | tuple[str, str]) -> None:
    """One line of an answer, on stdout, unwrapped. parts: words, or (words, style)."""
    stdout.print(Text.assemble(*parts), soft_wrap=True)


def show_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table for people, on stderr."""
    table = Table(*headings, box=None, header_style="bold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    stderr.print(table)


class LogFormatter(logging.Formatter):
    """Messages for the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def write_row(*cells: str) -> None:
    """One line of data on stdout, its cells between tabs, for programs: nothing is wrapped or coloured."""
    stdout.file.write("\t".join(cells) + "\n")


def fail(problem: str, remedy: str) -> NoReturn:
    """Say what a person can mend, and end the program with 2."""
    tell(problem, remedy)
    sys.exit(2)


def tell(problem: str, remedy: str) -> None:
    """Say what a person can mend."""
    stderr.print(Text.assemble(("error:", "bold red"), f" {printable(problem)}"), soft_wrap=True)
    stderr.print(Text.assemble(("hint:", "bold cyan"), f" {printable(remedy)}"), soft_wrap=True)


class Measured(Protocol):
    """What happens now (`realtime.stream.metrics.StreamMetrics`)."""

    def recent(self) -> "Recent": ...


class RunDisplay:
    """Shows how a run goes, in a `with` block.

    video: not live. total_frames: of a video, None when unknown. say: more words for the line, e.g. which face is worn.
    """

    def __init__(
        self,
        metrics: Measured,
        *,
        title: str,
        video: bool,
        total_frames: int | None = None,
        say: Callable[[], str] = str,
    ) -> None:
        self._say, self._video = say, video
        self._metrics = metrics
        self._title = title
        self._total = total_frames
        self._began_s = time.monotonic()
        self._live = Live(
            get_renderable=self._render, console=stderr, refresh_per_second=REFRESHES_PER_S, transient=True
        )

    def __enter__(self) -> Self:
        if stderr.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def _render(self) -> Table:
        recent = self._metrics.recent()
        done = sum(recent.outcomes.values())
        line = Table.grid(padding=(0, 1))
        cells: list[Text | ProgressBar] = [Text(shown_name(self._title), style="bold")]
        if self._total:
            cells += [ProgressBar(self._total, min(done, self._total), width=BAR_WIDTH)]
            left = f"{self._time_left(done)} left" if done < self._total else "finishing the file"
            cells += [Text(f"{done}/{self._total}"), Text(left)]
        cells += [Text(f"{_number(recent.fps)} fps", style="cyan")]
        if not self._video:
            cells += [Text(f"latency {_number(recent.latency_p50_ms)} / {_number(recent.latency_p95_ms)} ms p50/p95")]
        cells += [outcome_text(recent.outcomes)]
        cells += [] if self._video else [Text(self._say(), style="dim")]
        line.add_row(*cells)
        return line

    def _time_left(self, done: int) -> str:
        elapsed_s = time.monotonic() - self._began_s
        if not done or self._total is None:
            return "-:--"
        minutes, seconds = divmod(round(elapsed_s / done * max(0, self._total - done)), 60)
        return f"{minutes}:{seconds:02}"


class DownloadDisplay:
    """A `models.progress.Progress` that draws bars. Use it in a `with` block."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(BAR_WIDTH),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=stderr,
            transient=True,
            disable=not stderr.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self.on_pause: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Draw no more."""
        self._progress.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing moves in the block: a person is asked something. on_pause is called first."""
        self.on_pause()
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def __call__(self, label: str, done: int, total: int | None) -> None:
        if label not in self._tasks:
            self._tasks[label] = self._progress.add_task(label, total=total)
        self._progress.update(self._tasks[label], completed=done, total=total)


def ask_person(question: str) -> bool:
    """Put a question to the person at the terminal; no is the default, and what the end of the input (Ctrl-D) means."""
    try:
        return Confirm.ask(Text(printable(question)), console=stderr, default=False)
    except EOFError:
        return False


def ask_words(question: str) -> str:
    """The same for an answer in words; "" for none."""
    with suppress(EOFError):
        return Prompt.ask(Text(printable(question)), console=stderr, default="", show_default=False)
    return ""


def summary(numbers: "Snapshot", video_rate: Fraction | None = None) -> Text:
    """The last line of a run. video_rate: nominal frames per second of a video, whose speed is told; None live."""
    text = Text(f"{numbers['swapper']} on {numbers['device']}: {counted(numbers['frames_out'], 'frame')}")
    if video_rate is None:
        latency = numbers["latency_ms"]
        text.append(f", {_number(numbers['fps'])} fps")
        text.append(f", latency p50 {_number(latency['p50'])} p95 {_number(latency['p95'])} ms, ")
    else:
        wall_s = numbers["wall_s"]
        text.append(f" in {wall_s:.1f} s, ")
        if numbers["frames_out"] > 1 and wall_s:
            rate = numbers["frames_out"] / wall_s
            text.append(f"{rate:.1f} fps ({rate / float(video_rate):.2f} x real time), ")
    text.append_text(outcome_text(numbers["outcomes"]))
    if video_rate is not None and numbers["outcomes"]["swapped"]:
        text.append(faces_words(numbers["faces"]["most_wanted"], numbers["faces"]["most_seen"], numbers["frames_out"]))
    damage = damage_words(numbers["damage"])
    return text.append(f"; {damage}", "yellow") if damage else text


def outcome_text(outcomes: dict[str, int]) -> Text:
    """Counts by outcome, those that happened, each in its colour; "no frames yet" when none did."""
    happened = [(name, count) for name, count in outcomes.items() if count]
    parts = [Text(f"{count} {name.replace('_', ' ')}", style=OUTCOME_STYLES[name]) for name, count in happened]
    return Text(", ").join(parts) if parts else Text("no frames yet", style="dim")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
