"""What each command does, between the arguments (cli.py) and the objects (app.py): ask, show, run, report.

Everything for people goes through console.py; nothing here knows how arguments are spelled.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.markup import escape
from rich.prompt import Confirm
from rich.table import Table

from models.errors import UserError
from models.manifest import ModelSpec, load_manifest
from models.store import ModelStore, Verdict, home_folder
from realtime.config import RunConfig
from realtime.consent import ConsentLedger
from realtime.console import DownloadDisplay, RunDisplay, stderr, stdout, summary
from realtime.doctor import Status, run_checks
from realtime.metrics import Snapshot
from realtime.pictures import read_content
from realtime.sources.camera import list_cameras

STATUS_STYLES = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "bold red"}
FORCED_BY = 3
"""Interrupts that end a run at once, whatever is lost."""
VERDICT_STYLES = {Verdict.OK: "green", Verdict.MISSING: "yellow", Verdict.WRONG: "bold red"}


def run(config: RunConfig, *, has_consent: bool) -> None:
    """Swap from one input to some outputs, once there is consent for every photo."""
    ledger = ConsentLedger(home_folder() / "consent.json")
    for photo in config.faces_from:
        ledger.require(
            read_content(photo), photo.name, given=has_consent, ask=ask_person if sys.stdin.isatty() else None
        )
    execute(config)


def execute(config: RunConfig) -> Snapshot:
    """Run to the end with a display. Returns the numbers.

    Raises KeyboardInterrupt after an interrupt, when the outputs are finished and the numbers are written.
    """
    from realtime.app import build_run, write_metrics  # noqa: PLC0415  loads the engines: 1 s that --help need not take

    with DownloadDisplay() as progress, stderr.status("preparing (a few seconds longer the first time)"):
        built = build_run(config, ModelStore(progress=progress))
    display = RunDisplay(built.metrics, title=built.info.name, total_frames=built.info.frame_count)
    with _interrupts(built.runner.stop) as interrupts:
        try:
            with display:
                built.runner.run()
        finally:
            numbers = built.metrics.snapshot()
            if config.metrics_file is not None:
                write_metrics(config.metrics_file, numbers)
            stderr.print(summary(numbers))
            if not numbers["frames_out"]:
                stderr.print("nothing was written: no frame came through in that time")
            for sink in built.sinks:
                if numbers["frames_out"] and Path(sink.name).is_file():
                    stderr.print(f"-> {sink.name}", soft_wrap=True)
    if interrupts:
        stderr.print("interrupted: what was made is complete up to here")
        raise KeyboardInterrupt
    return numbers


@contextmanager
def _interrupts(stop: Callable[[], None]) -> Iterator[list[int]]:
    """Turn Ctrl-C into `stop`; yields the list of interrupts so far.

    A second one, from an impatient finger or a `timeout` that signals twice, must not cut short what the first one is
    finishing; the third goes through.
    """
    seen: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        seen.append(number)
        stop()
        if len(seen) >= FORCED_BY:
            raise KeyboardInterrupt

    previous = signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, previous)
        for number in (signal.SIGINT, signal.SIGTERM) if seen else ():
            # The way out is not to be interrupted. Python would give its own handlers back to the system while it
            # shuts down, and a late second signal would then kill it; "ignored" it leaves alone.
            signal.signal(number, signal.SIG_IGN)


def ask_person(question: str) -> bool:
    return Confirm.ask(escape(question), console=stderr, default=False)


def show_devices() -> None:
    """The cameras of this machine, one a line: what --input takes, and the name."""
    cameras = list_cameras()
    for camera in cameras:
        stdout.print(f"{camera.where}\t{camera.name}", soft_wrap=True)
    if not cameras:
        stderr.print("no cameras found; to try things out without one: --input test")


def show_doctor() -> bool:
    """Every check as it finishes; returns whether nothing failed."""
    healthy = True
    for check in run_checks():
        healthy &= check.status is not Status.FAIL
        stdout.print(
            f"[{STATUS_STYLES[check.status]}]{check.status:4}[/]  {check.name:22}  {escape(check.found)}",
            soft_wrap=True,
        )
        if check.remedy:
            stdout.print(f"      [cyan]type:[/] {escape(check.remedy)}", soft_wrap=True)
    return healthy


def list_models() -> None:
    """All rows of the manifest, and which of them are on this disk."""
    store, table = ModelStore(), Table(box=None, header_style="bold")
    for heading in ("name", "task", "kB", "here", "licence", "by"):
        table.add_column(heading, justify="right" if heading == "kB" else "left")
    for spec in load_manifest():
        here = "yes" if store.is_cached(spec) else "-"
        table.add_row(spec.name, spec.task, str(round(spec.bytes / 1000)), here, spec.licence, spec.credit)
    stdout.print(table)


def pull_models(names: list[str]) -> None:
    """Fetch the named models, or those of the default install; files that went bad are replaced."""
    with DownloadDisplay() as progress:
        paths = ModelStore(progress=progress).ensure_all(_chosen(names), recheck=True)
    for path in paths:
        stdout.print(str(path), soft_wrap=True)


def verify_models(names: list[str]) -> None:
    """Hash what is cached again. Raises UserError when something is wrong or missing."""
    store = ModelStore()
    found = {spec.name: store.verify(spec) for spec in _chosen(names)}
    for name, verdict in found.items():
        stdout.print(f"[{VERDICT_STYLES[verdict]}]{verdict:8}[/] {name}")
    bad = [name for name, verdict in found.items() if verdict is not Verdict.OK]
    if bad:
        raise UserError(f"not in order: {', '.join(bad)}", remedy=f"liveswap models pull {' '.join(bad)}")


def _chosen(names: list[str]) -> list[ModelSpec]:
    manifest = load_manifest()
    return [manifest.get(name) for name in names] or [spec for spec in manifest if spec.default]
