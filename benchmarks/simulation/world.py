"""A small world of people, posters and things before them, and its pictures.

Everything is known, so what of a target's bare face is in a picture can be counted in pixels, and a million pictures
can be tried. Knows places, covers and turns; knows no engine and no pipeline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Image

SIZE_WH = 192, 108
PATTERN_PX = 24
FOUND_TURN, FOLLOWED_TURN = 75.0, 55.0
"""Degrees up to which a detector finds a face, and landmarks follow it."""
THING, COVER_PX = (60, 60, 60), 3
"""Colour of what covers a face, and how far it goes beyond it, px."""
NOISE = (140, 250, 3)
"""Of the sheet of noise of which every picture takes another part."""
SAME = 2
"""Of 255: a pixel that differs less from the camera's is shown as it is."""


@dataclass(eq=False)
class Actor:
    """Somebody, or a picture of somebody. x, y, size: of the face, shares of the picture's width.

    cover: 0..1 of the face, from the left, by something of one colour. near: who is greater is in front.
    """

    pattern: Image
    is_target: bool
    x: float = 0.5
    y: float = 0.28
    size: float = 0.2
    turn: float = 0.0
    cover: float = 0.0
    near: float = 0.5
    is_here: bool = True
    leaves: bool = False
    moves: tuple[float, float] = (0.0, 0.0)

    @property
    def seen_from_here(self) -> Image:
        """The pattern; of a face that is turned far, its side comes round."""
        beyond = max(0.0, abs(self.turn) - FOLLOWED_TURN) / (90 - FOLLOWED_TURN)
        return np.roll(self.pattern, round(beyond * PATTERN_PX / 2), axis=1)

    @classmethod
    def drawn(cls, rng: np.random.Generator, *, is_target: bool) -> "Actor":
        """With a face of their own: features at their own places."""
        coarse = rng.normal(150, 45, (6, 6, 3))
        fine = cv2.resize(coarse, (PATTERN_PX, PATTERN_PX), interpolation=cv2.INTER_CUBIC)
        return cls(np.clip(fine, 30, 230).astype(np.uint8), is_target)


