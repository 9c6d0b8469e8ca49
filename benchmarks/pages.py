"""The numbers in README.md, docs/performance.md and benchmarks/README.md: made from results, typed by nobody.

    uv run liveswap bench --json > benchmarks/results/bench.json
    uv run --group peers python -m benchmarks.peers --json > benchmarks/results/peers.json
    uv run --group dev python -m benchmarks.scaling --json benchmarks/results/scaling.json \\
        --picture benchmarks/pictures/scaling.png
    uv run python -m benchmarks.pages [--check]

Fills what stands between `<!-- NAME -->` and `<!-- /NAME -->`. --check writes nothing and fails when a page differs.
Knows Markdown and the files above; measures nothing.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.common import cluster_tables
from benchmarks.common.command import run
from benchmarks.common.curves import Curve
from benchmarks.planning import planned
from realtime.bench.report import numbers_of
from realtime.bench.results import Result

HERE = Path(__file__).parent
RESULTS = HERE / "results"
DOCS = HERE.parent / "docs"
PAGES = (HERE.parent / "README.md", DOCS / "performance.md", DOCS / "cluster.md", HERE / "README.md")
THINNED = 100
"""Samples of a row that the repository keeps."""
Found = Mapping[str, Any]


def of_bench(found: Found) -> str:
    """What `liveswap bench` saw, as a table."""
    lines = [f"{named(found['machine'])}; times in ms:", "", "| | p50 | p95 | p99 | pictures a second | dropped |"]
    lines.append("|---|---|---|---|---|---|")
    for row in found["results"]:
        if row["skipped"]:
            continue
        times = [f"{row[name]:.2f}" for name in ("p50_ms", "p95_ms", "p99_ms")]  # of all samples, before `thin`
        cells = [*times, *numbers_of(Result.from_json(row))[3:]]
        lines.append(f"| {row['group']}: {row['name']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def of_peers(found: Found) -> str:
    """Ours / theirs, as a table."""
    lines = [f"{named(found['machine'])}; the clip is {found['clip']}:", ""]
    lines += ["| | ours | theirs | ours / theirs | lowest to highest round |", "|---|---|---|---|---|"]
    for timing in found["timings"]:
        if timing["skipped"]:
            lines.append(f"| {timing['name']} | | | skipped: {timing['skipped']} | |")
            continue
        own, other = (statistics.median(timing[side]) for side in ("ours_ms", "theirs_ms"))
        low, high = timing["spread"]
        words = f"| {timing['ours']}: {own:.1f} ms | {timing['theirs']}: {other:.1f} ms"
        lines.append(f"| {timing['name']} {words} | **{timing['ratio']:.2f}** | {low:.2f} to {high:.2f} |")
    return "\n".join(lines)


def of_headline(bench: Found, peers: Found) -> str:
    """Five numbers for who has not decided yet."""
    rows = {f"{row['group']}: {row['name']}": row for row in bench["results"]}
    timings = {timing["name"]: timing for timing in peers["timings"]}
    live, crowd = rows["live: 1280x720, 30 fps"], rows["live: 1280x720, 30 fps, 4 faces"]
    video, echo = rows["whole runs: video to video, 1280x720"], timings["aiortc echo"]
    ours, theirs = (statistics.median(echo[side]) for side in ("ours_ms", "theirs_ms"))
    told = {
        "camera to output, 1280x720 at 30 fps": f"p50 {live['p50_ms']:.1f}, p95 {live['p95_ms']:.1f} ms",
        "the same with four faces": f"p50 {crowd['p50_ms']:.1f}, p95 {crowd['p95_ms']:.1f} ms",
        "video to video, 1280x720": f"{video['figures']['fps']:.0f} frames a second",
        "browser, glass to glass": f"{ours:.1f} ms; a bare aiortc echo, which swaps nothing: {theirs:.1f} ms",
        "a frame, beside insightface's loop as roop has it": f"{timings['insightface']['ratio']:.2f} of its time",
    }
    return "\n".join(["| what | measured |", "|---|---|", *(f"| {what} | {number} |" for what, number in told.items())])


def of_scaling(found: Found) -> str:
    """The lines that were fitted, and streams against cores."""
    lines = [f"{named(found['machine'])}.", "", "| turned up | at nothing | each more | of | off by at most |"]
    lines.append("|---|---|---|---|---|")
    for curve in map(Curve.from_json, found["curves"]):
        base, slope = curve.line
        lines.append(f"| {curve.name} | {base:.3g} | {slope:.3g} | {curve.y}, for each {curve.x} | {curve.off:.0%} |")
    lines += ["", "| processes | streams | cores | frames a second in all |", "|---|---|---|---|"]
    lines += [" | ".join(["", *(f"{value:g}" for value in crowd.values()), ""]).strip() for crowd in found["crowds"]]
    return "\n".join(lines)


def named(machine: Found) -> str:
    """The machine in a line."""
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory']}, GPU: {machine['gpu']}; {machine['system']}"
    )


SECTIONS: Mapping[str, tuple[Callable[..., str], tuple[str, ...]]] = {
    "headline": (of_headline, ("bench.json", "peers.json")),
    "bench": (of_bench, ("bench.json",)),
    "peers": (of_peers, ("peers.json",)),
    "scaling": (of_scaling, ("scaling.json",)),
    "planning": (planned, ("scaling.json",)),
    "cluster": (cluster_tables.beside_plain, ("cluster_sessions.json", "cluster_control.json")),
    "cluster-planning": (cluster_tables.planned, ("cluster_planning.json",)),
}


def filled(page: str) -> str:
    """`page` with every section that it has made anew."""
    for name, (made, files) in SECTIONS.items():
        text = made(*(json.loads((RESULTS / file).read_text()) for file in files))
        page = with_part(page, name, text) or page
    return page


def with_part(page: str, name: str, text: str) -> str | None:
    """`page` with what is between `<!-- NAME -->` and `<!-- /NAME -->` made anew; None where it has no such part."""
    before, opening, rest = page.partition(f"<!-- {name} -->\n")
    _, closing, after = rest.partition(f"<!-- /{name} -->")
    return f"{before}{opening}{text}\n{closing}{after}" if closing else None


def thin(path: Path) -> None:
    """Leave most samples of a bench out: the repository needs a curve, not every frame."""
    found = json.loads(path.read_text())
    for row in found["results"]:
        row["samples_ms"] = row["samples_ms"][:: max(1, -(-len(row["samples_ms"]) // THINNED))]
    path.write_text(json.dumps(found) + "\n")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    if not is_check:
        thin(RESULTS / "bench.json")
    differing = [path for path in PAGES if filled(path.read_text()) != path.read_text()]
    for path in differing:
        if not is_check:
            path.write_text(filled(path.read_text()))
        sys.stderr.write(f"{path}: {'differs' if is_check else 'made anew'}\n")
    return int(is_check and bool(differing))


if __name__ == "__main__":
    run(main)
