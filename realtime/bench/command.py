"""What `liveswap bench` does: run the rows, show each as it comes, and write what was asked for.

Knows the terminal; the arguments are `cli`'s.
"""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from models.errors import UserError
from models.store import ModelStore
from realtime.bench.equipment import Equipment
from realtime.bench.machine import machine
from realtime.bench.plots import require_place, write_html
from realtime.bench.report import advice, as_document, as_table, read_document
from realtime.bench.results import Result, compare, joined
from realtime.bench.scenarios import Scenario, scenarios, soak
from realtime.cli.console import DownloadDisplay, stderr, stdout

SECONDS, QUICK_SECONDS = 10.0, 1.0
"""Of each row."""
ROUNDS = 3
"""Over the whole table, one after another: what slows the machine for a while slows all rows, and shows in the band."""
UNITS_S = {"s": 1, "m": 60, "h": 3600}
LENGTH = re.compile(r"(\d+(?:\.\d+)?)([smh]?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchOptions:
    """What was asked for. only: a part of the names of the rows to run. soak_s: instead of the rows."""

    quick: bool = False
    only: str = ""
    soak_s: float | None = None
    as_json: bool = False
    html: Path | None = None
    compare_with: Path | None = None


def bench(options: BenchOptions) -> None:
    """Measure this machine, and tell what was measured also when it is interrupted, which is then raised again.

    Raises UserError, before anything is measured where that is possible.
    """
    older = read_document(options.compare_with) if options.compare_with else None
    if options.html is not None:
        require_place(options.html)
    facts = machine()
    for name, value in facts.items():
        stderr.print(f"[dim]{name:9}[/] {value}", soft_wrap=True, highlight=False)
    with DownloadDisplay() as progress:
        equipment = Equipment(ModelStore(progress=progress))
        equipment.engines  # noqa: B018  fetched and opened before anything is timed
    rows = _rows(equipment, options)
    turns = 1 if options.soak_s is not None else ROUNDS
    results, is_whole = _measured(rows, equipment, QUICK_SECONDS if options.quick else SECONDS, turns)
    comparisons = compare(older[1], results) if older else []
    stderr.print(as_table(results, comparisons))
    for result in results:
        if result.skipped:
            stderr.print(f"skipped: {result.name}: {result.skipped}", style="dim", soft_wrap=True)
    if older and older[0].get("cpu") != facts["cpu"]:
        stderr.print(f"[yellow]the older run was on another machine: {older[0].get('cpu', 'unknown')}[/]")
    hints = advice(facts, results)
    for line in hints:
        stderr.print(f"[bold]what would help here:[/] {line}", soft_wrap=True)
    if options.as_json:
        stdout.file.write(json.dumps(as_document(facts, results)) + "\n")
    if options.html is not None:
        write_html(options.html, facts, results, hints)
        stderr.print(f"-> {options.html}", soft_wrap=True)
    if not is_whole:
        raise KeyboardInterrupt


def seconds_of(length: str) -> float:
    """ "90", "90s", "30m" or "2h" -> seconds. Raises UserError."""
    match = LENGTH.fullmatch(length)
    if match is None or float(match[1]) <= 0:
        raise UserError(f"--soak {length!r} is not a length of time", remedy="give seconds, or 30m, or 2h")
    return float(match[1]) * UNITS_S[match[2] or "s"]


def _rows(equipment: Equipment, options: BenchOptions) -> list[Scenario]:
    """Raises UserError when --only leaves nothing."""
    if options.soak_s is not None:
        return [soak(options.soak_s)]
    rows = list(scenarios(equipment))
    chosen = [row for row in rows if options.only in f"{row.group}: {row.name}"]
    if not chosen:
        groups = ", ".join(dict.fromkeys(row.group for row in rows))
        raise UserError(f"--only {options.only!r} leaves nothing", remedy=f"use a part of a name, or a group: {groups}")
    return chosen


def _measured(rows: list[Scenario], equipment: Equipment, seconds: float, turns: int) -> tuple[list[Result], bool]:
    """What was measured, and whether that is all, or what there was before an interrupt."""
    rounds: dict[str, list[Result]] = {row.name: [] for row in rows}
    is_whole = False
    with stderr.status("measuring") as status, suppress(KeyboardInterrupt):
        for turn in range(turns):
            for number, row in enumerate(rows, 1):
                status.update(f"round {turn + 1} of {turns}, {number}/{len(rows)}  {row.group}: {row.name}")
                if turn == 0 or not row.once:
                    rounds[row.name].append(row.measure(equipment, seconds if row.once else seconds / turns))
        is_whole = True
    return [joined(found) for found in rounds.values() if found], is_whole
