"""Engines that see the small world as real ones see the real one: most of the time.

Knows what is visible of whom, and how well detectors, landmarks and painters do; knows no pipeline.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.privacy_world import FOUND_TURN, Actor, World, fill_ellipse, inside
from engines.fakes import mesh_at
from engines.geometry import box_of
from engines.types import Coverage, Detection, FaceLandmarks, Image, Points, Roi
from realtime.search import MIRRORED

FOUND, FOLLOWED = 0.5, 0.4
"""Share of a face that must be visible for a detector to find it, and for landmarks to follow it."""
MISSED = 0.01
"""Share of the looks at which a detector overlooks a face that it could see."""
RIM = 0.9
"""Of a face's width and height: what painters paint, whose edges fade."""
TREMBLE = 0.008
"""Of a face's size: how inexact landmarks are."""
FOLLOWED_TURN = 55.0
"""Degrees up to which landmarks follow a face."""


def seen_at(image: Image, world: World) -> tuple[float, Points]:
    """The scale of a picture, and (4,) px by which boxes lie farther right and down: what is mirrored beyond edges."""
    for scale in (1.0, 0.5):
        width, height = (round(edge * scale) for edge in world.size_wh)
        x, y = (round(edge * MIRRORED) for edge in (width, height))
        if image.shape[1] == width + 2 * x:
            return scale, np.array([x, y, x, y], np.float32)
    return image.shape[1] / world.size_wh[0], np.zeros(4, np.float32)


class SimulatedDetector:
    """Finds faces that are visible enough and turned little; now and then it overlooks one."""

    def __init__(self, world: World) -> None:
        self._world = world

    def detect(self, image: Image) -> list[Detection]:
        world, found = self._world, []
        if (image.shape[1] > image.shape[0]) != (world.size_wh[0] > world.size_wh[1]):
            return []  # the picture was turned
        scale, beyond = seen_at(image, world)
        for actor in world.here:
            if abs(actor.turn) > FOUND_TURN or world.share_visible(actor) < FOUND:
                continue
            if world.rng.random() < MISSED:
                world.overlooked.add(id(actor))
            else:
                box = np.array(world.box_of(actor), np.float32) * np.float32(scale) + beyond
                middle, edge = (box[:2] + box[2:]) / 2, box[3] - box[1]
                across = np.array([[-0.25, -0.15], [0.25, -0.15], [0, 0.1], [0, 0.3], [-0.5, 0], [0.5, 0]], np.float32)
                found.append(Detection(box, middle + across * edge, 0.9))
        return found


class SimulatedLandmarker:
    """Places landmarks on whoever is most in the middle of where it is told to look, in front rather than behind."""

    def __init__(self, world: World) -> None:
        self._world = world

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
        world = self._world
        scale = image.shape[1] / world.size_wh[0]
        best, worth = None, 0.0
        for actor in world.here:
            x1, y1, x2, y2 = (edge * scale for edge in world.box_of(actor))
            apart = float(np.hypot((x1 + x2) / 2 - roi.centre_xy[0], (y1 + y2) / 2 - roi.centre_xy[1]))
            fits = 0.35 < (y2 - y1) / (roi.size / 1.5) < 2.2 and apart < 0.55 * roi.size
            seen = world.share_visible(actor)
            is_clear = abs(actor.turn) <= FOLLOWED_TURN and seen + world.rng.normal(0, 0.05) >= FOLLOWED
            if fits and is_clear and seen / (0.2 + apart / roi.size) > worth:
                best, worth = actor, seen / (0.2 + apart / roi.size)
        if best is None:
            return FaceLandmarks(mesh_at(roi.centre_xy, roi.size / 1.5), 0.05)
        return FaceLandmarks(self._mesh(best, scale), 0.95)

    def _mesh(self, actor: Actor, scale: float) -> Points:
        world = self._world
        x1, y1, x2, y2 = (edge * scale for edge in world.box_of(actor))
        points = mesh_at(((x1 + x2) / 2, (y1 + y2) / 2), y2 - y1)
        points[:, 0] = (points[:, 0] - (x1 + x2) / 2) * (x2 - x1) / max(y2 - y1, 1) + (x1 + x2) / 2
        off = world.rng.normal(0, TREMBLE * (y2 - y1) * (1 + 4 * actor.cover), 2)
        points[:, :2] += off.astype(np.float32)
        return points


class SimulatedFace:
    """Paints an ellipse of its own colours over a face, and not over what is in front of it."""

    def __init__(self, world: World, pattern: Image) -> None:
        self._world, self._pattern = world, pattern

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        x1, y1, x2, y2 = (float(edge) for edge in box_of(face.points))
        box = (int(np.floor(x1)) - 1, int(np.floor(y1)) - 1, int(np.ceil(x2)) + 1, int(np.ceil(y2)) + 1)
        place = inside(box, (canvas.shape[1], canvas.shape[0]))
        if place[0].start >= place[0].stop or place[1].start >= place[1].stop:
            return Coverage(0.0)
        across, down = (1 - RIM) / 2 * (x2 - x1), (1 - RIM) / 2 * (y2 - y1)
        left, top = place[1].start, place[0].start
        mask = np.zeros((place[0].stop - top, place[1].stop - left), np.uint8)
        fill_ellipse(mask, (x1 + across - left, y1 + down - top, x2 - across - left, y2 - down - top))
        shown = mask.view(np.bool_) & ~self._hidden((canvas.shape[1], canvas.shape[0]), box)[place]
        whole = cv2.resize(self._pattern, (box[2] - box[0], box[3] - box[1]))
        rows, columns = np.mgrid[place]
        at = np.clip(rows - box[1], 0, whole.shape[0] - 1), np.clip(columns - box[0], 0, whole.shape[1] - 1)
        canvas[place][shown] = whole[at][shown]
        painted = float(np.count_nonzero(shown) / max(1, int(np.count_nonzero(mask))))
        return Coverage(painted, 1 - painted)

    def _hidden(self, size_wh: tuple[int, int], box: Sequence[int]) -> NDArray[np.bool_]:
        """(H, W): what lies in front of the face at this place, if it is anybody's."""
        world = self._world
        scale = size_wh[0] / world.size_wh[0]
        middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2 / scale
        nearest = min(
            world.here, key=lambda a: float(np.hypot(*(middle - np.array([a.x, a.y]) * world.size_wh[0]))), default=None
        )
        if nearest is None:
            return np.zeros(size_wh[::-1], np.bool_)
        face, _ = world.masks_of(nearest, (world.size_wh[1], world.size_wh[0]))
        hidden = face & ~world.visible[id(nearest)]
        if size_wh == world.size_wh:
            return hidden
        return np.asarray(cv2.resize(hidden.view(np.uint8), size_wh, interpolation=cv2.INTER_NEAREST) > 0)
