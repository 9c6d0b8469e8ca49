"""Many random scenes at once, on several cores; and one of them again, to be looked at.

Knows scenes, processes and sheets; knows nothing of what happens in a scene.
"""

import logging
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.common.sheets import in_rows
from benchmarks.simulation.scenes import RECOGNISABLE, SCENE_FRAMES, Leak, Scene, Tally
from engines.types import Image

BATCH = 10
"""Scenes that a process plays before it reports."""
REPORT_S = 10.0
"""Between two lines about how far it is."""
BEFORE, SHEET_ROWS, ZOOM = 8, 24, 2
"""Frames before a leak that a sheet shows, frames on a sheet, and how much larger they are."""


def played(first: int, scenes: int) -> Tally:
    """What came out of so many scenes, of consecutive seeds. Runs in a process of its own."""
    cv2.setNumThreads(1)
    logging.disable(logging.CRITICAL)  # of faults that are injected
    tally = Tally()
    for seed in range(first, first + scenes):
        tally.add(Scene(seed).run())
    return tally


def simulated(frames: int, processes: int, seed: int) -> Tally:
    """At least so many frames of random scenes, the first of them of `seed`; says on stderr how far it is."""
    batches = -(-frames // (SCENE_FRAMES * BATCH))
    firsts = range(seed, seed + batches * BATCH, BATCH)
    with ProcessPoolExecutor(processes) as pool:
        return _sum_of(pool.map(partial(played, scenes=BATCH), firsts), batches)


def _sum_of(tallies: Iterator[Tally], batches: int) -> Tally:
    """Of so many batches; tells of each that shows somebody, and now and then how far it is."""
    began = told = time.monotonic()
    total = Tally()
    for done, tally in enumerate(tallies, start=1):
        total.add(tally)
        now = time.monotonic()
        if now - told >= REPORT_S or done == batches or tally.recognisable:
            left_s, told = (now - began) / done * (batches - done), now
            scenes = sorted({leak.scene for leak in tally.recognisable})
            shown = len(total.recognisable)
            line = f"{total.frames:,} of {batches * BATCH * SCENE_FRAMES:,} frames, {shown} show somebody"
            line += f" (now --scene {', '.join(map(str, scenes))})" if scenes else ""
            print(f"{line}, {left_s / 60:.0f} min left", file=sys.stderr, flush=True)
    return total


def sheet_of(seed: int, folder: Path) -> tuple[Tally, list[Path]]:
    """Play one scene again. Writes its frames in question, each beside what came in, and those before them."""
    kept: list[tuple[Image, bool]] = []

    def look(raw: Image, picture: Image, worst: Leak) -> None:
        both = np.hstack([raw, picture])
        shown = cv2.resize(both, (2 * ZOOM * 192, ZOOM * 108), interpolation=cv2.INTER_NEAREST)
        words = f"{worst.frame}: {worst.share:.2f}{', overlooked' if worst.overlooked else ''}"
        cv2.putText(shown, words, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255))
        kept.append((np.asarray(shown, np.uint8), worst.share >= RECOGNISABLE))

    logging.disable(logging.CRITICAL)
    tally = Scene(seed).run(look=look)
    asked = [number for number, (_, is_bare) in enumerate(kept) if is_bare]
    near = sorted({at for number in asked for at in range(max(0, number - BEFORE), min(len(kept), number + 2))})
    folder.mkdir(parents=True, exist_ok=True)
    sheets = []
    for first in range(0, len(near), SHEET_ROWS):
        path = folder / f"scene-{seed}-{near[first]}.png"
        cv2.imwrite(str(path), in_rows([kept[at][0] for at in near[first : first + SHEET_ROWS]], 2))
        sheets.append(path)
    return tally, sheets


def facts_of(tally: Tally) -> dict[str, Any]:
    """For JSON."""
    return {
        "frames": tally.frames,
        "targets_in_view": tally.faces,
        "recognisable": len(tally.recognisable),
        "overlooked": len(tally.leaks) - len(tally.recognisable),
        "outcomes": {name: count / max(1, tally.frames) for name, count in tally.outcomes.most_common()},
        "faults": dict(tally.faults),
        "worst_share": max(
            (leak.share for leak in [tally.worst, *tally.recognisable] if not leak.overlooked), default=0
        ),
        "scenes": sorted({leak.scene for leak in tally.recognisable}),
        "scenes_overlooked": sorted({leak.scene for leak in tally.leaks if leak.overlooked}),
    }


def in_words(tally: Tally) -> str:
    """A short table."""
    facts = facts_of(tally)
    outcomes = ", ".join(f"{name} {share:.0%}" for name, share in facts["outcomes"].items())
    rows = [
        f"  frames                    {tally.frames:12,}",
        f"  targets in view           {tally.faces:12,}",
        f"  recognisable, frames      {facts['recognisable']:12,}",
        f"  overlooked, frames        {facts['overlooked']:12,}  (that face, or one before it, was missed just then)",
        f"  faults injected           {sum(tally.faults.values()):12,}",
        f"  outcomes                  {outcomes}",
    ]
    seeds = ", ".join(map(str, facts["scenes"][:20]))
    return "\n".join([*rows, f"  scenes to look at         --scene {seeds}"] if seeds else rows)
