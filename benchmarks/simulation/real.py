"""The real engines on real clips, under attack: what of a watermark in the target's skin is found in the output.

Knows scenes, the product and the watermark; says what counts as recognisable only after measuring bare, merely moved
and honestly swapped faces.
"""

import logging
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scoring.watermark import Watermark
from benchmarks.simulation import plots as privacy_plots
from benchmarks.simulation.clips import COLOURS, CutOut, Plot, room
from benchmarks.simulation.faults import Fault, FaultyFace, falsified
from benchmarks.simulation.recogniser import LEAST_SHARE, SAMPLED, Recogniser
from benchmarks.simulation.scenes import FRAME_NS, pipeline_of
from engines.mesh.warp import Warp
from engines.swappers.mesh.swapper import MeshFace
from engines.types import Coverage, FaceLandmarker, FaceLandmarks, Image, Roi
from realtime.choices import Faces
from realtime.face_engines import FaceEngines
from realtime.faces.selection import FixedFaces
from realtime.stream.live_settings import LiveControl
from realtime.tracking.tracker import FaceTracker
from realtime.tracking.wanted_people import most_followed
from realtime.types import Frame, Outcome

RECOGNISABLE, HALF = {0.5: 0.87, 0.4: 0.92, 0.3: 0.95, 0.0: 0.98}, 0.78
"""Gain from which on a face is recognisable, by the share of it that is to be seen, at least: the less, the more of it
may be a place of which an honest swap keeps much. In the middle between the most that honest swaps leave (0.77 of whole
faces and halves, 0.88 of 40 to 50 %, 0.95 of 30 to 40 %; three sources on four clips) and the least of a face that is
only moved (0.98, 0.96, 0.95). Of less than 30 % honest swaps leave up to 1.01: such a frame may be counted though it
shows nobody. HALF: more than an honest swap of a whole face leaves; perhaps half of the face is bare."""
STRENGTHS = 0.0, 0.5, 1.0
FULL = 0.5
"""The strength at which everything is tried."""
FAULT_FROM = 20
OTHER, POSTER = "woman-desk-720p.mp4", "face-painting-woman-black.jpg"


@dataclass(eq=False)
class WatchedFace:
    """A worn face that remembers how it moved the target since it was last asked."""

    worn: MeshFace
    warps: list[Warp] = field(default_factory=list)

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        self.warps.append(self.worn.warp_of(canvas, face))
        return self.worn.paint(canvas, face)


@dataclass(frozen=True)
class FalseLandmarker:
    """Fails as it is told."""

    landmarker: FaceLandmarker
    fault: Fault
    rng: np.random.Generator

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
        if self.fault.kind == "raises":
            raise RuntimeError("injected")
        return falsified(self.landmarker.locate(image, roi), roi, self.fault.kind, self.rng)


@dataclass(frozen=True, slots=True)
class Gain:
    """What of one target came out. gain: of the watermark. share: 0..1, how much of the face is to be seen.

    is_target: whether a recogniser takes the face for theirs; None where it was not asked.
    """

    gain: float
    share: float
    is_target: bool | None = None

    @property
    def is_recognisable(self) -> bool:
        return self.gain >= next(line for least, line in RECOGNISABLE.items() if self.share >= least)


@dataclass
class Found:
    """What came out of one kind of scene. worst: gain, and in which scene and frame. judged: faces, by `is_target`."""

    frames: int = 0
    faces: int = 0
    recognisable: int = 0
    half: int = 0
    worst: tuple[float, str, int] = (0.0, "", 0)
    outcomes: Counter[str] = field(default_factory=Counter)
    judged: Counter[bool] = field(default_factory=Counter)
    price: dict[str, Counter[bool]] = field(default_factory=dict)

    def note(self, plot: Plot, number: int, gains: Sequence[Gain], outcome: Outcome) -> None:
        """Count one frame."""
        gain, is_bare = max((one.gain for one in gains), default=0.0), any(one.is_recognisable for one in gains)
        self.frames, self.faces = self.frames + 1, self.faces + len(gains)
        self.recognisable += is_bare
        self.half += gain >= HALF and not is_bare
        self.judged.update(one.is_target for one in gains if one.is_target is not None)
        self.worst = max(self.worst, (gain, plot.words, number))
        self.outcomes[outcome.value] += 1
        if plot.price(number):
            self.price.setdefault(plot.price(number), Counter())[outcome is not Outcome.SWAPPED] += 1

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        gain, words, number = self.worst
        counts = {"frames": self.frames, "faces": self.faces, "recognisable": self.recognisable, "half": self.half}
        if self.judged:
            counts |= {"asked of the recogniser": self.judged.total(), "taken for the target": self.judged[True]}
        return {**counts, "worst": [round(gain, 3), words, number], "outcomes": dict(self.outcomes)}


