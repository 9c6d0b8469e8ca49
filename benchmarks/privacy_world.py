"""A small world of people, posters and things before them, and engines that see it as real ones do: most of the time.

Everything is known, so what of a wearer's bare face is in a picture can be counted in pixels, and a million pictures
can be tried. Knows places, covers, turns and how engines fail; knows no pipeline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.fakes import mesh_at
from engines.types import Coverage, Detection, FaceLandmarks, Image, Points, Roi

SIZE_WH = 192, 108
PATTERN_PX = 24
FOUND, FOLLOWED = 0.5, 0.4
"""Share of a face that must be visible for a detector to find it, and for landmarks to follow it."""
MISSED = 0.01
"""Share of the looks at which a detector overlooks a face that it could see."""
FOUND_TURN, FOLLOWED_TURN = 75.0, 55.0
"""Degrees up to which a detector finds a face, and up to which landmarks follow it."""
RIM = 0.9
"""Of a face's width and height: what painters paint, whose edges fade."""
TREMBLE = 0.008
"""Of a face's size: how inexact landmarks are."""


@dataclass(eq=False)
class Actor:
    """Somebody, or a picture of somebody. x, y, size: of the face, shares of the picture's width.

    cover: 0..1 of the face, from the left, by something of one colour. near: who is greater is in front.
    """

    pattern: Image
    is_wearer: bool
    x: float = 0.5
    y: float = 0.28
    size: float = 0.2
    turn: float = 0.0
    cover: float = 0.0
    near: float = 0.5
    is_here: bool = True
    leaves: bool = False
    moves: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def drawn(cls, rng: np.random.Generator, *, is_wearer: bool) -> "Actor":
        """With a face of their own: features at their own places."""
        coarse = rng.normal(150, 45, (6, 6, 3))
        fine = cv2.resize(coarse, (PATTERN_PX, PATTERN_PX), interpolation=cv2.INTER_CUBIC)
        return cls(np.clip(fine, 30, 230).astype(np.uint8), is_wearer)


