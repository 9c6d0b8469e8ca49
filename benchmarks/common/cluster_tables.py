"""What was measured and simulated of a cluster, as the tables of docs/cluster.md. Knows Markdown; measures nothing."""

import math
import statistics
from collections.abc import Mapping
from typing import Any

Found = Mapping[str, Any]
LIFTED = {
    "one front's core": "several fronts behind a load balancer: they keep nothing. Or a page that asks less often",
    "the directory's core": "cells: several clusters, each with a directory; DNS or a load balancer chooses one",
    "one front's network, by what the directory tells it": "cells; or a directory that tells only what has changed",
    "a process's interpreter lock": "nothing: a host has fewer places than that",
    "a node's network": "nothing: a node's cores are full long before",
}
OF_THE_WHOLE = ("one front's core", "the directory's core", "one front's network, by what the directory tells it")
"""The others are of one node or process, however many there are."""


def beside_plain(sessions: Found, control: Found) -> str:
    """Sessions by a cluster beside those by the plain server."""
    machine, lines = sessions["machine"], ["| | plain server | cluster |", "|---|---|---|"]
    rows = {side: sessions["rounds"][side] for side in ("plain", "cluster")}
    for name, words in (
        ("ms_a_frame", "core time of a frame, ms"),
        ("fps_each", "frames a second, each"),
        ("p95_ms", "arrival to shown, p95, ms"),
        ("idle_cores", "cores with nobody there"),
    ):
        cells = [f"{statistics.median(row[name] for row in rows[side]):.2f}" for side in rows]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    full, gone = sessions["beyond"], sessions["killed"]
    pictures = sum(row["pictures"] for side in rows.values() for row in side)
    foreign = sum(row["foreign"] for side in rows.values() for row in side) + full["foreign"] + gone["foreign"]
    blind = ", ".join(f"{seconds:.1f} s" for seconds in gone["blind_s"])
    return "\n".join(
        [
            f"{machine['cpu']}, {machine['cores']} cores, load {machine['load']}; {len(rows['plain'])} rounds:",
            "",
            *lines,
            "",
            f"- A frame takes {sessions['cost_ratio']:.2f} times the core time of the plain server.",
            f"- Of {full['taken'] + full['refused']} who came, {full['taken']} were taken, {full['refused']} refused: "
            f"{full['status']}, Retry-After {full['retry_after']}.",
            f"- Pictures with another visitor's colour: {foreign} of {pictures}.",
            f"- A node was killed: whoever was there saw nothing for {blind}.",
            f"- A front takes {control['front_ms']:.2f} ms of a core for a request, the directory "
            f"{control['directory_ms']:.2f} ms for a beat.",
        ]
    )


def planned(found: Found) -> str:
    """Nodes, prices and waits by how many sessions there are, and what is full first."""
    nodes = ", ".join(
        f"{node['name']}: {node['sessions']} sessions, {node['price']:g} an hour" for node in found["nodes"]
    )
    lines = [f"Nodes of 8 cores ({nodes}); each dies once in {found['mtbf_h']:g} h:", ""]
    lines += [
        "| sessions | node | nodes | most | wait in the surge, p95 | refused then | moved an hour | a session hour |"
    ]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for scale, rows in found["scales"].items():
        for row in rows:
            waits = f"{row['wait_p95_s']} s | {row['refused']:.1%} | {row['moved_an_hour']:,.0f}"
            cells = f"{row['node']} | {row['nodes']:,.0f} | {row['peak']:,} | {waits}"
            lines.append(f"| {int(scale):,} | {cells} | {row['price_a_session_hour']:.3f} |")
    lines += ["", "| full at so many sessions | what | what lifts it |", "|---|---|---|"]
    for what, at in sorted(found["limits"].items(), key=lambda limit: limit[1]):
        of = "" if what in OF_THE_WHOLE else " (of each)"
        lines.append(f"| {_rounded(at)} | {what}{of} | {LIFTED[what]} |")
    lines.append("")
    for scale in found["scales"]:
        over = sorted((at, what) for what, at in found["limits"].items() if what in OF_THE_WHOLE and at < int(scale))
        words = ", then ".join(f"{what} ({math.ceil(int(scale) / at):,} would do)" for at, what in over)
        lines.append(f"- {int(scale):,}: {words or 'nothing is full'}.")
    return "\n".join(lines)


def _rounded(number: float) -> str:
    """To two digits that count."""
    digits = max(0, math.floor(math.log10(number)) - 1)
    return f"{round(number / 10**digits) * 10**digits:,}"
