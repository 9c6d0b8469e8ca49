"""Ours and theirs side by side in one run: what others do per frame, and the lower bounds below which nobody gets.

    uv run --group peers python -m benchmarks.peers [--clip FILE] [--rounds 7] [--only naive] [--json]

Sides take turns, so that a slow minute hits both; ours / theirs is given with its lowest and highest round. What is
missing here (a package, Chromium) is skipped with its reason. The clip is a video of the synthetic camera unless one is
given. Generated networks stand for the ones that may not be shared, and are next to free: what is compared there is
everything around them.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.common import lower_bounds, peer_loops
from benchmarks.common.ab_timing import AbTiming, Side, time_in_turns
from benchmarks.common.command import run
from benchmarks.common.fixture import Fixture
from models.errors import UserError
from models.store import ModelStore
from realtime.bench.machine import machine


@dataclass(frozen=True, slots=True)
class Row:
    """sides: ours and theirs. most: rounds, where one takes long."""

    timing: AbTiming
    sides: Callable[[Fixture], tuple[Side, Side]]
    most: int = 100

    def run(self, fixture: Fixture, rounds: int) -> AbTiming:
        """Skipped where something is missing."""
        try:
            ours, theirs = self.sides(fixture)
            return time_in_turns(self.timing, ours, theirs, min(rounds, self.most))
        except (ImportError, UserError) as error:
            return replace(self.timing, skipped=str(error))


ROWS = (
    Row(
        AbTiming(
            "insightface",
            ours="tracking, swap, privacy and badge around the network, the detector only when needed",
            theirs="FaceAnalysis.get and INSwapper.get(paste_back=True) on each frame, as roop and Deep-Live-Cam do",
        ),
        peer_loops.insightface,
    ),
    Row(
        AbTiming(
            "naive loop",
            ours="the mesh swapper's whole frame",
            theirs="the same swap, with the detector in every frame and a blend over the whole frame",
        ),
        peer_loops.naive,
    ),
    Row(
        AbTiming(
            "seamlessClone",
            ours="the mesh swapper's pass: warp, light and blend",
            theirs="the same warp, then cv2.seamlessClone",
        ),
        peer_loops.seamless_clone,
    ),
    Row(
        AbTiming(
            "aiortc echo",
            ours="glass to glass in Chromium, the face swapped",
            theirs="a bare aiortc echo of the same size, nothing swapped",
        ),
        lower_bounds.browser_echo,
        most=2,
    ),
    *(
        Row(
            AbTiming(
                name,
                ours=f"video to video in {codec.upper()}, the face swapped",
                theirs=f"the same video decoded and encoded in {codec.upper()} by PyAV with the same settings",
            ),
            partial(lower_bounds.transcode, codec=codec),
        )
        for name, codec in (("transcode", "h264"), ("transcode HEVC", "hevc"))
    ),
    Row(
        AbTiming(
            "landmark pass",
            ours="the mesh swapper's whole frame",
            theirs="one pass of the landmark network, nothing swapped",
        ),
        lower_bounds.landmark_pass,
    ),
)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="", help="a part of the names of the rows to run")
    parser.add_argument("--json", action="store_true", help="one JSON line on stdout instead of the table")
    options = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        fixture = Fixture(options.clip, Path(folder), ModelStore())
        for row in ROWS:
            if options.only in row.timing.name:
                found.append(row.run(fixture, options.rounds))
                sys.stderr.write(f"{found[-1].in_words()}\n")
                sys.stderr.flush()
    if options.json:
        clip = options.clip.name if options.clip else "the synthetic camera"
        print(json.dumps({"machine": machine(), "clip": clip, "timings": [timing.as_json() for timing in found]}))


if __name__ == "__main__":
    run(main)
