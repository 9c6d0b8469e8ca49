"""Does anybody's bare face leave? Random simulated scenes by the million, and real engines on real clips.

    uv run python -m benchmarks.privacy [--only simulated|real] [--frames 1000000] [--processes N] [--seed 0]
        [--media FOLDER] [--strength 0.5] [--kind covers ...] [--recogniser] [--json FILE]
    uv run python -m benchmarks.privacy --scene SEED --to FOLDER

Simulated: people, posters and things in small pictures, and engines that see them as real ones do, overlook some and
fail on command; the product in between is the real one. Every pixel of a target is known, so the share of each face
that came out as it was is counted; half of a face counts as recognisable. Frames in which the detector overlooked that
very face at that moment, or one before it, are told for themselves: no product can know of a face that nothing saw.
--scene plays one scene again and writes its frames in question, each beside what came in.

Real: a faint watermark is put on the skin of people cut out of clips, and looked for in the output, at the place and
after undoing the swapper's move. What counts is calibrated first. Neighbours, crossings, posters, newcomers, covers,
returns, turns, sizes, and engines that fail; --recogniser (`uv run --group quality`) asks dlib's every few frames whose
face it is. And the price: the share of frames that are withheld from an honest call.
"""

import argparse
import json
import os
from collections.abc import Container
from pathlib import Path
from typing import Any

import cv2

from benchmarks.common.command import run, videos_in
from benchmarks.quality import MEDIA, sources_of
from benchmarks.simulation import plots as privacy_plots
from benchmarks.simulation import real as privacy_real
from benchmarks.simulation import runs
from benchmarks.simulation.calibration import calibrated
from benchmarks.simulation.recogniser import Recogniser
from engines.swappers.mesh.swapper import MeshSwapper
from models.errors import UserError
from models.store import ModelStore
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines
from realtime.faces.portraits import portraits


def real(media: Path, strengths: tuple[float, ...], kinds: Container[str], *, asks: bool) -> dict[str, Any]:
    """The attack on real clips at each strength, in scenes of some kinds; prints the tables. asks: a recogniser."""
    videos_in(media)
    cv2.setNumThreads(1)
    store = ModelStore()
    source, _ = portraits(store)
    config = RunConfig(faces_from=(source,), input="test", outputs=("null",))
    engines, told = FaceEngines(config, store, live=True), {}
    people, photos = privacy_real.people_in(media, engines), [*sources_of(media, engines)]
    recogniser = Recogniser.of(photos[0]) if asks else None
    for strength in strengths:
        calibration = calibrated([*people.targets, people.other], photos, strength)
        worn = MeshSwapper(strength).prepare(photos[0])
        plots = [plot for plot in privacy_real.plots_at(strength, people) if plot.kind in kinds]
        found = privacy_real.attacked(plots, engines, worn, recogniser)
        print(privacy_real.in_words(strength, calibration, found), flush=True)
        told[f"{strength:g}"] = {
            "calibration": calibration,
            "kinds": {kind: counted.facts() for kind, counted in found.items()},
            "withheld": privacy_real.price_of(found.values()),
        }
    return told


def options_of() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("simulated", "real"))
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scene", type=int)
    parser.add_argument("--to", type=Path)
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--strength", type=float, help="one, instead of 0, 0.5 and 1")
    parser.add_argument("--kind", action="append", choices=privacy_plots.KINDS, help="of real scenes; all unless told")
    parser.add_argument("--recogniser", action="store_true")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if min(options.frames, options.processes) < 1:
        raise UserError("nothing to do", remedy="give --frames and --processes of at least 1")
    if (options.scene is None) != (options.to is None):
        raise UserError("a scene needs a folder", remedy="--scene SEED --to FOLDER")
    return options


def main() -> None:
    """The command."""
    options = options_of()
    if options.scene is not None:
        tally, sheets = runs.sheet_of(options.scene, options.to)
        print("\n".join([runs.in_words(tally), *map(str, sheets)]))
        return
    told: dict[str, Any] = {}
    if options.only != "real":
        tally = runs.simulated(options.frames, options.processes, options.seed)
        print(runs.in_words(tally))
        told["simulated"] = runs.facts_of(tally)
    if options.only != "simulated":
        strengths = privacy_real.STRENGTHS if options.strength is None else (options.strength,)
        told["real"] = real(options.media, strengths, options.kind or privacy_plots.KINDS, asks=options.recogniser)
    if options.json is not None:
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
