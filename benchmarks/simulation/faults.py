"""Engines that fail as they are told, and what they do then.

Knows detectors, landmarks and painters; knows nothing of when they fail.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.simulation.engines import SimulatedDetector, SimulatedLandmarker
from benchmarks.simulation.world import World
from engines.fakes import mesh_at
from engines.types import Coverage, Detection, FaceLandmarks, Image, PreparedFace, Roi

FAULTS = ("raises", "not finite", "mirrored", "random", "shrunken", "beside", "paints nothing", "paints half", "lies")


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
        return falsified(super().locate(image, roi), roi, self._fault.kind, self._world.rng)


def falsified(found: FaceLandmarks, roi: Roi, kind: str, rng: np.random.Generator) -> FaceLandmarks:
    """What a landmark model that fails gives instead. kind: of FAULTS; what is not about landmarks does nothing."""
    middle = found.points.mean(axis=0)
    match kind:
        case "not finite":
            return FaceLandmarks(found.points * np.float32(np.nan), 0.99)
        case "mirrored":
            return FaceLandmarks((2 * middle - found.points) * [1, -1, 1] + middle * [0, 2, 0], 0.99)
        case "random":
            return FaceLandmarks(rng.permutation(found.points), 0.99)
        case "shrunken":
            return FaceLandmarks(((found.points - middle) * np.float32(0.5) + middle).astype(np.float32), 0.99)
        case "beside":
            return FaceLandmarks(mesh_at((roi.centre_xy[0] + roi.size, roi.centre_xy[1]), roi.size / 1.5), 0.99)
    return found


class FaultyFace:
    """Paints nothing, or half, and claims to have painted all; else as it should."""

    def __init__(self, worn: PreparedFace, fault: Fault) -> None:
        self._worn, self._fault = worn, fault

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        if self._fault.kind in {"paints nothing", "lies"}:
            return Coverage(1.0 if self._fault.kind == "lies" else 0.0)
        before = canvas.copy()
        done = self._worn.paint(canvas, face)
        if self._fault.kind == "paints half":
            middle = int(face.points[:, 0].mean())
            canvas[:, :middle] = before[:, :middle]
            return Coverage(1.0)
        return done
