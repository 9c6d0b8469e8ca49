"""Whom an outside network takes a shown face for: its target, or the source.

dlib's recogniser, as `benchmarks.quality` uses it; distances below 0.6 are one person. A face is the target's when it
is nearer to the same face as the camera saw it than to the source's photo, and near enough to be one person with it.
Knows faces in pictures; knows no scene.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.scoring.evaluators import Embedding, Evaluator
from engines.types import FaceLandmarks, Image, Points, SourcePhoto

SAMPLED = 5
"""Every how many frames it is asked; it takes as long as twenty swaps."""
LEAST_SHARE = 0.5
"""Of a face that is to be seen: it was trained on whole ones."""
ONE_PERSON = 0.6


@dataclass(frozen=True, slots=True)
class Recogniser:
    """source: as the network sees it."""

    evaluator: Evaluator
    source: Embedding

    @classmethod
    def of(cls, photo: SourcePhoto) -> "Recogniser":
        """Raises UserError without the group `quality`."""
        evaluator = Evaluator()
        return cls(evaluator, evaluator.look(photo.image, photo.face)[1])

    def takes_for_target(self, camera: Image, shown: Image, points: Points) -> bool:
        """points: (468, 3) px, where the face is in both pictures."""
        face = FaceLandmarks(points, 1.0)
        (_, bare), (_, seen) = self.evaluator.look(camera, face), self.evaluator.look(shown, face)
        to_target = float(np.linalg.norm(seen - bare))
        return to_target < min(ONE_PERSON, float(np.linalg.norm(seen - self.source)))
