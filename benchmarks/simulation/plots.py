"""The scenes in which bare faces once got out, and those that an honest hour is made of: with real people.

Knows who stands where when; knows no pipeline. Distances and sizes are px of a picture of 1280x720.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.simulation.clips import COLOURS, SIDES, SIZE_WH, CutOut, Plot, Target, cover
from benchmarks.simulation.faults import FAULTS
from benchmarks.simulation.turned import facing
from engines.types import Image

KINDS = (
    "one person",
    "two people",
    "neighbours",
    "crossings",
    "posters",
    "newcomers",
    "away and back",
    "sizes",
    "turns",
    "covers",
    "faults",
)
EVERYWHERE = np.ones(SIZE_WH[::-1], np.bool_)
NEAR = 260, 330, 420
POSTERS = 150, 220, 300
PROFILE = 75.0
"""Degrees: a detector still sees most such faces, and landmarks fail on many."""
BARE_FRAMES, TENTH_FRAMES = 10, 4
"""Before a cover comes, and for each tenth of the face that it covers more."""
FEW_COLOURS = "white", "skin"
SETTLED = 15
"""Frames of a call that are not counted as its price: the first look at a picture takes two."""


@dataclass(frozen=True, slots=True)
class People:
    """targets: who may wear a face. other: somebody else. poster: a picture on the wall."""

    targets: Sequence[CutOut]
    other: CutOut
    poster: CutOut

    @property
    def target(self) -> CutOut:
        """The first of them."""
        return self.targets[0]


def calm(people: People) -> list[Plot]:
    """What an honest call is made of: somebody alone, and two people side by side."""

    def alone(who: CutOut) -> Plot:
        def draw(canvas: Image, number: int) -> list[Target]:
            return [(who.draw(canvas, number, (640, 380), 260)[0], EVERYWHERE)]

        return Plot("one person", "alone", 105, draw, price=lambda number: "one person" if number >= SETTLED else "")

    def beside(who: CutOut) -> Plot:
        def draw(canvas: Image, number: int) -> list[Target]:
            people.other.draw(canvas, number, (900, 360), 240)
            return [(who.draw(canvas, number, (420, 360), 260)[0], EVERYWHERE)]

        return Plot("two people", "beside", 105, draw, price=lambda number: "two people" if number >= SETTLED else "")

    return [*map(alone, people.targets), *map(beside, people.targets)]


def neighbours(people: People) -> list[Plot]:
    """The target's face is covered for 0.7 s beside a person or a poster."""

    def plot(other: CutOut, name: str, apart: int) -> Plot:
        def draw(canvas: Image, number: int) -> list[Target]:
            other.draw(canvas, number, (480 + apart, 360), 240)
            points, _ = people.target.draw(canvas, number, (480, 360), 260)
            if 40 <= number < 60:
                cover(canvas, points, "left", 1.2, "grey")
                return []
            return [(points, EVERYWHERE)]

        return Plot("neighbours", f"covered for 0.7 s, a {name} {apart} px away", 130, draw)

    others = {"person": people.other, "poster": people.poster}
    return [plot(other, name, apart) for name, other in others.items() for apart in NEAR]


