"""What does a live stream do when its machine fails it? Real runs, real faults, and every picture that came out judged.

    python -m benchmarks.survive [--only FAULT ...] [--json FILE]

A portrait sways before a synthetic camera, `liveswap run` swaps it into a lossless file, and something happens on the
way: the process is stopped and goes on, other programs take all cores, memory or the disk runs out, the clock is set,
the camera is unplugged, the engines' device is lost. Each picture that came out is laid beside what the camera saw
then: a face is bare where less than a quarter of what a swap changes is changed. And the run must reach its end, or end
with an error and a hint; what was written must play. Then `liveswap serve` has two visitors who are live and one whose
videos are made: no face is bare, nobody's session ends, the video under way is made, and the one before is kept, unless
a consent ran out, which stays so. Then commands meet disks that are full or can only be read: each ends with an error
and a hint, and what was there before is there still. Needs Linux, root for memory and disks, and `faketime` for clocks.
"""

import argparse
import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.common.command import run
from benchmarks.surviving.disks import DISKS, met
from benchmarks.surviving.faults import FAULTS
from benchmarks.surviving.faulty_run import SIZE_WH
from benchmarks.surviving.live_run import Outcome, judged
from benchmarks.surviving.servers import SERVERS, ServerOutcome, visited
from models.store import ModelStore
from realtime.faces.portraits import portraits
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource

EVERY = [*FAULTS, *SERVERS, *DISKS]


def one_line(one: Outcome) -> str:
    """For people."""
    return f"{one.frames} frames, {one.bare} bare, gap {one.gap_s:.1f} s, {one.length_s:.1f} s long; {one.end}"


def one_line_of_server(one: ServerOutcome) -> str:
    """For people."""
    kept = "kept" if one.kept else "lost"
    seen = f"{one.shown} pictures, {one.bare} bare, gap {one.gap_s:.1f} s, {one.sessions} sessions of two visitors"
    return f"{seen}; the video made before is {kept}, the one under way {one.end}"


def keep(path: Path, rows: list[dict[str, Any]]) -> None:
    """Beside those of other faults that are in the file already."""
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    found = {row["fault"]: row for row in [*before, *rows]}
    told = [found[name] for name in EVERY if name in found]
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """The command. Returns 1 if a face was bare, something was lost, or an end was no end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=EVERY, nargs="+", default=EVERY)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    source, target = portraits(ModelStore())
    camera, rows, failed = SyntheticSource(read_image(target), size_wh=SIZE_WH), [], 0
    for name in options.only:
        try:
            if name in FAULTS:
                live = judged(name, camera, source)
                rows.append(asdict(live))
                failed += live.bare > 0 or not live.held
                print(f"{name}: {one_line(live)}", flush=True)
            elif name in SERVERS:
                server = visited(name, camera, source)
                rows.append(asdict(server))
                failed += server.bare > 0 or not server.held
                print(f"{name}: {one_line_of_server(server)}", flush=True)
            else:
                disk = met(name, source, target)
                rows.append(asdict(disk))
                failed += disk.lost_bytes > 0 or not disk.held
                print(f"{name}: {disk.kept_bytes} bytes kept, {disk.lost_bytes} lost; {disk.end}", flush=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: left out: {error}", flush=True)
    if options.json:
        keep(options.json, rows)
    return int(failed > 0)


if __name__ == "__main__":
    run(main)
