"""What is counted of a thing before a face, where the truth is known to the pixel: areas of the flat face.

Knows areas and numbers; knows no thing and no way of finding it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.swappers.fields import Field
from engines.swappers.in_front import in_front
from engines.types import FaceLandmarks, Image
from realtime.assembly import FaceEngines
from realtime.clock import NS_PER_S
from realtime.sources.media import open_file
from realtime.tracking import FaceTracker

FRAMES = 75
"""Of each clip."""
FPS = 25
LEAST = 0.03
"""Of the face, that a thing covers where it is asked about."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Covered:
    """One frame. kept, true: (H, W) of the flat face, what was left alone and what should have been."""

    kept: Mask
    true: Mask


@dataclass(frozen=True, slots=True)
class Score:
    """One thing over one clip. Shares of the flat face's area, and of the frames in which the thing is over it.

    recall: of what it covers, what was kept. precision: of what was kept, what it covers. overlap: of both, what is in
    both (IoU). unseen: frames in which nothing was kept.
    """

    thing: str
    clip: str
    frames: int
    recall: float
    precision: float
    overlap: float
    unseen: float


MEANS = "recall", "precision", "overlap", "unseen"


def tracked(engines: FaceEngines, pictures: Sequence[Image]) -> Iterator[FaceLandmarks | None]:
    """The largest face in each, with the hands at it."""
    tracker = FaceTracker(engines.detector, engines.landmarker, hands=engines.hand_tracker())
    for number, picture in enumerate(pictures):
        tracks = tracker.update(picture, number * NS_PER_S // FPS)
        yield tracks[0].face if tracks else None


@cache
def the_face() -> Mask:
    """(H, W): where the flat face is."""
    return in_front().layout.inside()


def beginning_of(film: Path, engines: FaceEngines) -> list[tuple[Image, FaceLandmarks]]:
    """Its first FRAMES frames in which a face is seen."""
    pictures = [frame.image for frame in islice(open_file(film).frames(), FRAMES)]
    faces = tracked(engines, pictures)
    return [(image, face) for image, face in zip(pictures, faces, strict=True) if face is not None]


def kept_in(field: Field | None) -> Mask:
    """(H, W) of the flat face: what is left alone. field: (H, W) 0..1 of it, None for nothing."""
    return (field > 0.5) & the_face() if field is not None else np.zeros_like(the_face())


def compared(kept: Field | None, truth: NDArray[np.float32], face: FaceLandmarks) -> Covered:
    """kept: see `kept_in`. truth: (h, w) 0..1 of the picture."""
    true = in_front().hand_cover.read(np.round(truth * 255).astype(np.uint8), face.points) > 127
    return Covered(kept_in(kept), true & the_face())


def score_of(thing: str, clip: str, frames: Sequence[Covered]) -> Score:
    """Over the frames in which there is enough of it before the face. Raises ValueError when there is none."""
    least = LEAST * np.count_nonzero(the_face())
    asked = [frame for frame in frames if np.count_nonzero(frame.true) > least]
    if not asked:
        raise ValueError(f"{thing} never comes before the face of {clip}")
    both, either, true, kept = np.sum([_areas(frame) for frame in asked], axis=0)
    unseen = float(np.mean([not frame.kept.any() for frame in asked]))
    return Score(thing, clip, len(asked), both / true, both / max(1, kept), both / either, unseen)


def _areas(frame: Covered) -> tuple[int, ...]:
    masks = frame.kept & frame.true, frame.kept | frame.true, frame.true, frame.kept
    return tuple(int(np.count_nonzero(mask)) for mask in masks)


def means(scores: Sequence[Score]) -> dict[str, float]:
    """Over all pairs."""
    return {name: float(np.mean([getattr(score, name) for score in scores])) for name in MEANS}


def in_words(score: Score) -> str:
    """One line."""
    return (
        f"{score.thing + ' on ' + score.clip:40} {score.frames:3} frames, recall {score.recall:.2f}, precision "
        f"{score.precision:.2f}, overlap (IoU) {score.overlap:.2f}, unseen in {score.unseen:.0%}"
    )
