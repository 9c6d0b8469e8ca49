"""A benchmark to look at: one HTML file with the table, the stages of a frame, latency curves, and a run over time.

Knows matplotlib and HTML; measures nothing.
"""

import html
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import UserError
from models.install import to_add
from realtime.bench.report import MAIN, numbers_of
from realtime.bench.results import Result

STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}
td,th{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #e3e6ea}
td:first-child,th:first-child,.facts td{text-align:left}
h2{margin-top:2.5rem}svg{max-width:100%;height:auto}"""
STAGE_COLOURS = {"wait": "#c9ced6", "track": "#4d7cd6", "swap": "#e08a3c", "show": "#6bab5e", "send": "#9a6bc0"}
FRAME_MS = 1000 / 30
"""A frame's time at 30 fps, drawn as a line to compare with."""


def require_place(path: Path) -> None:
    """Raises UserError when a report cannot be made here, or not there; to be asked before minutes of measuring."""
    if not path.parent.is_dir():
        raise UserError(f"--html: there is no folder {path.parent}", remedy=f"mkdir -p {path.parent}")
    try:
        import matplotlib as mpl  # noqa: F401, PLC0415  an extra
    except ImportError as error:
        raise UserError("--html needs matplotlib", remedy=to_add("bench")) from error


def write_html(path: Path, machine: Mapping[str, str], results: Sequence[Result], advice: Sequence[str]) -> None:
    """Write the report; see `require_place`. Raises UserError when the file cannot be written."""
    whole = [result for result in results if result.stages_ms and result.samples_ms]
    parts = [
        f"<style>{STYLE}</style><h1>liveswap bench</h1>",
        _facts(machine),
        _list("What would help here", advice),
        "<h2>Times (ms)</h2>",
        _table(results),
        "<h2>Where a frame's time goes</h2>",
        _stages(whole),
        "<h2>How often a frame is that quick</h2>",
        _curves([result for result in whole if result.group == "live"]),
        f"<h2>One run over time: {MAIN}</h2>",
        _timeline([result for result in whole if result.name == MAIN]),
    ]
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>liveswap bench</title>'
    page = f"{head}{''.join(parts)}</html>\n"
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}", remedy="give --html another place") from error


def _facts(machine: Mapping[str, str]) -> str:
    return f"<table class='facts'>{''.join(_row(name, value) for name, value in machine.items())}</table>"


def _row(*cells: object) -> str:
    return f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in cells)}</tr>"


def _list(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return f"<h2>{title}</h2><ul>{items}</ul>" if lines else ""


def _table(results: Sequence[Result]) -> str:
    rows = ["<tr><th></th><th>p50</th><th>p95</th><th>p99</th><th>fps</th><th>dropped</th></tr>"]
    for result in results:
        name = f"{result.group}: {result.name}"
        if result.skipped:
            rows.append(_row(f"{name} (skipped: {result.skipped})"))
        else:
            rows.append(_row(name, *numbers_of(result)))
    return f"<table>{''.join(rows)}</table>"


def _stages(results: Sequence[Result]) -> str:
    def draw(axes: Any) -> None:
        names = [f"{result.group}: {result.name}" for result in results][::-1]
        left = np.zeros(len(results))
        for stage, colour in STAGE_COLOURS.items():
            widths = np.array([result.stages_ms.get(stage, 0.0) for result in results][::-1])
            axes.barh(names, widths, left=left, color=colour, label=stage)
            left += widths
        axes.set_xlabel("ms (p50 of each stage)")
        axes.legend(frameon=False)

    return _figure(draw, 0.4 * len(results) + 1.2)


def _curves(results: Sequence[Result]) -> str:
    def draw(axes: Any) -> None:
        for result in results:
            samples = np.sort(result.samples_ms)
            axes.plot(samples, np.linspace(0, 100, len(samples)), label=result.name)
        axes.axvline(FRAME_MS, color="#aab", linestyle=":")
        axes.set_xlabel("ms from camera to output (dotted: a frame at 30 fps)")
        axes.set_ylabel("% of frames at least as quick")
        axes.set_xlim(left=0)
        axes.legend(frameon=False)

    return _figure(draw, 4)


def _timeline(results: Sequence[Result]) -> str:
    def draw(axes: Any) -> None:
        for result in results:
            axes.plot(result.samples_ms, linewidth=0.8, color=STAGE_COLOURS["track"])
        axes.axhline(FRAME_MS, color="#aab", linestyle=":")
        axes.set_xlabel("frame")
        axes.set_ylabel("ms from camera to output")
        axes.set_ylim(bottom=0)

    return _figure(draw, 3)


def _figure(draw: Any, height_in: float) -> str:
    """An SVG element."""
    from matplotlib.figure import Figure  # noqa: PLC0415  an extra

    figure = Figure(figsize=(9, height_in), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    draw(axes)
    text = StringIO()
    figure.savefig(text, format="svg")
    return "<svg" + text.getvalue().partition("<svg")[2]
