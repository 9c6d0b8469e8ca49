"""What a swapped picture says of itself to viewers: a small tag on each swapped face, and a caption if asked for.

A tag stays where it is on its face while the face talks and trembles, and goes with it when the head moves. Where no
face is known, or none has room, it is in the picture's lower right corner. A tag goes over no swapped face's eyes and
mouth. Knows what is drawn and remembers where it was; `realtime.stream.privacy` knows which pictures carry it.
"""

import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from engines.types import Image
from realtime.disclosure import BadgeLanguage, Disclosure
from realtime.stream.badge_place import Box, FaceInView, Point, corners, is_free, is_inside
from realtime.stream.label import Label, draw_label, undrawable, wrapped

logger = logging.getLogger(__name__)

WORDS = {
    BadgeLanguage.EN: "AI",
    BadgeLanguage.ZH: "AI合成",
    BadgeLanguage.DE: "KI",
    BadgeLanguage.FR: "IA",
    BadgeLanguage.ES: "IA",
}
FACE_SHARE, FRAME_SHARE = 0.11, 0.05
"""Height of a tag / that of its face; at most, and in the corner of the picture, / the picture's shorter edge."""
MIN_HEIGHT_PX = 18
"""Below this Chinese cannot be read."""
MIN_CORNER_PX = 22
CAPTION_SHARE, MIN_CAPTION_PX, WIDEST = 0.045, 20, 0.94
RESIZED = 0.18
"""A tag keeps its size until its face calls for one that differs by this share."""
EASE_IN, EASE_OUT = 0.4, 0.02
"""Share of the way that a tag goes in a frame to where it belongs on its face, towards the face's middle and away from
it: talking moves the chin and not the tag, which stays where the chin is while the mouth is closed, within the box."""
SLACK, LEAST_SLACK_PX = 0.015, 1.0
"""How far a face moves before its tag does / its height."""
BACK_FRAMES = 30
"""A tag that had to leave a better place goes back when that was free for so long."""


@dataclass(slots=True, eq=False)
class _Spot:
    """Where a tag is. place: of `corners`. offset: from the face's anchor, px. better: frames a better one was free."""

    place: int
    height: int
    offset: Point
    corner: Point
    better: int = 0

    @classmethod
    def at(cls, place: int, height: int, corner: Point, face: FaceInView) -> "_Spot":
        """Just put there."""
        return cls(place, height, _apart(corner, face.anchor), corner)


class Badge:
    """Of one stream, pictures in order. One thread at a time."""

    def __init__(self, disclosure: Disclosure = Disclosure()) -> None:  # noqa: B008  frozen
        self._disclosure, self._faces = disclosure, tuple[FaceInView, ...]()
        self._spots: dict[int, _Spot] = {}
        self._is_caption_above = False

    def look_at(self, faces: Iterable[FaceInView], disclosure: Disclosure) -> None:
        """Who is swapped in the picture that is stamped next, and what it is to say."""
        self._faces, self._disclosure = tuple(faces), disclosure

    def stamp(self, canvas: Image) -> None:
        """Mark `canvas`, in place; one that is smaller than a tag gets as much of it as fits."""
        frame_wh = canvas.shape[1], canvas.shape[0]
        features = [feature for face in self._faces for feature in face.features]
        drawn = list(self._caption(frame_wh, features))
        if self._disclosure.badge:
            taken = [*features, *(_box_of(*one) for one in drawn)]
            drawn += self._tags(words_in(self._disclosure.language), frame_wh, taken)
        for label, left, top in drawn:
            label.stamp(canvas, left, top)

    def _tags(self, words: str, frame_wh: tuple[int, int], taken: list[Box]) -> list[tuple[Label, int, int]]:
        """A tag for each face; one in the picture's corner where a face has no room, or none is known."""
        tags, spots = list[tuple[Label, int, int]](), dict[int, _Spot]()
        for face in self._faces:
            spot = _moved(self._spots.get(face.id), face, words, frame_wh, taken)
            if spot is not None:
                spots[face.id] = spot
                tags.append((draw_label(words, spot.height), round(spot.corner[0]), round(spot.corner[1])))
                taken.append(_box_of(*tags[-1]))
        self._spots = spots
        if len(spots) < len(self._faces) or not self._faces:
            tags.append(_in_corner(words, frame_wh))
        return tags

    def _caption(self, frame_wh: tuple[int, int], features: Sequence[Box]) -> Iterable[tuple[Label, int, int]]:
        """Its lines, in the middle of the lower edge, or of the upper one where eyes or a mouth are below."""
        if not self._disclosure.caption:
            return ()
        below, above = (_lines(self._disclosure.caption, frame_wh, above=above) for above in (False, True))
        now, other = (above, below) if self._is_caption_above else (below, above)
        hides = [_hides(lines, features) for lines in (now, other)]
        if hides[0] and not hides[1]:
            self._is_caption_above, now = not self._is_caption_above, other
        return now


