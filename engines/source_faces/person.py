"""Several photos of one person, made one source: the straightest first, then those that show what it does not.

Knows examined photos; does not recognise anybody: that they show one person is the word of whoever gave them.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engines.image.geometry import eye_distance
from engines.source_faces.fitness import head_angles
from engines.types import SourcePhoto

MOST = 6
"""Photos kept: more add milliseconds and little else."""
LARGE_ENOUGH = 0.5
"""Of the largest face's size: a smaller one is not taken first, however straight it is."""


def one_person(photos: Sequence[SourcePhoto], name: str) -> SourcePhoto:
    """The best photo with the others as its `more`. photos: at least one. name: of the person."""
    sizes = [eye_distance(photo.face.points) for photo in photos]
    angles = np.array([head_angles(photo.face.points) for photo in photos])
    straight = np.linalg.norm(angles, axis=1)
    large = np.array(sizes) >= LARGE_ENOUGH * max(sizes)
    chosen = [int(np.argmin(np.where(large, straight, np.inf)))]
    while len(chosen) < min(MOST, len(photos)):
        apart = np.linalg.norm(angles[:, np.newaxis] - angles[chosen], axis=2).min(axis=1)
        apart[chosen] = -1
        chosen.append(int(np.argmax(apart)))
    first, *others = (photos[number] for number in chosen)
    return replace(first, name=name, more=tuple(others))
