"""Random scenes that try to unmask somebody, and what of their bare faces came out.

People come and go, cross, turn, hide; posters hang; the picture is cut, changes its size or stops; engines fail,
painters do nothing; and somebody presses every key. Knows what may happen and counts; the world and the product are
others'.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from benchmarks.privacy_world import SIZE_WH, Actor, SimulatedDetector, SimulatedFace, SimulatedLandmarker, World
from engines.fakes import mesh_at
from engines.types import Coverage, Detection, FaceLandmarks, Image, Roi
from realtime.assignment import OrderAssigner
from realtime.config import Faces
from realtime.live import FixedBank, LiveControl
from realtime.painter import FramePainter
from realtime.pipeline import SwapPipeline
from realtime.primary_faces import PrimaryFaces
from realtime.privacy import PrivacyGate, PrivacyPolicy, Strangers
from realtime.tracking import FaceTracker
from realtime.types import Frame, StreamInfo

RECOGNISABLE = 0.5
"""Of a face: whoever shows half of it is taken for recognised. Honest swaps leave a fifth, at the rim."""
FRAME_NS = 33_333_333
SCENE_FRAMES = 240
WALK = 0.02
"""Of the picture's width in a frame: a second and a half from side to side."""
FAULTS = ("raises", "not finite", "mirrored", "random", "shrunken", "beside", "paints nothing", "paints half", "lies")
COMMANDS = (
    "pause",
    "mirror",
    "lock",
    "face next",
    "badge",
    "when-lost hold",
    "when-lost blur",
    "when-lost slate",
    "half",
)


@dataclass
class Tally:
    """What came out. worst: the largest share of a face that was seen, and in which scene and frame."""

    frames: int = 0
    faces: int = 0
    bare: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    worst: tuple[float, int, int] = (0.0, 0, 0)
    leaks: list[tuple[int, int, float]] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add another's counts."""
        self.frames, self.faces, self.bare = (
            self.frames + other.frames,
            self.faces + other.faces,
            self.bare + other.bare,
        )
        self.outcomes += other.outcomes
        self.faults += other.faults
        self.worst = max(self.worst, other.worst)
        self.leaks += other.leaks


@dataclass(eq=False)
class Fault:
    """What an engine does wrong now. kind: of FAULTS; "" for nothing."""

    kind: str = ""
    until: int = 0


class FaultyDetector(SimulatedDetector):
    """Fails as it is told."""

    def __init__(self, world: World, fault: Fault) -> None:
        super().__init__(world)
        self._fault = fault

    def detect(self, image: Image) -> list[Detection]:
        if self._fault.kind == "raises":
            raise RuntimeError("injected")
        return super().detect(image)


class FaultyLandmarker(SimulatedLandmarker):
    """Gives landmarks that are none, sure of itself."""

    def __init__(self, world: World, fault: Fault) -> None:
        super().__init__(world)
        self._fault = fault

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
        found = super().locate(image, roi)
        middle = found.points.mean(axis=0)
        match self._fault.kind:
            case "not finite":
                return FaceLandmarks(found.points * np.float32(np.nan), 0.99)
            case "mirrored":
                return FaceLandmarks((2 * middle - found.points) * [1, -1, 1] + middle * [0, 2, 0], 0.99)
            case "random":
                return FaceLandmarks(self._world.rng.permutation(found.points), 0.99)
            case "shrunken":
                return FaceLandmarks(((found.points - middle) * np.float32(0.5) + middle).astype(np.float32), 0.99)
            case "beside":
                return FaceLandmarks(mesh_at((roi.centre_xy[0] + roi.size, roi.centre_xy[1]), roi.size / 1.5), 0.99)
        return found


class FaultyFace(SimulatedFace):
    """Paints nothing, or half, and claims to have painted all; or raises in the middle."""

    def __init__(self, world: World, pattern: Image, fault: Fault) -> None:
        super().__init__(world, pattern)
        self._fault = fault

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        if self._fault.kind in {"paints nothing", "lies"}:
            return Coverage(1.0 if self._fault.kind == "lies" else 0.0)
        before = canvas.copy()
        done = super().paint(canvas, face)
        if self._fault.kind == "paints half":
            middle = int(face.points[:, 0].mean())
            canvas[:, :middle] = before[:, :middle]
            return Coverage(1.0)
        return done