@cache
def words_in(language: BadgeLanguage) -> str:
    """What a tag says; English, with a warning, where this OpenCV has no letters for it."""
    words = WORDS[language]
    if not undrawable(words):
        return words
    logger.warning("the badge is in English: this OpenCV has no letters for %s (its wheels have)", words)
    return WORDS[BadgeLanguage.EN]


def _moved(
    before: _Spot | None, face: FaceInView, words: str, frame_wh: tuple[int, int], taken: Sequence[Box]
) -> _Spot | None:
    """Where a face's tag is now; None where there is no room. before: where it was, if it was."""
    height = _height(face, frame_wh, before)
    tag_wh = draw_label(words, height).size_wh
    places = corners(face, tag_wh, frame_wh)
    best = next((number for number, place in enumerate(places) if is_free(place, tag_wh, taken)), None)
    if best is None:
        return None
    if before is None:
        return _Spot.at(best, height, places[best], face)
    spot, belongs = before, places[before.place]
    spot.height, spot.better = height, spot.better + 1 if best < spot.place else 0
    if spot.better > BACK_FRAMES or (spot.place != best and not is_free(belongs, tag_wh, taken)):
        return _Spot.at(best, height, places[best], face)
    wanted = _apart(belongs, face.anchor)
    spot.offset = _eased(spot.offset, wanted, _inward(belongs, tag_wh, face))
    spot.corner = _follow(spot.corner, _sum(face.anchor, spot.offset), max(LEAST_SLACK_PX, SLACK * face.height))
    if not (is_inside(spot.corner, tag_wh, frame_wh) and is_free(spot.corner, tag_wh, taken)):
        spot.offset, spot.corner = wanted, belongs
    return spot


def _eased(offset: Point, wanted: Point, inward: Point) -> Point:
    """`offset`, a frame later."""
    (x, y), (to_x, to_y), (in_x, in_y) = offset, wanted, inward
    share_x = EASE_IN if (to_x - x) * in_x > 0 else EASE_OUT
    share_y = EASE_IN if (to_y - y) * in_y > 0 else EASE_OUT
    return x + share_x * (to_x - x), y + share_y * (to_y - y)


def _inward(corner: Point, tag_wh: tuple[int, int], face: FaceInView) -> Point:
    """From the tag's middle to the face's."""
    x1, y1, x2, y2 = face.box
    return (x1 + x2 - tag_wh[0]) / 2 - corner[0], (y1 + y2 - tag_wh[1]) / 2 - corner[1]


def _follow(place: Point, target: Point, slack: float) -> Point:
    """`place`, no farther than `slack` from `target`."""
    x, y = _apart(target, place)
    distance = math.hypot(x, y)
    go = 0.0 if distance <= slack else 1 - slack / distance
    return place[0] + go * x, place[1] + go * y


def _apart(to: Point, begin: Point) -> Point:
    return to[0] - begin[0], to[1] - begin[1]


def _sum(one: Point, other: Point) -> Point:
    return one[0] + other[0], one[1] + other[1]


def _height(face: FaceInView, frame_wh: tuple[int, int], before: _Spot | None) -> int:
    """Of a face's tag, px."""
    most = max(MIN_HEIGHT_PX, round(min(frame_wh) * FRAME_SHARE))
    wanted = min(max(MIN_HEIGHT_PX, round(face.height * FACE_SHARE)), most)
    if before is not None and before.height <= most and abs(wanted - before.height) < RESIZED * before.height:
        return before.height
    return wanted


def _in_corner(words: str, frame_wh: tuple[int, int]) -> tuple[Label, int, int]:
    height = max(MIN_CORNER_PX, round(min(frame_wh) * FRAME_SHARE))
    label = draw_label(words, height)
    left, top = (size - height // 3 - own for size, own in zip(frame_wh, label.size_wh, strict=True))
    return label, max(0, left), max(0, top)


@lru_cache(maxsize=16)
def _lines(caption: str, frame_wh: tuple[int, int], *, above: bool) -> tuple[tuple[Label, int, int], ...]:
    height = max(MIN_CAPTION_PX, round(min(frame_wh) * CAPTION_SHARE))
    lines = [draw_label(line, height) for line in wrapped(caption, height, round(frame_wh[0] * WIDEST))]
    first = height // 2 if above else frame_wh[1] - height // 2 - height * len(lines)
    return tuple(
        (label, (frame_wh[0] - label.size_wh[0]) // 2, first + number * height) for number, label in enumerate(lines)
    )


def _hides(lines: Iterable[tuple[Label, int, int]], features: Sequence[Box]) -> bool:
    return any(not is_free((left, top), label.size_wh, features) for label, left, top in lines)


def _box_of(label: Label, left: int, top: int) -> Box:
    return left, top, left + label.size_wh[0], top + label.size_wh[1]
