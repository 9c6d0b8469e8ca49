"""What is counted of a thing before a face, where the truth is known to the pixel: areas of the face's square.

Knows areas, numbers and what the compositor says of a picture; knows no thing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.common.sheets import tile
from benchmarks.quality import sources_of
from engines.image.geometry import invert_affine
from engines.image.image_ops import Field
from engines.mesh.square import SQUARE_PX, in_square, shrunk
from engines.swappers.mesh.swapper import MeshFace, MeshSwapper
from engines.types import Affine, FaceLandmarks, Image
from realtime.face_engines import FaceEngines
from realtime.sources.media import open_file
from realtime.stream.clock import NS_PER_S
from realtime.tracking.tracker import FaceTracker

FRAMES = 75
"""Of each clip."""
FPS = 25
LEAST = 0.015
"""Of the face, that a thing covers where it is asked about."""
BESIDE_PX = 3
"""Of the square: how near to a thing nobody is asked about the face."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Look:
    """What a swapper sees of one face, S = SQUARE_PX.

    alpha: (S, S) 0..1, how far it would paint. face: (S, S), without its rim and holes. affine: px of the picture ->
    px of the square.
    """

    alpha: Field
    face: Mask
    affine: Affine

    @property
    def left_out(self) -> float:
        """Share of the face that is not painted."""
        return float((self.alpha[self.face] < 0.5).mean())


@dataclass(frozen=True, slots=True)
class Bare:
    """A frame of a clip as it was filmed, who is worn in it, and what that one sees."""

    picture: Image
    face: FaceLandmarks
    worn: MeshFace
    look: Look


@dataclass(frozen=True, slots=True)
class Covered:
    """A frame with a thing in it, (S, S) of the face's square.

    alpha: 0..1, how far it is painted. true: what should not be. face: where that is asked, the thing with it.
    """

    alpha: Field
    true: Mask
    face: Mask

    @property
    def kept(self) -> Mask:
        """What was left alone."""
        return self.face & (self.alpha < 0.5)

    @property
    def rest(self) -> Mask:
        """What should be painted, but for the thing's edge."""
        beside = np.ones((2 * BESIDE_PX + 1, 2 * BESIDE_PX + 1), np.uint8)
        return np.asarray(self.face & (cv2.dilate(self.true.astype(np.uint8), beside) == 0), bool)


@dataclass(frozen=True, slots=True)
class Judged:
    """A frame with a thing in it. number: of the frame."""

    number: int
    picture: Image
    face: FaceLandmarks
    covered: Covered


@dataclass(frozen=True, slots=True)
class Score:
    """One thing over one clip. Shares of the face's area in each frame, and of the frames with the thing before it.

    recall: of what it covers, what was kept. precision: of what was kept, what it covers. overlap: of both, what is in
    both (IoU). unseen: frames in which nothing was kept. on_thing, on_face: mean alpha where it is and where it is not.
    """

    thing: str
    clip: str
    frames: int
    recall: float
    precision: float
    overlap: float
    unseen: float
    on_thing: float
    on_face: float


MEANS = "recall", "precision", "overlap", "unseen", "on_thing", "on_face"


def everybody(media: Path, engines: FaceEngines) -> list[MeshFace]:
    """The pictures of a folder as the default swapper wears them. Raises UserError when there are none."""
    swapper = MeshSwapper()
    return [swapper.prepare(photo) for photo in sources_of(media, engines)]


def tracker_of(engines: FaceEngines) -> FaceTracker:
    """One that has seen nothing yet."""
    return FaceTracker(engines.detector, engines.landmarker, hands=engines.hand_tracker())


