"""What a swapped picture says of itself to viewers: a small tag on each swapped face, and a caption if asked for.

A tag stays where it is on its face while the face talks and trembles, and goes with it when the head moves. Where no
face is known, or none has room, it is in the picture's lower right corner. A tag goes over no swapped face's eyes and
mouth. Knows what is drawn and remembers where it was; `realtime.stream.privacy` knows which pictures carry it.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from engines.types import Image
from realtime.disclosure import BadgeLanguage, Disclosure
from realtime.stream.badge_place import Box, FaceInView, corners, is_free, is_inside
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
EASE = 0.1
"""Share of the way that a tag goes in a frame to where it belongs on its face: talking moves the chin, not the tag."""
SLACK, LEAST_SLACK_PX = 0.015, 1.0
"""How far a face moves before its tag does / its height."""
BACK_FRAMES = 30
"""A tag that had to leave a better place goes back when that was free for so long."""


@dataclass(slots=True, eq=False)
class _Spot:
    """Where a tag is. place: of `corners`. offset: from the face's anchor, px. better: frames a better one was free."""

    place: int
    height: int
    offset: NDArray[np.float64]
    corner: NDArray[np.float64]
    better: int = 0


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
                left, top = np.rint(spot.corner).astype(int).tolist()
                tags.append((draw_label(words, spot.height), left, top))
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
    places = [np.array(corner) for corner in corners(face, tag_wh, frame_wh)]
    free = [number for number, place in enumerate(places) if is_free(tuple(place), tag_wh, taken)]
    if not free:
        return None
    spot = _Spot(free[0], height, places[free[0]] - face.anchor, places[free[0]]) if before is None else before
    spot.height, spot.better = height, spot.better + 1 if free[0] < spot.place else 0
    if spot.place not in free or spot.better > BACK_FRAMES:
        return _Spot(free[0], height, places[free[0]] - face.anchor, places[free[0]])
    belongs = places[spot.place]
    spot.offset = spot.offset + EASE * (belongs - face.anchor - spot.offset)
    spot.corner = _follow(spot.corner, face.anchor + spot.offset, max(LEAST_SLACK_PX, SLACK * face.height))
    if not (is_inside(tuple(spot.corner), tag_wh, frame_wh) and is_free(tuple(spot.corner), tag_wh, taken)):
        spot.offset, spot.corner = belongs - face.anchor, belongs
    return spot


def _follow(place: NDArray[np.float64], target: NDArray[np.float64], slack: float) -> NDArray[np.float64]:
    """`place`, no farther than `slack` from `target`."""
    apart = target - place
    distance = float(np.hypot(*apart))
    return place if distance <= slack else place + apart * (1 - slack / distance)


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