@dataclass(eq=False)
class World:
    """People in one picture after the other. One thread at a time.

    visible: (H, W) of each face, areas: its px with what hides it. found, overlooked: whom a look at this picture
    found, and whom none did, though it could have. All by id(actor).
    """

    rng: np.random.Generator
    actors: list[Actor] = field(default_factory=list)
    size_wh: tuple[int, int] = SIZE_WH
    image: Image = field(init=False)
    visible: dict[int, NDArray[np.bool_]] = field(init=False, default_factory=dict)
    areas: dict[int, int] = field(init=False, default_factory=dict)
    found: set[int] = field(init=False, default_factory=set)
    overlooked: set[int] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._rooms: dict[tuple[int, int], NDArray[np.int16]] = {}
        coarse = self.rng.integers(40, 110, (9, 16, 3)).astype(np.uint8)
        self._room = cv2.resize(coarse, (384, 216), interpolation=cv2.INTER_CUBIC)
        self._noise = self.rng.integers(-2, 3, NOISE, np.int8)
        self.draw()

    def draw(self) -> Image:
        """The picture as it is now, with a camera's noise; a new array."""
        width, height = self.size_wh
        if self.size_wh not in self._rooms:
            room = cv2.resize(self._room, self.size_wh, interpolation=cv2.INTER_AREA)
            self._rooms[self.size_wh] = room.astype(np.int16)
        image = self._rooms[self.size_wh].copy()
        self.visible, self.areas, self.found, self.overlooked = {}, {}, set(), set()
        for actor in sorted(self.here, key=lambda actor: actor.near):
            face, thing, box = *self.masks_of(actor, (height, width)), self.box_of(actor)
            place = inside(grown(box, COVER_PX), self.size_wh)
            whole = cv2.resize(actor.seen_from_here, (max(1, box[2] - box[0]), max(1, box[3] - box[1])))
            part = image[place]
            rows, columns = np.mgrid[place]
            at = np.clip(rows - box[1], 0, whole.shape[0] - 1), np.clip(columns - box[0], 0, whole.shape[1] - 1)
            part[face[place]] = whole[at][face[place]]
            part[thing[place]] = THING
            for seen in self.visible.values():
                seen[place] &= ~(face[place] | thing[place])
            self.visible[id(actor)] = face & ~thing
            self.areas[id(actor)] = area_of(box[2] - box[0], box[3] - box[1])
        rows, columns, _ = NOISE
        row, column = self.rng.integers(rows - height + 1), self.rng.integers(columns - width + 1)
        image += self._noise[row : row + height, column : column + width]
        self.image = np.clip(image, 0, 255).astype(np.uint8)
        return self.image.copy()

    @property
    def here(self) -> list[Actor]:
        """Who is in the room."""
        return [actor for actor in self.actors if actor.is_here]

    def note_look(self, actor: Actor, *, is_seen: bool) -> None:
        """A detector looked at this picture, and found somebody or did not."""
        if is_seen:
            self.found.add(id(actor))
        self.overlooked = (self.overlooked | {id(actor)}) - self.found

    def share_visible(self, actor: Actor) -> float:
        """0..1 of a face."""
        return np.count_nonzero(self.visible[id(actor)]) / self.areas[id(actor)]

    def bare_shares(self, shown: Image) -> list[tuple[float, bool]]:
        """Of each target in view whom a detector could find: the share of the face that `shown` shows as it is.

        And whether a search of this picture overlooked them, or somebody before them or behind.
        """
        if shown.shape != self.image.shape:
            return []
        return [
            (self._bare_share(shown, actor), self._is_overlooked(actor))
            for actor in self.here
            if actor.is_target and abs(actor.turn) <= FOUND_TURN
        ]

    def _is_overlooked(self, actor: Actor) -> bool:
        overlooked = [self.box_of(other) for other in self.here if id(other) in self.overlooked]
        x1, y1, x2, y2 = self.box_of(actor)
        return any(x1 < box[2] and box[0] < x2 and y1 < box[3] and box[1] < y2 for box in overlooked)

    def _bare_share(self, shown: Image, actor: Actor) -> float:
        place = inside(self.box_of(actor), self.size_wh)
        apart = np.abs(shown[place].astype(np.int16) - self.image[place])
        same = (apart[..., 0] <= SAME) & (apart[..., 1] <= SAME) & (apart[..., 2] <= SAME)
        return min(1.0, np.count_nonzero(same & self.visible[id(actor)][place]) / self.areas[id(actor)])

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
            cv2.rectangle(thing, (x1 - COVER_PX, y1 - COVER_PX), (right, y2 + COVER_PX), (1.0,), -1)
        return face.view(np.bool_), thing.view(np.bool_)


@cache
def area_of(width: int, height: int) -> int:
    """px of a face in a box of that size, at least 1."""
    mask = np.zeros((height + 4, width + 4), np.uint8)
    fill_ellipse(mask, (2, 2, width + 2, height + 2))
    return max(1, int(np.count_nonzero(mask)))


def grown(box: tuple[int, int, int, int], by: int) -> tuple[int, int, int, int]:
    """A box x1, y1, x2, y2 with so many px more on each side."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def inside(box: tuple[int, int, int, int], size_wh: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a picture that a box and its edges cover; perhaps none."""
    x1, y1, x2, y2 = box
    left, top = max(0, x1 - 1), max(0, y1 - 1)
    right, bottom = min(size_wh[0], x2 + 2), min(size_wh[1], y2 + 2)
    return slice(top, max(top, bottom)), slice(left, max(left, right))


def fill_ellipse(mask: NDArray[np.uint8], box: Sequence[float]) -> None:
    """Fill the ellipse in a box x1, y1, x2, y2, in place."""
    x1, y1, x2, y2 = (float(edge) for edge in box)
    cv2.ellipse(mask, (((x1 + x2) / 2, (y1 + y2) / 2), (max(1.0, x2 - x1), max(1.0, y2 - y1)), 0.0), (1.0,), -1)