def face_in(tracker: FaceTracker, picture: Image, number: int) -> FaceLandmarks | None:
    """The largest face in the next frame; None where none is seen. number: of the frame."""
    tracks = tracker.update(picture, number * NS_PER_S // FPS)
    return tracks[0].face if tracks else None


def beginning_of(video: Path, engines: FaceEngines, worn: Sequence[MeshFace]) -> list[Bare]:
    """Its first FRAMES frames in which a face is seen. worn: in turn, from frame to frame."""
    tracker, found = tracker_of(engines), []
    for number, frame in enumerate(islice(open_file(video).frames(), FRAMES)):
        who = worn[number % len(worn)]
        if (face := face_in(tracker, frame.image, number)) is not None:
            found.append(Bare(frame.image, face, who, looked(who, frame.image, face)))
    return found


def looked(worn: MeshFace, picture: Image, face: FaceLandmarks) -> Look:
    """What one who is worn sees of a face."""
    alpha, layers = worn.opacity_on(picture, face)
    return Look(alpha, layers.valid > 0.5, layers.affine)


def over_clip(engines: FaceEngines, frames: Sequence[Bare], made: Iterable[tuple[Image, Field]]) -> Iterator[Judged]:
    """The frames in which the face is still seen. made: each with a thing in front, and where that is, (H, W) 0..1."""
    tracker = tracker_of(engines)
    for number, (bare, (picture, truth)) in enumerate(zip(frames, made, strict=True)):
        if (face := face_in(tracker, picture, number)) is not None:
            yield Judged(number, picture, face, compared(bare.look, looked(bare.worn, picture, face), truth))


def before_and_after(bare: Bare, picture: Image, face: FaceLandmarks) -> Image:
    """The tile of a sheet: a frame with a thing in it as it came, and swapped. face: as it is seen there."""
    after = picture.copy()
    bare.worn.paint(after, face)
    return np.vstack([tile(picture, bare.face), tile(after, bare.face)])


def compared(bare: Look, look: Look, truth: Field) -> Covered:
    """What was kept of a face, but for what is kept without the thing. truth: (H, W) 0..1 of the picture."""
    before = cv2.erode((bare.face & (bare.alpha >= 0.5)).astype(np.uint8), np.ones((3, 3), np.uint8))
    back = invert_affine(bare.affine)
    moved = np.column_stack([look.affine[:, :2] @ back[:, :2], look.affine[:, :2] @ back[:, 2] + look.affine[:, 2]])
    painted = cv2.warpAffine(before, moved, (SQUARE_PX, SQUARE_PX), flags=cv2.INTER_NEAREST)
    face = look.face & (painted > 0)
    true = in_square(*shrunk(np.round(truth * 255).astype(np.uint8), look.affine)) > 127
    return Covered(look.alpha, true & face, face)


def score_of(thing: str, clip: str, frames: Sequence[Covered]) -> Score:
    """Over the frames in which there is enough of it before the face. Raises ValueError when there is none."""
    asked = [frame for frame in frames if np.count_nonzero(frame.true) > LEAST * np.count_nonzero(frame.face)]
    if not asked:
        raise ValueError(f"{thing} never comes before the face of {clip}")
    both, either, true, kept = np.sum([_shares(frame) for frame in asked], axis=0)
    unseen = float(np.mean([not frame.kept.any() for frame in asked]))
    on_thing = float(np.mean([frame.alpha[frame.true].mean() for frame in asked]))
    rests = [frame.alpha[frame.rest].mean() for frame in asked if frame.rest.any()]
    on_face = float(np.mean(rests)) if rests else float("nan")
    shares = float(both / true), float(both / max(1e-9, kept)), float(both / either)
    return Score(thing, clip, len(asked), *shares, unseen, on_thing, on_face)


def _shares(frame: Covered) -> list[float]:
    masks = frame.kept & frame.true, frame.kept | frame.true, frame.true, frame.kept
    return [np.count_nonzero(mask) / np.count_nonzero(frame.face) for mask in masks]


def means(scores: Sequence[Score]) -> dict[str, float]:
    """Over all pairs."""
    return {name: float(np.nanmean([getattr(score, name) for score in scores])) for name in MEANS}


def in_words(score: Score) -> str:
    """One line."""
    return (
        f"{score.thing + ' on ' + score.clip:40} {score.frames:3} frames, recall {score.recall:.2f}, precision "
        f"{score.precision:.2f}, overlap (IoU) {score.overlap:.2f}, unseen in {score.unseen:.0%}, alpha on it "
        f"{score.on_thing:.2f}, on the face {score.on_face:.2f}"
    )