def played(
    plot: Plot, engines: FaceEngines, worn: MeshFace, recogniser: Recogniser | None = None
) -> Iterator[tuple[int, list[Gain], Outcome]]:
    """The number of each frame, the gain of each target in it, and what became of it."""
    fault, watched, wanted = Fault(), WatchedFace(worn), Faces.parse(plot.faces)
    landmarker = FalseLandmarker(engines.landmarker, fault, np.random.default_rng(0))
    hands = engines.hand_tracker()
    tracker = FaceTracker(engines.detector, landmarker, hands=hands, max_faces=most_followed(wanted))
    size_wh = room().shape[1], room().shape[0]
    control = LiveControl(FixedFaces(("a",)))
    pipeline = pipeline_of(tracker, [FaultyFace(watched, fault)], wanted, size_wh, control)
    for number, (picture, marks) in enumerate(plot.marked()):
        fault.kind = plot.fault if number >= FAULT_FROM else ""
        watched.warps.clear()
        asked = recogniser if number % SAMPLED == 0 else None
        camera = picture if asked is None else picture.copy()
        shown = pipeline.process(Frame(picture, number, number * FRAME_NS, number))
        pipeline.run_deferred()
        gains = [Gain(mark.gain(shown.image, watched.warps), mark.share) for mark in marks]
        if asked is not None:
            gains = [_judged(gain, asked, camera, shown.image, mark) for gain, mark in zip(gains, marks, strict=True)]
        yield number, gains, shown.outcome


def _judged(gain: Gain, recogniser: Recogniser, camera: Image, shown: Image, mark: Watermark) -> Gain:
    if gain.share < LEAST_SHARE:
        return gain
    return replace(gain, is_target=recogniser.takes_for_target(camera, shown, mark.points))


def people_in(media: Path, engines: FaceEngines) -> privacy_plots.People:
    """Those of the clips and of one painting."""
    videos = [path for path in sorted(media.glob("*.mp4")) if path.name != OTHER]
    targets = [CutOut.of(path, engines) for path in videos]
    return privacy_plots.People(targets, CutOut.of(media / OTHER, engines), CutOut.of(media / POSTER, engines))


def plots_at(strength: float, people: privacy_plots.People) -> list[Plot]:
    """What is tried at a strength: everything at the usual one, of the covers few at the others."""
    few = people if strength == FULL else replace(people, targets=people.targets[:1])
    colours = tuple(COLOURS) if strength == FULL else privacy_plots.FEW_COLOURS
    p = privacy_plots
    scenes = [p.calm, p.neighbours, p.crossings, p.posters, p.comings, p.sizes, p.turns, p.faults]
    return [*(plot for scene in scenes for plot in scene(people)), *p.covers(few, colours)]


def attacked(
    plots: Iterable[Plot], engines: FaceEngines, worn: MeshFace, recogniser: Recogniser | None = None
) -> dict[str, Found]:
    """What came out, by kind; says on stderr what was tried."""
    kinds: dict[str, Found] = {}
    logging.disable(logging.CRITICAL)  # of faults that are injected
    for plot in plots:
        found, before = kinds.setdefault(plot.kind, Found()), kinds[plot.kind].recognisable
        for number, gains, outcome in played(plot, engines, worn, recogniser):
            found.note(plot, number, gains, outcome)
        told = f", {found.recognisable - before} recognisable" if found.recognisable > before else ""
        print(f"  {plot.kind}: {plot.words}{told}", file=sys.stderr, flush=True)
    logging.disable(logging.NOTSET)
    return kinds


def price_of(kinds: Iterable[Found]) -> dict[str, tuple[float, int]]:
    """Share of frames that were withheld, and frames, by what the target did."""
    all_of_them: dict[str, Counter[bool]] = {}
    for found in kinds:
        for label, counted in found.price.items():
            all_of_them.setdefault(label, Counter()).update(counted)
    return {label: (counted[True] / counted.total(), counted.total()) for label, counted in sorted(all_of_them.items())}


def in_words(strength: float, calibration: dict[str, list[float]], kinds: dict[str, Found]) -> str:
    """A short table."""
    rows = [f"strength {strength:g}; gain of the watermark, least, median, most:"]
    rows += [f"  {kind:20} " + "  ".join(f"{gain:.2f}" for gain in gains) for kind, gains in calibration.items()]
    rows.append(
        f"  recognisable from {RECOGNISABLE[0.5]}, of less than half a face from more; perhaps half bare from {HALF}"
    )
    rows.append(f"  {'kind':14} {'frames':>7} {'faces':>7} {'recognisable':>12} {'half':>5}  most")
    for kind, found in kinds.items():
        gain, words, number = found.worst
        counts = f"{found.frames:7} {found.faces:7} {found.recognisable:12} {found.half:5}"
        judged = f"; taken for the target {found.judged[True]} of {found.judged.total()}" if found.judged else ""
        rows.append(f"  {kind:14} {counts}  {gain:.2f} ({words}, frame {number}){judged}")
    rows.append("  withheld")
    rows += [f"    {label:14} {share:6.1%} of {frames}" for label, (share, frames) in price_of(kinds.values()).items()]
    return "\n".join(rows)
