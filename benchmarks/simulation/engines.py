"""Engines that see the small world as real ones see the real one: most of the time.

Knows what is visible of whom, and how well detectors, landmarks and painters do; knows no pipeline.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.simulation.world import FOLLOWED_TURN, FOUND_TURN, Actor, World, fill_ellipse, inside
from engines.fakes import mesh_at
from engines.image.geometry import box_of
from engines.types import Coverage, Detection, FaceLandmarks, Image, Points, Roi
from realtime.tracking.edge_search import MIRRORED, STRIP, nearer

FOUND, FOUND_NEAR, FOLLOWED = 0.4, 0.3, 0.3
"""Share of a face that must be visible for a detector to find it, from nearer along an edge, and for landmarks to
follow it. The real ones, of flat covers on four sides of five faces: 99 % are found and all are followed of which 40 to
50 % are visible, 75 and 93 % of 30 to 40 %; along an edge all of which 25 % are in the picture."""
MISSED = 0.01
"""Share of the looks at which a detector overlooks a face that it could see."""
RIM = 0.9
"""Of a face's width and height: what painters paint, whose edges fade."""
TREMBLE = 0.008
"""Of a face's size: how inexact landmarks are."""
KEYPOINTS = np.array([[-0.22, -0.17], [0.22, -0.17], [0, 0.05], [0, 0.23], [-0.5, 0], [0.5, 0]], np.float32)
"""Of a face, from its middle, in its width and height: eyes, nose and mouth are where its landmarks have them."""


@dataclass(frozen=True, slots=True)
class View:
    """What of the world a picture shows upright.

    by: (4,) px by which boxes lie farther right and down. is_near: one edge, with all of its mirror image, or one face.
    """

    scale: float
    by: Points
    is_near: bool = False

    @classmethod
    def of(cls, image: Image, world: World) -> "View | None":
        """None for one that was turned."""
        for scale in (1.0, 0.5):
            whole = world.image
            if scale != 1:
                whole = np.asarray(cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
            boxes = [np.array(world.box_of(actor), np.float32) * np.float32(scale) for actor in world.here]
            for (top, left), place in (*_views_of(whole.shape[:2]), *_nearer_views_of(whole.shape[:2], boxes)):
                part = whole[place]
                if part.size and image.shape[0] >= top + part.shape[0] and image.shape[1] >= left + part.shape[1]:
                    shown = image[top : top + part.shape[0], left : left + part.shape[1]]
                    if np.array_equal(shown, part):
                        by = left - place[1].start, top - place[0].start
                        return cls(scale, np.array([*by, *by], np.float32), part.shape != whole.shape)
        return None

    def shows(self, box: Points, image: Image) -> bool:
        """Whether the middle of a box, px of it, lies in the picture."""
        middle = (box[:2] + box[2:]) / 2
        return bool(((middle >= 0) & (middle <= image.shape[1::-1])).all())


def _views_of(size_hw: tuple[int, ...]) -> Iterator[tuple[tuple[int, int], tuple[slice, slice]]]:
    """Where in a picture that a detector is shown (top, left) which part of the world lies."""
    height, width = size_hw
    strip = round(STRIP * min(size_hw))
    yield (round(height * MIRRORED), round(width * MIRRORED)), np.s_[0:height, 0:width]
    yield (0, 0), np.s_[0:height, 0:width]
    yield (0, strip - 1), np.s_[0:height, 0:strip]
    yield (strip - 1, 0), np.s_[0:strip, 0:width]
    yield (0, 0), np.s_[0:height, width - strip : width]
    yield (0, 0), np.s_[height - strip : height, 0:width]


def _nearer_views_of(
    size_hw: tuple[int, ...], boxes: Sequence[Points]
) -> Iterator[tuple[tuple[int, int], tuple[slice, slice]]]:
    """The same, where one face is looked at once more."""
    for box in boxes:
        place, (left, top, _, _) = nearer((size_hw[1], size_hw[0]), box)
        yield (top, left), place


class SimulatedDetector:
    """Finds faces that are visible enough and turned little; now and then it overlooks one."""

    def __init__(self, world: World) -> None:
        self._world = world

    def detect(self, image: Image) -> list[Detection]:
        world, found = self._world, []
        view = View.of(image, world)
        if view is None:
            return []
        for actor in world.here:
            box = np.array(world.box_of(actor), np.float32) * np.float32(view.scale) + view.by
            is_clear = world.share_visible(actor) >= (FOUND_NEAR if view.is_near else FOUND)
            if abs(actor.turn) > FOUND_TURN or not is_clear or not view.shows(box, image):
                continue
            is_seen = world.rng.random() >= MISSED
            world.note_look(actor, is_seen=is_seen)
            if is_seen:
                middle, size = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
                found.append(Detection(box, np.asarray(middle + KEYPOINTS * size, np.float32), 0.9))
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
        seen = [actor for actor in world.here if world.visible[id(actor)].any()]  # nobody paints whom they cannot see
        nearest = min(
            seen, key=lambda a: float(np.hypot(*(middle - np.array([a.x, a.y]) * world.size_wh[0]))), default=None
        )
        if nearest is None:
            return np.zeros(size_wh[::-1], np.bool_)
        face, _ = world.masks_of(nearest, (world.size_wh[1], world.size_wh[0]))
        hidden = face & ~world.visible[id(nearest)]
        if size_wh == world.size_wh:
            return hidden
        return np.asarray(cv2.resize(hidden.view(np.uint8), size_wh, interpolation=cv2.INTER_NEAREST) > 0)
