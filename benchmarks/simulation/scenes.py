"""Random scenes that try to unmask somebody, and what of their bare faces came out.

People come and go, cross, turn, hide; posters hang; the picture is cut, changes its size or stops; engines fail,
painters do nothing; and somebody presses every key. Knows what may happen and counts; the world and the product are
others'.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from benchmarks.simulation.engines import SimulatedFace
from benchmarks.simulation.faults import FAULTS, Fault, FaultyDetector, FaultyFace, FaultyLandmarker
from benchmarks.simulation.world import SIZE_WH, Actor, World
from engines.types import Image, PreparedFace
from realtime.choices import Faces, Strangers
from realtime.faces.selection import FixedFaces
from realtime.stream.live_settings import LiveControl
from realtime.stream.painter import FramePainter
from realtime.stream.pipeline import SwapPipeline
from realtime.stream.privacy import PrivacyGate, PrivacyPolicy
from realtime.tracking.assignment import OrderAssigner
from realtime.tracking.tracker import FaceTracker
from realtime.tracking.wanted_people import WantedPeople, most_followed
from realtime.types import Frame, StreamInfo

RECOGNISABLE = 0.5
"""Of a face: whoever shows half of it is taken for recognised. Honest swaps leave a fifth, at the rim."""
SMALL_WH = 128, 72
FRAME_NS = 33_333_333
SCENE_FRAMES = 240
WALK = 0.02
"""Of the picture's width in a frame: a second and a half from side to side."""
COMMANDS = (
    "pause",
    "mirror",
    "lock",
    "face next",
    "badge off a scene",
    "when-lost hold",
    "when-lost blur",
    "when-lost slate",
    "half",
)


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """The largest share of a bare face in one picture.

    overlooked: a search of this very picture did not find it, or somebody before it or behind it.
    """

    share: float = 0.0
    scene: int = 0
    frame: int = 0
    overlooked: bool = False


@dataclass
class Tally:
    """What came out. faces: targets in view. faults: that were injected. leaks: every frame that showed somebody."""

    frames: int = 0
    faces: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    worst: Leak = Leak()
    leaks: list[Leak] = field(default_factory=list)

    @property
    def recognisable(self) -> list[Leak]:
        """Frames that showed somebody, though the detector had found everybody there or was not asked."""
        return [leak for leak in self.leaks if not leak.overlooked]

    def add(self, other: "Tally") -> None:
        """Add another's counts."""
        self.frames += other.frames
        self.faces += other.faces
        self.outcomes += other.outcomes
        self.faults += other.faults
        self.worst = max(self.worst, other.worst)
        self.leaks += other.leaks


Look = Callable[[Image, Image, Leak], None]
"""Is shown every picture, as it was and as it came out, and what of a bare face is in it."""


def pipeline_of(
    tracker: FaceTracker, worn: Sequence[PreparedFace], wanted: Faces, size_wh: tuple[int, int], control: LiveControl
) -> SwapPipeline:
    """A live stream's, at 30 frames a second, with every default."""
    info = StreamInfo("world", size_wh, Fraction(30), live=True, time_base=Fraction(1, 30))
    painter = FramePainter(tracker, OrderAssigner(worn, wanted, WantedPeople(wanted)), Strangers.BLUR, live=True)
    return SwapPipeline(painter, PrivacyGate(PrivacyPolicy.choose(None, live=True)), info=info, control=control)