def crossings(people: People) -> list[Plot]:
    """Somebody crosses in front of the target, or behind."""

    def plot(in_front: bool, speed: int) -> Plot:
        def draw(canvas: Image, number: int) -> list[Target]:
            way = min(800, speed * number)
            if not in_front:
                people.other.draw(canvas, number, (1040 - way, 360), 235)
            points, _ = people.target.draw(canvas, number, (240 + way, 360), 260)
            hides = people.other.draw(canvas, number, (1040 - way, 360), 235)[1] if in_front else ~EVERYWHERE
            return [(points, ~hides)]

        where = "in front" if in_front else "behind"
        return Plot("crossings", f"{where}, {speed} px a frame", 60 + 800 // speed, draw)

    return [plot(in_front, speed) for in_front in (True, False) for speed in (6, 12)]


def posters(people: People) -> list[Plot]:
    """A poster is there first, larger or smaller, left of the target or right."""

    def plot(size: int, x: int) -> Plot:
        def draw(canvas: Image, number: int) -> list[Target]:
            people.poster.draw(canvas, number, (x, 300), size)
            if number < 30:
                return []
            return [(people.target.draw(canvas, number, (1280 - x - 100, 380), 270)[0], EVERYWHERE)]

        return Plot("posters", f"one of {size} px at {x} first", 110, draw)

    return [plot(size, x) for size in POSTERS for x in (300, 950)]


def comings(people: People) -> list[Plot]:
    """Newcomers with --faces all, and a target who leaves for 11 s beside a poster."""

    def newcomer(canvas: Image, number: int) -> list[Target]:
        first = people.other.draw(canvas, number, (350, 380), 260)[0]
        if number < 50:
            return [(first, EVERYWHERE)]
        return [(first, EVERYWHERE), (people.target.draw(canvas, number, (900, 380), 250)[0], EVERYWHERE)]

    def walks_in(canvas: Image, number: int) -> list[Target]:
        first = people.other.draw(canvas, number, (350, 380), 260)[0]
        second, hides = people.target.draw(canvas, number, (max(820, 1500 - 10 * number), 380), 250)
        return [(first, ~hides), (second, EVERYWHERE)]

    def returns(canvas: Image, number: int) -> list[Target]:
        people.poster.draw(canvas, number, (950, 300), 210)
        if 30 <= number < 360:
            return []
        return [(people.target.draw(canvas, number, (420, 380), 270)[0], EVERYWHERE)]

    return [
        Plot("newcomers", "appears", 110, newcomer, faces="all"),
        Plot("newcomers", "walks in", 130, walks_in, faces="all"),
        Plot("away and back", "11 s beside a poster", 420, returns),
    ]


def sizes(people: People) -> list[Plot]:
    """The target comes near and goes far, and jumps."""

    def breathing(canvas: Image, number: int) -> list[Target]:
        size = 230 + 170 * float(np.sin(number / 15))
        return [(people.target.draw(canvas, number, (640, 370), size)[0], EVERYWHERE)]

    def jumping(canvas: Image, number: int) -> list[Target]:
        size = (120, 300, 200)[number // 20 % 3]
        place = ((300, 300), (800, 380), (1000, 350))[number // 20 % 3]
        return [(people.target.draw(canvas, number, place, size)[0], EVERYWHERE)]

    return [Plot("sizes", "near and far", 120, breathing), Plot("sizes", "cuts", 120, jumping)]


def turns(people: People) -> list[Plot]:
    """A head that rolls over slowly, one that lies for half a second, several times farther, and profiles."""

    def rolls(who: CutOut) -> Plot:
        def draw(canvas: Image, number: int) -> list[Target]:
            roll = 2.0 * max(0, min(number - 20, 180, 200 - number))
            return [(who.draw(canvas, number, (640, 370), 240, roll)[0], EVERYWHERE)]

        return Plot("turns", "rolls over and back", 210, draw)

    def lies(who: CutOut) -> Plot:
        def draw(canvas: Image, number: int) -> list[Target]:
            roll = (40, 60, 90, 135, 180, -75)[number // 30 % 6] if number % 30 >= 15 else 0
            return [(who.draw(canvas, number, (640, 370), 240, roll)[0], EVERYWHERE)]

        return Plot("turns", "lies for half a second", 180, draw)

    sideways = [_sideways(who, to, over) for who in people.targets for to in (-PROFILE, PROFILE) for over in (6, 40)]
    return [*map(rolls, people.targets), *map(lies, people.targets), *sideways]


def _sideways(who: CutOut, to: float, over: int) -> Plot:
    """A head that turns by so many degrees in so many frames, stays there and turns back."""

    def draw(canvas: Image, number: int) -> list[Target]:
        yaw = to * min(1.0, max(0.0, min(number - 20, 30 + 2 * over + 20 - number) / over))
        points = who.draw(canvas, number, (640, 370), 240, yaw=yaw)[0]
        return [(points, facing(points, canvas.shape))]

    return Plot("turns", f"turns by {to:.0f} degrees in {over} frames", 70 + 2 * over, draw)


def covers(people: People, colours: Sequence[str] = tuple(COLOURS)) -> list[Plot]:
    """A thing that covers one more tenth of the face every few frames, and goes. Of few colours before the others."""

    def plot(who: CutOut, side: str, colour: str) -> Plot:
        def tenth(number: int) -> int:
            return min(10, (number - BARE_FRAMES) // TENTH_FRAMES + 1) if number >= BARE_FRAMES else 0

        def draw(canvas: Image, number: int) -> list[Target]:
            points, _ = who.draw(canvas, number, (640, 380), 260)
            if tenth(number) == 0 or number >= BARE_FRAMES + 10 * TENTH_FRAMES:
                return [(points, EVERYWHERE)]
            return [(points, cover(canvas, points, side, tenth(number) / 10, colour))]

        def price(number: int) -> str:
            lasts = BARE_FRAMES <= number < BARE_FRAMES + 10 * TENTH_FRAMES
            return f"covered {10 * tenth(number):3} %" if lasts else ""

        return Plot("covers", f"{side}, {colour}", BARE_FRAMES + 11 * TENTH_FRAMES, draw, price=price)

    return [
        plot(who, side, colour)
        for who in people.targets
        for side in SIDES
        for colour in (colours if who is people.target else FEW_COLOURS)
    ]


def faults(people: People) -> list[Plot]:
    """Engines that fail in the middle of a call."""

    def draw(canvas: Image, number: int) -> list[Target]:
        return [(people.target.draw(canvas, number, (640, 380), 260)[0], EVERYWHERE)]

    return [Plot("faults", kind, 75, draw, fault=kind) for kind in FAULTS]
