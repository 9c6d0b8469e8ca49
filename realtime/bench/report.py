"""A benchmark on paper: the table, the JSON, what an older run said, and what would help.

Knows results; measures nothing and draws no curves (`plots` does).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from models.errors import UserError
from models.records import read_json
from realtime.bench.results import Comparison, Result

FORMAT = 1
STYLES = {"slower": "red", "faster": "green", "same": "dim"}
MAIN = "1280x720, 30 fps"
"""The scenario that advice is given for."""
FULL_SHARE = 0.97
"""Of the asked rate: all but a hiccup."""
REMEDIES = {
    "track": "fewer --faces cut it, and --latency-budget 20 skips searches for new faces when it is late",
    "swap": "a smaller picture (--size 640x360) or a face farther from the camera cuts it",
    "show": "omit --mirror and --caption",
    "wait": "something else keeps the cores busy",
}


def as_document(machine: Mapping[str, str], results: Sequence[Result]) -> dict[str, Any]:
    """For `--json`."""
    return {"format": FORMAT, "machine": dict(machine), "results": [result.as_json() for result in results]}


def read_document(path: Path) -> tuple[dict[str, str], list[Result]]:
    """The machine and the results of an older run. Raises UserError."""
    try:
        document = read_json(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise ValueError(document["format"])
        return dict(document["machine"]), [Result.from_json(row) for row in document["results"]]
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", remedy="check the path") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is not a report of liveswap bench", remedy="make one: liveswap bench --json > old.json"
        ) from error


def as_table(results: Sequence[Result], comparisons: Sequence[Comparison] = ()) -> Table:
    """For people. Times in ms."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    compared = {comparison.name: comparison for comparison in comparisons}
    table.add_column("")
    for name in ("p50", "p95", "p99", "fps", "dropped", *(["new / old"] if comparisons else [])):
        table.add_column(name, justify="right", no_wrap=True)
    group = ""
    for result in results:
        if result.group != group:
            group = result.group
            table.add_row(f"[bold]{group}[/]")
        if result.samples_ms:
            comparison = compared.get(result.name)
            said = "" if comparison is None else in_words(comparison)
            table.add_row(f"  {result.name}", *numbers_of(result), said)
        else:
            table.add_row(f"  {result.name}", "[dim]skipped[/]")
    return table


def numbers_of(result: Result) -> list[str]:
    """p50, p95, p99, pictures a second and dropped ones, as they are shown; empty where a row has none."""
    times = ["" if took is None else f"{took:.2f}" for took in map(result.percentile, (50, 95, 99))]
    dropped = result.figures.get("dropped")
    fps = "" if result.fps is None else f"{result.fps:.1f}"
    return [*times, fps, "" if dropped is None else f"{dropped:.0f}"]


def in_words(comparison: Comparison) -> str:
    """With its colour."""
    style = STYLES[comparison.word]
    return f"[{style}]{comparison.ratio:.2f} ± {comparison.band:.2f} {comparison.word}[/]"


def advice(machine: Mapping[str, str], results: Sequence[Result]) -> list[str]:
    """What would help here: the largest stage of the main scenario and what would cut it, and what does not fit."""
    lines = []
    main = next((result for result in results if result.name == MAIN), None)
    if main is not None and main.stages_ms:
        stage, took_ms = max(main.stages_ms.items(), key=lambda item: item[1])
        share = took_ms / max(1e-9, sum(main.stages_ms.values()))
        lines.append(f"{stage} is {share:.0%} of a frame at {MAIN}; {REMEDIES.get(stage, 'no setting cuts it')}")
    for result in results:
        asked = result.figures.get("asked_fps")
        if asked and result.fps is not None and result.fps < FULL_SHARE * asked:
            lines.append(f"{result.name} does not fit: {result.fps:.1f} of {asked:g} pictures a second")
    power = machine.get("power", "")
    if "battery" in power or "powersave" in power:
        lines.append(f"this machine saves power ({power}): it is faster on mains, with a performance governor")
    return lines