class Scene:
    """One random scene. faces: as of --faces. tame: no faults and no commands. faults: the kinds that may happen."""

    def __init__(
        self, seed: int, *, faces: str | None = None, tame: bool = False, faults: Sequence[str] = FAULTS
    ) -> None:
        self.seed, self._rng = seed, np.random.default_rng(seed)
        rng = self._rng
        self._tame, self._faults, self.fault = tame, faults, Fault()
        wanted = Faces.parse(faces or str(rng.choice(["largest", "largest", "all", "2"])))
        everybody_wanted = wanted.limit is None
        people = int(rng.integers(1, 6))
        self.world = World(np.random.default_rng(seed + 1))
        self._targets = people if everybody_wanted else 1
        for number in range(people):
            self._enter(number)
        tracker = FaceTracker(
            FaultyDetector(self.world, self.fault),
            FaultyLandmarker(self.world, self.fault),
            max_faces=most_followed(wanted),
        )
        sources = [Actor.drawn(rng, is_target=False).pattern for _ in range(2)]
        worn = [FaultyFace(SimulatedFace(self.world, source), self.fault) for source in sources]
        self.control = LiveControl(FixedFaces(("a", "b")))
        self.pipeline = pipeline_of(tracker, worn, wanted, SIZE_WH, self.control)
        self._frame, self._half = 0, False

    def run(self, frames: int = SCENE_FRAMES, look: Look | None = None) -> Tally:
        """Play it."""
        tally = Tally()
        for _ in range(frames):
            self._happen(tally)
            self.show(tally, look)
        return tally

    def show(self, tally: Tally, look: Look | None = None) -> Leak:
        """One frame of the scene as it is now, with what is to be seen in it."""
        raw = self.world.draw()
        shown = self.pipeline.process(Frame(raw.copy(), self._frame, self._frame * FRAME_NS, self._frame))
        self.pipeline.run_deferred()
        picture = shown.image[:, ::-1] if self.control.settings.mirror else shown.image
        shares = self.world.bare_shares(picture)
        share, overlooked = max(shares, default=(0.0, False))
        worst = Leak(share, self.seed, self._frame, overlooked)
        if look is not None:
            look(raw, picture, worst)
        tally.frames, tally.faces = tally.frames + 1, tally.faces + len(shares)
        tally.outcomes[shown.outcome.value] += 1
        tally.worst = max(tally.worst, worst)
        tally.leaks += [worst] if worst.share >= RECOGNISABLE else []
        self._frame += 1
        return worst

    def command(self, words: str) -> None:
        """One of COMMANDS."""
        if words == "half":
            self._half = not self._half
            self.pipeline.work_at_half_size(self._half)
        else:
            self.control.apply(words)

    def resize(self) -> None:
        """The camera gives pictures of another size."""
        self.world.size_wh = SMALL_WH if self.world.size_wh == SIZE_WH else SIZE_WH

    def lose_camera(self, frames: int) -> None:
        """For so many frames there is no picture."""
        self._frame += frames

    def _enter(self, number: int) -> None:
        rng = self._rng
        actor = Actor.drawn(rng, is_target=number < self._targets)
        actor.size = float(rng.uniform(0.14, 0.3) if actor.is_target else rng.uniform(0.08, 0.3))
        actor.x, actor.y = float(rng.uniform(0.15, 0.85)), float(rng.uniform(0.18, 0.38))
        actor.near = float(rng.random())
        is_poster = not actor.is_target and rng.random() < 0.4
        speed = 0.0 if is_poster else float(rng.choice([0.001, 0.004, 0.012]))
        actor.moves = (speed, float(rng.uniform(0, 6.3)))
        actor.is_here = bool(rng.random() < 0.75)
        self.world.actors.append(actor)

    def _happen(self, tally: Tally) -> None:
        rng, world = self._rng, self.world
        for actor in world.actors:
            self._live(actor)
        if rng.random() < 0.004:  # a cut
            for actor in world.actors:
                actor.x, actor.is_here = float(rng.uniform(0.15, 0.85)), bool(rng.random() < 0.75)
        if rng.random() < 0.003:
            self.resize()
        if rng.random() < 0.004:
            self.lose_camera(int(rng.choice([10, 60, 400])))
        if not self._tame:
            self._disturb(tally)

    def _live(self, actor: Actor) -> None:
        rng = self._rng
        speed, phase = actor.moves
        if speed:
            self._walk(actor, speed * np.sin(self._frame / 25 + phase))
            actor.y = float(np.clip(actor.y + speed / 4 * np.cos(self._frame / 11 + phase), 0.15, 0.42))
            if rng.random() < 0.01:
                actor.turn = float(rng.choice([0, 0, 20, 40, 50, 70, 85]))
        if rng.random() < 0.012:
            actor.cover = float(rng.choice([0, 0, rng.uniform(0, 1)]))

    def _walk(self, actor: Actor, step: float) -> None:
        """About the room, out at its side, and in again."""
        if self._rng.random() < (0.02 if actor.leaves else 0.004):
            actor.leaves = not actor.leaves
        outside = -0.3 if actor.x < 0.5 else 1.3
        if actor.leaves:
            actor.x += float(np.clip(outside - actor.x, -WALK, WALK))
        elif not -0.02 <= actor.x <= 1.02:
            actor.x += float(np.clip(0.5 - actor.x, -WALK, WALK))
        else:
            actor.x = float(np.clip(actor.x + step, -0.05, 1.05))

    def _disturb(self, tally: Tally) -> None:
        rng = self._rng
        if self.fault.kind and self._frame >= self.fault.until:
            self.fault.kind = ""
        if not self.fault.kind and rng.random() < 0.006:
            self.fault.kind, self.fault.until = (
                str(rng.choice(self._faults)),
                self._frame + int(rng.choice([1, 3, 15, 60])),
            )
            tally.faults[self.fault.kind] += 1
        if self.control.settings.paused and rng.random() < 0.05:
            self.control.apply("pause")
        if rng.random() < 0.02:
            self.command(str(rng.choice(COMMANDS)))
