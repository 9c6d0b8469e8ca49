"""The hands near faces, frame after frame, with as few looks as possible.

A hand at a face is followed by its landmarks in every frame; for others palms are searched for now and then, around
one face at a time, and after the picture is out. Knows hands over time; knows nothing of what they cover.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engines.image.geometry import box_of, overlap, size_of
from engines.landmarks.hands import same_hand
from engines.types import HandFinder, HandLandmarks, Image, Points

MOST_HANDS = 4
SEARCH_PERIOD_NS = 200_000_000
"""Between looks for hands: a hand takes about as long from where it is searched for to a face."""
SELDOM = 3
SEARCHED = 0.7, 0.4
"""How far around a face, in its sizes, in turn: palms are found by their size in the picture that is looked at."""
AT_FACE = 0.5
"""How near a face a hand is followed, in sizes of the face."""


class HandTracker:
    """Follows the hands that are at a face. One thread at a time."""

    def __init__(self, finder: HandFinder) -> None:
        self._finder = finder
        self._hands: list[HandLandmarks] = []
        self._searched_ns: int | None = None
        self._searches = 0
        self._to_search: tuple[Image, Points] | None = None
        self._period_ns = SEARCH_PERIOD_NS

    def search_seldom(self, seldom: bool) -> None:
        """Look for hands a third as often, to save work."""
        self._period_ns = SEARCH_PERIOD_NS * (SELDOM if seldom else 1)

    def forget(self) -> None:
        """Begin anew, with a search: pictures come in another size from now on."""
        self._hands, self._searched_ns, self._to_search = [], None, None

    def update(self, image: Image, faces: Sequence[Points], at_ns: int) -> tuple[HandLandmarks, ...]:
        """The hands seen at a face in `image`.

        faces: (4,) boxes, px. at_ns: the picture's time, monotonic, rising from call to call.
        """
        if not faces:
            self.forget()
            return ()
        self.run_deferred()
        followed = [self._finder.follow(image, hand) for hand in self._hands]
        hands = _without_doubles([hand for hand in followed if hand is not None])
        if len(hands) < len(self._hands) or self._is_due(at_ns):
            self._searched_ns = at_ns
            self._to_search = _cut(image, self._next_place(faces))
        near = [hand for hand in hands if any(overlap(box_of(hand.points), _grown(face, AT_FACE)) for face in faces)]
        self._hands = near[:MOST_HANDS]
        return tuple(self._hands)

    def run_deferred(self) -> None:
        """Do the search that is due, if one is: between two pictures, when nobody waits for one."""
        if self._to_search is None:
            return
        (image, origin), self._to_search = self._to_search, None
        known = [_shifted(hand, -origin) for hand in self._hands]
        found = [_shifted(hand, origin) for hand in self._finder.search(image, known)]
        self._hands = _without_doubles([*self._hands, *found])

    def _next_place(self, faces: Sequence[Points]) -> Points:
        """(4,) px: around each face in turn, from near and far."""
        number, self._searches = self._searches, self._searches + 1
        return _grown(faces[number // len(SEARCHED) % len(faces)], SEARCHED[number % len(SEARCHED)])

    def _is_due(self, at_ns: int) -> bool:
        return self._searched_ns is None or at_ns - self._searched_ns >= self._period_ns


def _cut(image: Image, box: Points) -> tuple[Image, Points] | None:
    """A copy of a part of the image, and where it was, (2,) px; None when the part is beyond it."""
    left, top = (int(max(0, edge)) for edge in box[:2])
    part = image[top : max(0, int(box[3])), left : max(0, int(box[2]))]
    return (part.copy(), np.array([left, top], np.float32)) if min(part.shape[:2]) > 1 else None


def _shifted(hand: HandLandmarks, by_xy: Points) -> HandLandmarks:
    return replace(hand, points=hand.points + np.array([*by_xy, 0], np.float32))


def _without_doubles(hands: Sequence[HandLandmarks]) -> list[HandLandmarks]:
    """Earlier ones stay."""
    kept: list[HandLandmarks] = []
    for hand in hands:
        if not any(same_hand(hand, other) for other in kept):
            kept.append(hand)
    return kept


def _grown(box: Points, share: float) -> Points:
    """A box with `share` of its longer side around."""
    margin = np.float32(share * size_of(box))
    return np.concatenate([box[:2] - margin, box[2:] + margin])