@dataclass(eq=False)
class World:
    """People in one picture after the other. One thread at a time."""

    rng: np.random.Generator
    actors: list[Actor] = field(default_factory=list)
    size_wh: tuple[int, int] = SIZE_WH
    image: Image = field(init=False)
    visible: dict[int, NDArray[np.bool_]] = field(init=False, default_factory=dict)  # by id(actor)
    areas: dict[int, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        coarse = self.rng.integers(40, 110, (9, 16, 3)).astype(np.uint8)
        self._room = cv2.resize(coarse, (384, 216), interpolation=cv2.INTER_CUBIC)
        self.draw()

    def draw(self) -> Image:
        """The picture as it is now, with a camera's noise; a new array."""
        width, height = self.size_wh
        image = cv2.resize(self._room, self.size_wh, interpolation=cv2.INTER_AREA)
        self.visible, self.areas = {}, {}
        for actor in sorted(self.here, key=lambda actor: actor.near):
            face, thing = self.masks_of(actor, (height, width))
            box = self.box_of(actor)
            pattern = cv2.resize(actor.pattern, (max(1, box[2] - box[0]), max(1, box[3] - box[1])))
            whole = np.zeros((height, width, 3), np.uint8)
            left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
            if left < right and top < bottom:
                whole[top:bottom, left:right] = pattern[top - box[1] : bottom - box[1], left - box[0] : right - box[0]]
            image[face] = whole[face]
            image[thing] = (60, 60, 60)
            self.visible = {who: seen & ~(face | thing) for who, seen in self.visible.items()}
            self.visible[id(actor)] = face & ~thing
            self.areas[id(actor)] = max(1, int(np.pi / 4 * (box[2] - box[0]) * (box[3] - box[1])))
        noise = self.rng.integers(-2, 3, image.shape, np.int8)
        self.image = np.clip(image.astype(np.int16) + noise, 0, 255).astype(np.uint8)
        return self.image.copy()

    @property
    def here(self) -> list[Actor]:
        """Who is in the room."""
        return [actor for actor in self.actors if actor.is_here]

    def share_visible(self, actor: Actor) -> float:
        """0..1 of a face."""
        return float(self.visible[id(actor)].sum()) / self.areas[id(actor)]

    def bare_shares(self, shown: Image) -> list[float]:
        """Of each wearer in view whom a detector could find: the share of the face that `shown` shows as it is."""
        same = (
            (np.abs(shown.astype(np.int16) - self.image).max(axis=2) <= 2) if shown.shape == self.image.shape else None
        )
        if same is None:
            return []
        wearers = (actor for actor in self.here if actor.is_wearer and abs(actor.turn) <= FOUND_TURN)
        return [float((same & self.visible[id(actor)]).sum()) / self.areas[id(actor)] for actor in wearers]

    def box_of(self, actor: Actor) -> tuple[int, int, int, int]:
        """x1, y1, x2, y2 px."""
        width = self.size_wh[0]
        half = actor.size * width / 2
        wide = half * max(0.4, np.cos(np.radians(actor.turn)))
        x, y = actor.x * width, actor.y * width
        return round(x - wide), round(y - half), round(x + wide), round(y + half)

    def masks_of(self, actor: Actor, shape: tuple[int, int]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(H, W) and (H, W): a face, whatever is before it, and the thing that covers it."""
        x1, y1, x2, y2 = self.box_of(actor)
        face, thing = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        fill_ellipse(face, (x1, y1, x2, y2))
        if actor.cover > 0:
            right = round(x1 + actor.cover * (x2 - x1))
            cv2.rectangle(thing, (x1 - 3, y1 - 3), (right, y2 + 3), (1.0,), -1)
        return face > 0, thing > 0


def fill_ellipse(mask: NDArray[np.uint8], box: Sequence[float]) -> None:
    """Fill the ellipse in a box x1, y1, x2, y2, in place."""
    x1, y1, x2, y2 = (float(edge) for edge in box)
    cv2.ellipse(mask, (((x1 + x2) / 2, (y1 + y2) / 2), (max(1.0, x2 - x1), max(1.0, y2 - y1)), 0.0), (1.0,), -1)


class SimulatedDetector:
    """Finds faces that are visible enough and turned little; now and then it overlooks one."""

    def __init__(self, world: World) -> None:
        self._world = world

    def detect(self, image: Image) -> list[Detection]:
        world, found = self._world, []
        scale = image.shape[1] / world.size_wh[0]
        if (image.shape[1] > image.shape[0]) != (world.size_wh[0] > world.size_wh[1]):
            return []  # the picture was turned
        for actor in world.here:
            seen = abs(actor.turn) <= FOUND_TURN and world.share_visible(actor) >= FOUND
            if seen and world.rng.random() >= MISSED:
                box = np.array(world.box_of(actor), np.float32) * np.float32(scale)
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
        points = face.points[:, :2]
        (x1, y1), (x2, y2) = np.floor(points.min(axis=0)).astype(int) - 1, np.ceil(points.max(axis=0)).astype(int) + 2
        height, width = canvas.shape[:2]
        mask = np.zeros((height, width), np.uint8)
        across, down = (1 - RIM) / 2 * (x2 - x1), (1 - RIM) / 2 * (y2 - y1)
        fill_ellipse(mask, (x1 + across, y1 + down, x2 - across, y2 - down))
        hidden = self._hidden((width, height), (x1, y1, x2, y2))
        whole = cv2.resize(self._pattern, (max(1, x2 - x1), max(1, y2 - y1)))
        left, top, right, bottom = max(0, x1), max(0, y1), min(width, x2), min(height, y2)
        if left >= right or top >= bottom:
            return Coverage(0.0)
        part = (mask > 0)[top:bottom, left:right] & ~hidden[top:bottom, left:right]
        canvas[top:bottom, left:right][part] = whole[top - y1 : bottom - y1, left - x1 : right - x1][part]
        painted = float(part.sum()) / max(1, int(mask.sum()))
        return Coverage(min(1.0, painted), max(0.0, 1 - painted))

    def _hidden(self, size_wh: tuple[int, int], box: Sequence[int]) -> NDArray[np.bool_]:
        """What lies in front of the face at this place, if it is anybody's."""
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
        return np.asarray(cv2.resize(hidden.astype(np.uint8), size_wh, interpolation=cv2.INTER_NEAREST) > 0)
