"""Whether "swapped" is true of a frame: looked up in its pixels, whatever the painter says.

A painter may do nothing, leave out half of a face, or paint beside it. What it left unchanged is compared with how that
person looks: a hand or a cup is nothing like them, their own skin is. Knows two pictures, landmarks and looks; knows no
painter.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from engines.recognition.appearance import Appearance, FlatFace, Plane, flat_face, inner_face
from engines.source_faces.fitness import head_angles
from engines.types import Coverage, Image, Points

UNCHANGED = 3.0
"""Of 255, mean of three channels over AVERAGED_PX of the flat face: what differs less was not painted."""
AVERAGED_PX = 3
OWN = 0.7
"""Agreement with the person, within what was not painted, from which on it is their own skin. Of what covers half of a
face it is 0.5 and mostly less; of half a bare face 0.87 and more (four clips of `../shared/media`)."""
MOST_BARE = 0.36
"""Share of a face that may be its own: a target's glasses and the hair on the forehead are left as they are. Honestly
swapped halves of faces reach 0.35 (`benchmarks.privacy`, covers)."""
LITTLE_HIDDEN, MOST_UNEXPLAINED = 0.1, 0.3
"""Where a painter says that less of a face is covered, so much of it may not be painted: 0.27 at most in 1,008 honest
swaps (four clips of `../shared/media` and four generated people, six sources, three strengths)."""
UNTOUCHED = 0.9
"""Share from which on nothing was painted at all, whatever covers a part of the face."""
LEAST_PAINTED, LEAST_OF_VISIBLE = 0.27, 0.50
"""Of a face, what must have been painted: of all of it, and of what is not hidden. Of faces of which half is covered
one frame in a hundred stays below 0.27, of those covered by 70 % two in three; below it the watermark of
`benchmarks.privacy` was as strong as in a bare face in five frames of 2,160, above it in none."""

TURNED_DEG, LEAST_OF_TURNED = 30.0, 0.65
"""Of a head that is turned so far to a side, what must have been painted, whatever is said to be hidden: of profiles
the compositor takes bare skin for something in front of it. Honest ones have 0.77 and more, bare ones 0.28 to 0.60
(`benchmarks.privacy`, turns)."""


def is_covered(coverage: Coverage, points: Points) -> bool:
    """Whether a painter painted enough of what is to be seen of a face. points: (468, 3) px."""
    if abs(head_angles(points)[0]) >= TURNED_DEG and coverage.painted < LEAST_OF_TURNED:
        return False
    visible = max(1 - coverage.occluded, 1e-6)
    return coverage.painted >= LEAST_PAINTED and coverage.painted / visible >= LEAST_OF_VISIBLE


@dataclass(frozen=True, slots=True)
class Inspection:
    """One face before it was painted. points: (468, 3) px. own: how its person looks."""

    points: Points
    before: FlatFace
    own: Appearance

    @classmethod
    def begin(cls, image: Image, points: Points, own: Appearance) -> "Inspection":
        """image: not yet painted."""
        return cls(points, flat_face(image, points), own)

    def is_bare(self, painted: Image, coverage: Coverage) -> bool:
        """Whether somebody could still see in `painted`, the same picture afterwards, who it is.

        coverage: what the painter says. Where it says that nothing covers the face, all that it left is the face.
        """
        unchanged = self._unchanged(painted)
        share = self._share(unchanged)
        if coverage.occluded < LITTLE_HIDDEN:
            return share > MOST_UNEXPLAINED
        if share <= MOST_BARE or share >= UNTOUCHED or not self.own.looks:
            return share > MOST_BARE
        return self.own.agreement(self.before.look(), unchanged) >= OWN

    def bare_share(self, painted: Image) -> float:
        """0..1: how much of the face without its rim is still in `painted` as it was before."""
        return self._share(self._unchanged(painted))

    def _share(self, unchanged: Plane) -> float:
        weight = self.before.seen * inner_face()
        return float((unchanged * weight).sum() / max(float(weight.sum()), 1e-6))

    def _unchanged(self, painted: Image) -> Plane:
        """1 where it is as it was before, else 0."""
        after = flat_face(painted, self.points)
        apart = cv2.blur(np.abs(after.colours - self.before.colours).mean(axis=2), (AVERAGED_PX, AVERAGED_PX))
        return np.asarray(apart < UNCHANGED, np.float32)