class Scene:
    """One random scene. faces: as of --faces. tame: no faults and no commands."""

    def __init__(self, seed: int, *, faces: str | None = None, tame: bool = False) -> None:
        self.seed, self._rng = seed, np.random.default_rng(seed)
        rng = self._rng
        self._tame, self.fault = tame, Fault()
        wanted = Faces.parse(faces or str(rng.choice(["largest", "largest", "all", "2"])))
        everybody_wanted = wanted.limit is None
        people = int(rng.integers(1, 6))
        self.world = World(np.random.default_rng(seed + 1))
        self._wearers = people if everybody_wanted else 1
        for number in range(people):
            self._enter(number)
        info = StreamInfo("world", SIZE_WH, Fraction(30), live=True, time_base=Fraction(1, 30))
        tracker = FaceTracker(
            FaultyDetector(self.world, self.fault),
            FaultyLandmarker(self.world, self.fault),
            max_faces=16 if wanted.limit is None else wanted.limit + 2,
        )
        sources = [Actor.drawn(rng, is_wearer=False).pattern for _ in range(2)]
        worn = [FaultyFace(self.world, source, self.fault) for source in sources]
        primary = None if wanted.limit is None else PrimaryFaces(wanted.limit)
        self.control = LiveControl(FixedBank(("a", "b")))
        painter = FramePainter(tracker, OrderAssigner(worn, wanted, primary), Strangers.BLUR, live=True)
        gate = PrivacyGate(PrivacyPolicy.choose(None, live=True))
        self.pipeline = SwapPipeline(painter, gate, info=info, control=self.control)
        self._frame, self._half = 0, False

    def run(self, frames: int = SCENE_FRAMES, look: Callable[["Scene", Image, float], None] | None = None) -> Tally:
        """Play it. look: shown every picture and the largest share of a bare face in it."""
        tally = Tally()
        for _ in range(frames):
            self._happen(tally)
            raw = self.world.draw()
            shown = self.pipeline.process(Frame(raw, self._frame, self._frame * FRAME_NS, self._frame))
            self.pipeline.catch_up()
            picture = shown.image[:, ::-1] if self.control.settings.mirror else shown.image
            shares = self.world.bare_shares(picture)
            worst = max(shares, default=0.0)
            if look is not None:
                look(self, picture, worst)
            tally.frames, tally.faces = tally.frames + 1, tally.faces + len(shares)
            tally.outcomes[shown.outcome.value] += 1
            tally.worst = max(tally.worst, (worst, self.seed, self._frame))
            if worst >= RECOGNISABLE:
                tally.bare += 1
                tally.leaks.append((self.seed, self._frame, worst))
            self._frame += 1
        return tally

    def _enter(self, number: int) -> None:
        rng = self._rng
        actor = Actor.drawn(rng, is_wearer=number < self._wearers)
        actor.size = float(rng.uniform(0.14, 0.3) if actor.is_wearer else rng.uniform(0.08, 0.3))
        actor.x, actor.y = float(rng.uniform(0.15, 0.85)), float(rng.uniform(0.18, 0.38))
        actor.near = float(rng.random())
        is_poster = not actor.is_wearer and rng.random() < 0.4
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
            world.size_wh = (128, 72) if world.size_wh == SIZE_WH else SIZE_WH
        if rng.random() < 0.004:
            self._frame += int(rng.choice([10, 60, 400]))  # the camera was away
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
        if self._rng.random() < 0.006:
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
            self.fault.kind, self.fault.until = str(rng.choice(FAULTS)), self._frame + int(rng.choice([1, 3, 15, 60]))
            tally.faults += 1
        if rng.random() < 0.02:
            command = str(rng.choice(COMMANDS))
            if command == "half":
                self._half = not self._half
                self.pipeline.work_at_half_size(self._half)
            else:
                self.control.apply(command)
